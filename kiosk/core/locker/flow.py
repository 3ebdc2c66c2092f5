"""A pick-up locker's screen as a table: a card or a code opens what is kept for somebody."""

from kiosk.core import states as at
from kiosk.core.led import flow as led
from kiosk.core.led import screens as shared
from kiosk.core.led import steps as follows
from kiosk.core.led.choices import greyed, taps
from kiosk.core.locker import choices, screens, steps
from kiosk.core.role import Role

EVENTS = (
    # touched, or by keypad
    "code", "digit", "tap", "enter", "back", "door", "leave", "done", "more", "stay", "task",
    # said by the controller
    "shown", "unlinked", "timeout",
)  # fmt: skip

# Where the controller leads and nothing can be chosen.
_LED = ("opening", "open", "left_open", "counting", "again")
_OWN = (at.WELCOME, at.CODE, *_LED, "choose", "jammed", "done")

_CHOSEN: led.Table = {
    (at.WELCOME, "code"): steps.code,
    (at.WELCOME, "timeout"): steps.rest,
    (at.CODE, "digit"): follows.digit,
    (at.CODE, "tap"): follows.tap,
    (at.CODE, "enter"): follows.enter,
    (at.CODE, "back"): steps.back,
    (at.CODE, "timeout"): steps.rest,
    ("choose", "door"): follows.choose,
    ("choose", "leave"): follows.leave,
    ("jammed", "door"): follows.choose,
    ("jammed", "leave"): follows.leave,
    ("done", "door"): follows.choose,
    ("done", "more"): follows.more,
    ("done", "leave"): follows.leave,
    ("done", "done"): follows.leave,
}
TABLE = led.table(_OWN) | _CHOSEN

_FOLLOWS = "shown unlinked stay"
IGNORED = led.ignored(
    EVENTS,
    led.HEARD
    | dict.fromkeys(_LED, _FOLLOWS)
    | {
        at.WELCOME: f"{_FOLLOWS} code timeout",
        at.CODE: f"{_FOLLOWS} digit tap enter back timeout",
        "choose": f"{_FOLLOWS} door leave",
        "jammed": f"{_FOLLOWS} door leave",
        "done": f"{_FOLLOWS} door more leave done",
    },
)

LOCKER = Role(
    events=EVENTS,
    table=TABLE,
    ignored=IGNORED,
    screens=screens.SCREENS,
    choices=choices.choices,
    status=shared.status,
    helps=screens.HELPS,
    parts=("panel", "keypad"),
    needs=("panel",),
    journals=False,
    reaches=True,
    taps=taps,
    greyed=greyed,
    choice=shared.choice,
)
