"""The steps that a locker's screen takes by itself: it asks for the pick-up code.  Pure."""

from kiosk.core import states as at
from kiosk.core.events import Event
from kiosk.core.model import Model, wiped
from kiosk.core.steps import Step, entered


def code(model: Model, event: Event, now_ms: int) -> Step:
    return entered(model, at.CODE, now_ms), ()


def back(model: Model, event: Event, now_ms: int) -> Step:
    return entered(model, at.WELCOME, now_ms), ()


def rest(model: Model, event: Event, now_ms: int) -> Step:
    """Nobody touches it: forget what was typed and how somebody liked it."""
    return entered(wiped(model), at.WELCOME, now_ms), ()
