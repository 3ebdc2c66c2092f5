"""What can be chosen on a bookcase's screen.

By keypad alone: scan the card, the door's digit, open, take or return, shut, * (all is well).
"""

from kiosk.core import doors
from kiosk.core import states as at
from kiosk.core.bookcase.steps import pages
from kiosk.core.model import Model

_CHOICES = {
    at.ATTRACT: ("wake",),
    "refused": ("leave",),
}


def choices(model: Model) -> tuple[str, ...]:
    if model.state == at.WELCOME:
        return ("inside",) if model.world.inside else ()
    if model.state == at.INSIDE:
        return ("next", "back") if pages(model) > 1 else ("back",)
    if model.state in ("choose", "jammed") or (model.state == "done" and model.page):
        return (*map(doors.word, model.shown.doors), "leave")
    if model.state == "done":
        return ("done", "more") if model.shown.doors else ("done",)
    return _CHOICES.get(model.state, ())
