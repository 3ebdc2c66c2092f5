"""A bookcase's screen as a table: its controller leads, and says the same again and again."""

from kiosk.core import states as at
from kiosk.core.bookcase import choices, screens, steps
from kiosk.core.led import flow as led

EVENTS = (
    # touched, or by keypad
    "door", "leave", "done", "more", "inside", "next", "back", "wake", "stay", "task", "digit",
    "tap", "enter",
    # said by the controller, told by the service
    "shown", "unlinked", "stocked", "timeout",
)  # fmt: skip

_OWN = (at.WELCOME, at.ATTRACT, at.INSIDE, *led.OPEN, "choose", "jammed", "done")

TABLE = (
    led.table(_OWN)
    | led.DOORS
    | {
        (at.WELCOME, "inside"): steps.look_inside,
        (at.WELCOME, "timeout"): steps.rest,
        (at.ATTRACT, "wake"): steps.wake,
        (at.ATTRACT, "timeout"): steps.go_on,
        (at.INSIDE, "next"): steps.turn,
        (at.INSIDE, "back"): steps.wake,
        (at.INSIDE, "timeout"): steps.rest,
    }
)
TABLE |= {(state, "stocked"): steps.stock for state in screens.SCREENS}

_FOLLOWS = "shown unlinked stay stocked"
BOOKCASE = led.role(
    EVENTS,
    table=TABLE,
    heard={state: f"{words} stocked" for state, words in led.HEARD.items()}
    | dict.fromkeys(led.OPEN, _FOLLOWS)
    | {
        at.WELCOME: f"{_FOLLOWS} inside timeout",
        at.ATTRACT: f"{_FOLLOWS} wake timeout",
        at.INSIDE: f"{_FOLLOWS} next back timeout",
        "choose": f"{_FOLLOWS} door leave",
        "jammed": f"{_FOLLOWS} door leave",
        "done": f"{_FOLLOWS} door more leave done",
    },
    screens_=screens.SCREENS,
    helps=screens.HELPS,
    choices=choices.choices,
    reaches=True,
)
