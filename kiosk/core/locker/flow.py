"""A pick-up locker's screen as a table: a card or a code opens what is kept for somebody."""

from kiosk.core import states as at
from kiosk.core.led import flow as led
from kiosk.core.led import steps as follows
from kiosk.core.locker import choices, screens, steps

EVENTS = (
    # touched, or by keypad
    "code", "digit", "tap", "enter", "back", "door", "leave", "done", "more", "stay", "task",
    # said by the controller
    "shown", "unlinked", "timeout",
)  # fmt: skip

_OWN = (at.WELCOME, at.CODE, *led.OPEN, "choose", "jammed", "done")

_CHOSEN: led.Table = {
    (at.WELCOME, "code"): steps.code,
    (at.WELCOME, "timeout"): steps.rest,
    (at.CODE, "digit"): follows.digit,
    (at.CODE, "tap"): follows.tap,
    (at.CODE, "enter"): follows.enter,
    (at.CODE, "back"): steps.back,
    (at.CODE, "timeout"): steps.rest,
}
TABLE = led.table(_OWN) | led.DOORS | _CHOSEN

_FOLLOWS = "shown unlinked stay"
LOCKER = led.role(
    EVENTS,
    table=TABLE,
    heard=led.HEARD
    | dict.fromkeys(led.OPEN, _FOLLOWS)
    | {
        at.WELCOME: f"{_FOLLOWS} code timeout",
        at.CODE: f"{_FOLLOWS} digit tap enter back timeout",
        "choose": f"{_FOLLOWS} door leave",
        "jammed": f"{_FOLLOWS} door leave",
        "done": f"{_FOLLOWS} door more leave done",
    },
    screens_=screens.SCREENS,
    helps=screens.HELPS,
    choices=choices.choices,
    reaches=True,
)
