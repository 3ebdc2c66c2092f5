"""What can be chosen on screens that a controller leads: doors, digits, staff's tasks.  Pure.

Digits on the screen stand as on a telephone, always in the same order.
"""

from kiosk.core import doors
from kiosk.core import states as at
from kiosk.core.led.steps import CODE_DIGITS
from kiosk.core.model import Model

PIN_DIGITS_MIN = 4
DIGITS = tuple(f"digit.{key}" for key in (*"123456789", "erase", "0"))
_FIXED = {
    at.SORRY: ("leave",),
    "pin": ("leave",),
    "refused": ("leave",),
    "report": ("leave",),
    at.ATTRACT: ("wake",),
}


def choices(model: Model) -> tuple[str, ...]:
    """Return the words of the states that all these machines have."""
    shown = model.shown
    if model.state in ("choose", "jammed") or (model.state == "done" and model.page):
        return (*map(doors.word, ordered(model)), "leave")
    if model.state == "done":
        return ("done", "more") if shown.doors else ("done",)
    if _types(model):
        least = CODE_DIGITS if model.state == at.CODE else PIN_DIGITS_MIN
        ready = ("enter",) if len(model.typed) >= least else ()
        return (*ready, "back" if model.state == at.CODE else "leave", *DIGITS)
    if model.state == "staff":
        tasks = (f"task.{task}" for task in shown.tasks)
        return (*map(doors.word, shown.doors), *tasks, "leave")
    return _FIXED.get(model.state, ())


def greyed(model: Model) -> tuple[tuple[str, str], ...]:
    """Return what cannot be chosen yet: digits are handed over once they are enough."""
    waits = _types(model) and "enter" not in choices(model)
    return (("enter", "grey.digits"),) if waits else ()


def ordered(model: Model) -> tuple[int, ...]:
    """Return the doors to choose from; for whoever needs them low, those within reach first."""
    if not model.reach:
        return model.shown.doors
    return tuple(sorted(model.shown.doors, key=lambda door: door not in model.world.low))


def _types(model: Model) -> bool:
    """Say whether digits are wanted; not of staff who typed too many wrong ones."""
    return model.state == at.CODE or (model.state == "pin" and model.shown.why != "pin_locked")


def taps(model: Model) -> tuple[str, ...]:
    if not _types(model):
        return ()
    early = not model.focus and "enter" not in choices(model)
    erase = ("back",) if model.typed else ()
    return (*"1234567890", *erase, *(("go",) if early else ()))
