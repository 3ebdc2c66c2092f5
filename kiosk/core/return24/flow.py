"""Returning at any hour as a table: no card, one book after the other.

The antenna is behind the flap, which opens inwards only: what it hears has left the reader's hands.
"""

from typing import Any

from kiosk.core import states as at
from kiosk.core.books import titles
from kiosk.core.return24 import screens, steps
from kiosk.core.role import Role
from kiosk.core.steps import home

EVENTS = ("done", "seen", "answered", "written", "timeout")

TABLE: dict[tuple[str, str], Any] = {
    (at.WELCOME, "seen"): steps.look,
    (at.WELCOME, "timeout"): home,
    (at.PASSING, "seen"): steps.look,
    (at.PASSING, "answered"): titles,
    (at.PASSING, "written"): steps.written,
    (at.PASSING, "timeout"): steps.jam,
    (at.STUCK, "seen"): steps.look,
    (at.STUCK, "answered"): titles,
    (at.STUCK, "written"): steps.written,
    (at.RESULT, "seen"): steps.look,
    (at.RESULT, "answered"): titles,
    (at.RESULT, "written"): steps.written,
    (at.RESULT, "done"): steps.over,
    (at.RESULT, "timeout"): home,
    (at.SORRY, "timeout"): home,
    # A book that falls while the machine is sorry is a book that was returned.
    (at.SORRY, "seen"): steps.look,
}

IGNORED = {
    at.WELCOME: "done answered written",
    at.PASSING: "done",
    at.STUCK: "done timeout",
    at.RESULT: "",
    at.SORRY: "done answered written",
}

RETURN24 = Role(
    events=EVENTS,
    table=TABLE,
    ignored=IGNORED,
    screens=screens.SCREENS,
    choices=screens.choices,
    status=screens.status,
    helps=dict.fromkeys(screens.SCREENS, "return24.help"),
    parts=("tray", "keypad"),
    needs=("tray",),
)
