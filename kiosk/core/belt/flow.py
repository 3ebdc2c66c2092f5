"""The screen of a 24-hour return with a belt as a table: its controller leads all of it."""

from kiosk.core import states as at
from kiosk.core.belt import screens
from kiosk.core.events import Event
from kiosk.core.led import flow as led
from kiosk.core.led import screens as shared
from kiosk.core.led.choices import choices
from kiosk.core.model import Model, wiped
from kiosk.core.steps import Step, entered

EVENTS = ("shown", "unlinked", "stay", "timeout", "leave", "task", "door", "digit", "tap", "enter")
_HOME = (at.WELCOME, at.PUT_IN)
_OWN = (*_HOME, "looking", "returned", "given_back", "shut")


def status(model: Model) -> str:
    """While the flap stays shut, that is all there is to say."""
    return "" if model.state == "shut" else shared.status(model)


def rest(model: Model, event: Event, now_ms: int) -> Step:
    """Nobody touches it: forget how somebody liked it."""
    return entered(wiped(model)._replace(shown=model.shown), model.state, now_ms), ()


BELT = led.role(
    EVENTS,
    table=led.table(_OWN) | {(state, "timeout"): rest for state in _HOME},
    heard=led.HEARD
    | dict.fromkeys(_OWN, "shown unlinked stay")
    | dict.fromkeys(_HOME, "shown unlinked stay timeout"),
    screens_=screens.SCREENS,
    helps=screens.HELPS,
    choices=choices,
    status=status,
)
