"""A bookcase's screen as a table: its controller leads, and says the same again and again."""

from kiosk.core import states as at
from kiosk.core.bookcase import choices, screens, steps
from kiosk.core.led import flow as led
from kiosk.core.led import screens as shared
from kiosk.core.led import steps as follows
from kiosk.core.led.choices import greyed, taps
from kiosk.core.role import Role

EVENTS = (
    # touched, or by keypad
    "door", "leave", "done", "more", "inside", "next", "back", "wake", "stay", "task", "digit",
    "tap", "enter",
    # said by the controller, told by the service
    "shown", "unlinked", "stocked", "timeout",
)  # fmt: skip

# Where the controller leads and nothing can be chosen.
_LED = ("opening", "open", "left_open", "counting", "again")
_OWN = (at.WELCOME, at.ATTRACT, at.INSIDE, *_LED, "choose", "jammed", "done")

TABLE = led.table(_OWN) | {
    (at.WELCOME, "inside"): steps.look_inside,
    (at.WELCOME, "timeout"): steps.rest,
    (at.ATTRACT, "wake"): steps.wake,
    (at.ATTRACT, "timeout"): steps.go_on,
    (at.INSIDE, "next"): steps.turn,
    (at.INSIDE, "back"): steps.wake,
    (at.INSIDE, "timeout"): steps.rest,
    ("choose", "door"): follows.choose,
    ("choose", "leave"): follows.leave,
    ("jammed", "door"): follows.choose,
    ("jammed", "leave"): follows.leave,
    ("done", "door"): follows.choose,
    ("done", "more"): follows.more,
    ("done", "leave"): follows.leave,
    ("done", "done"): follows.leave,
}
TABLE |= {(state, "stocked"): steps.stock for state in screens.SCREENS}

_FOLLOWS = "shown unlinked stay stocked"
IGNORED = led.ignored(
    EVENTS,
    {state: f"{words} stocked" for state, words in led.HEARD.items()}
    | dict.fromkeys(_LED, _FOLLOWS)
    | {
        at.WELCOME: f"{_FOLLOWS} inside timeout",
        at.ATTRACT: f"{_FOLLOWS} wake timeout",
        at.INSIDE: f"{_FOLLOWS} next back timeout",
        "choose": f"{_FOLLOWS} door leave",
        "jammed": f"{_FOLLOWS} door leave",
        "done": f"{_FOLLOWS} door more leave done",
    },
)

BOOKCASE = Role(
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
