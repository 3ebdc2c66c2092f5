"""What every led machine's table has: it follows, it is lost, staff type a PIN and do tasks."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from kiosk.core import states as at
from kiosk.core.led import screens, steps
from kiosk.core.led.choices import greyed, taps
from kiosk.core.model import Model
from kiosk.core.role import Role
from kiosk.core.steps import home
from kiosk.core.view import Texts, View

Table = dict[tuple[str, str], Any]
_LED = "shown unlinked stay"
# State -> what is heard there, for the machines' own tables of what is not.
HEARD = {
    at.AWAY: _LED,
    # What the controller says is said again when this is over.
    at.SORRY: "unlinked leave timeout",
    "asking": _LED,
    "refused": f"{_LED} leave",
    "pin": f"{_LED} digit tap enter leave",
    "checking": _LED,
    "staff": f"{_LED} door task leave",
    "working": _LED,
    "report": f"{_LED} leave",
}

# Where the controller of a machine with doors leads, and nothing can be chosen.
OPEN = ("opening", "open", "left_open", "counting", "again")
DOORS: Table = {
    ("choose", "door"): steps.choose,
    ("choose", "leave"): steps.leave,
    ("jammed", "door"): steps.choose,
    ("jammed", "leave"): steps.leave,
    ("done", "door"): steps.choose,
    ("done", "more"): steps.more,
    ("done", "leave"): steps.leave,
    ("done", "done"): steps.leave,
}


def table(states: Iterable[str]) -> Table:
    """Return the rows of a machine: of these states of its own, and of those that all have."""
    found: Table = {
        (at.SORRY, "leave"): home,
        (at.SORRY, "timeout"): home,
        (at.SORRY, "unlinked"): steps.lost,
        ("refused", "leave"): steps.leave,
        ("pin", "digit"): steps.digit,
        ("pin", "tap"): steps.tap,
        ("pin", "enter"): steps.enter,
        ("pin", "leave"): steps.leave,
        ("staff", "door"): steps.choose,
        ("staff", "task"): steps.task,
        ("staff", "leave"): steps.leave,
        ("report", "leave"): steps.leave,
    }
    for state in (*states, *screens.SCREENS):
        if state != at.SORRY:
            found[state, "shown"] = steps.follow
            found[state, "unlinked"] = steps.lost
            found[state, "stay"] = steps.stay
    return found


def ignored(events: Iterable[str], heard: Mapping[str, str]) -> dict[str, str]:
    """Return what changes nothing: in each state all but what is said to be heard there."""
    return {
        state: " ".join(event for event in events if event not in words.split())
        for state, words in heard.items()
    }


def role(
    events: tuple[str, ...],
    *,
    table: Table,
    heard: Mapping[str, str],
    screens_: Mapping[str, Callable[[Model, Texts], View]],
    helps: Mapping[str, str],
    choices: Callable[[Model], tuple[str, ...]],
    status: Callable[[Model], str] = screens.status,
    reaches: bool = False,
) -> Role:
    """Return the role of a machine that its controller leads: it journals nothing itself."""
    return Role(
        events=events,
        table=table,
        ignored=ignored(events, heard),
        screens=screens_,
        choices=choices,
        status=status,
        helps=helps,
        parts=("panel", "keypad"),
        needs=("panel",),
        journals=False,
        reaches=reaches,
        taps=taps,
        greyed=greyed,
        choice=screens.choice,
    )
