"""What every led machine's table has: it follows, it is lost, staff type a PIN and do tasks."""

from collections.abc import Iterable, Mapping
from typing import Any

from kiosk.core import states as at
from kiosk.core.led import screens, steps
from kiosk.core.steps import home

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
