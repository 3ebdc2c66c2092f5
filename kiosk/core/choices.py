"""What can be chosen now, in the order of the digits.  The first is the main one."""

from kiosk.core.model import Model
from kiosk.core.roles import ROLES

TOOLS = ("language", "large", "contrast", "help")  # On every screen, always in the same corner.


def choices(model: Model) -> tuple[str, ...]:
    """Return the words that may be chosen now; a touch of anything else comes too late."""
    if model.warning_s:
        return ("stay",)
    if model.help:
        return ("close",)
    return ROLES[model.world.role].choices(model)
