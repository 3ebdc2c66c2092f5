"""A bookcase's screen as a table: its controller leads, and says the same again and again."""

from typing import Any

from kiosk.core import states as at
from kiosk.core.bookcase import choices, screens, steps
from kiosk.core.role import Role
from kiosk.core.steps import home

EVENTS = (
    # touched
    "door", "leave", "done", "more", "inside", "next", "back", "wake",
    # said by the controller, told by the service
    "shown", "unlinked", "stocked", "timeout",
)  # fmt: skip

# Where the controller leads and nothing can be chosen.
_LED = ("asking", "opening", "open", "left_open", "counting", "again")
STATES = (
    at.WELCOME, at.ATTRACT, at.INSIDE, at.AWAY, at.SORRY, *_LED,
    "choose", "jammed", "refused", "done",
)  # fmt: skip

TABLE: dict[tuple[str, str], Any] = {
    (at.WELCOME, "inside"): steps.look_inside,
    (at.WELCOME, "timeout"): steps.rest,
    (at.ATTRACT, "wake"): steps.wake,
    (at.ATTRACT, "timeout"): steps.go_on,
    (at.INSIDE, "next"): steps.turn,
    (at.INSIDE, "back"): steps.wake,
    (at.INSIDE, "timeout"): steps.rest,
    (at.SORRY, "timeout"): home,
    ("choose", "door"): steps.choose,
    ("choose", "leave"): steps.leave,
    ("jammed", "door"): steps.choose,
    ("jammed", "leave"): steps.leave,
    ("refused", "leave"): steps.leave,
    ("done", "door"): steps.choose,
    ("done", "more"): steps.more,
    ("done", "leave"): steps.leave,
    ("done", "done"): steps.leave,
}
TABLE |= {(state, "shown"): steps.follow for state in STATES if state != at.SORRY}
TABLE |= {(state, "unlinked"): steps.lost for state in STATES}
TABLE |= {(state, "stocked"): steps.stock for state in STATES}

_TOUCHED = "door leave done more inside next back wake "
IGNORED = {
    at.WELCOME: "door leave done more next back wake",
    at.ATTRACT: "door leave done more inside next back",
    at.INSIDE: "door leave done more inside wake",
    at.AWAY: _TOUCHED + "timeout",
    # What the controller says is said again when this is over.
    at.SORRY: _TOUCHED + "shown",
    # The controller knows when it is over.
    **dict.fromkeys(_LED, _TOUCHED + "timeout"),
    "choose": "done more inside next back wake timeout",
    "jammed": "done more inside next back wake timeout",
    "refused": "door done more inside next back wake timeout",
    "done": "inside next back wake timeout",
}

BOOKCASE = Role(
    events=EVENTS,
    table=TABLE,
    ignored=IGNORED,
    screens=screens.SCREENS,
    choices=choices.choices,
    status=screens.status,
    helps=screens.HELPS,
    parts=("panel", "keypad"),
    needs=("panel",),
    journals=False,
    reaches=True,
)
