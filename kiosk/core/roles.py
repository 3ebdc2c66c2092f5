"""The table of roles: what `python -m kiosk ROLE` can be."""

from kiosk.core.belt.flow import BELT
from kiosk.core.bookcase.flow import BOOKCASE
from kiosk.core.locker.flow import LOCKER
from kiosk.core.opac.flow import OPAC
from kiosk.core.return24.flow import RETURN24
from kiosk.core.role import Role
from kiosk.core.selfcheck.flow import SELFCHECK

ROLES: dict[str, Role] = {
    "selfcheck": SELFCHECK,  # loans and returns at a tray
    "return24": RETURN24,  # a slot that takes books back at any hour
    "opac": OPAC,  # the catalogue: where a title is, and holds
    # Screens that are led by a controller.
    "bookcase": BOOKCASE,  # of a bookcase
    "locker": LOCKER,  # of a pick-up locker
    "belt": BELT,  # of a 24-hour return with a belt and bins
}
