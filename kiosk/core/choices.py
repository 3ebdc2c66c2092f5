"""What can be chosen now, in the order of the digits.  The first is the main one."""

from kiosk.core import doors
from kiosk.core.model import Model
from kiosk.core.roles import ROLES

# On every screen, always in the same corner.
TOOLS = ("language", "large", "contrast", "speech", "child", "help")


def choices(model: Model) -> tuple[str, ...]:
    """Return the words that may be chosen now; a touch of anything else comes too late."""
    if model.warning_s:
        return ("stay",)
    if model.help:
        return ("close",)
    return ROLES[model.world.role].choices(model)


def tools(model: Model) -> tuple[str, ...]:
    """Return the words of the tools, which can be chosen on every screen."""
    if ROLES[model.world.role].reaches:
        return tuple("reach" if word == "child" else word for word in TOOLS)
    return TOOLS


def taps(model: Model) -> tuple[str, ...]:
    """Return the keys of the keypad that the flow itself wants now."""
    if model.warning_s or model.help:
        return ()
    return ROLES[model.world.role].taps(model)


def number(model: Model, word: str) -> int:
    """Return the digit that chooses a word: of a door its own, else its place; 0 is none."""
    words = choices(model)
    if "2" in taps(model):
        return 0  # Digits type letters now.
    if any(map(doors.number, words)):
        return doors.number(word) if doors.number(word) < 10 else 0
    return words.index(word) + 1
