"""The table of roles: what `python -m kiosk ROLE` can be."""

from kiosk.core.role import Role
from kiosk.core.selfcheck.flow import SELFCHECK

ROLES: dict[str, Role] = {
    "selfcheck": SELFCHECK,
}
