"""How a machine is, in words: what is wrong with it first, then what is worth knowing.  Pure."""

from typing import NamedTuple

from bookcase_fw import wire
from broker.ledger.views import Machine
from broker.web.texts import say

FILL_ILL = 80  # Percent of the journal from which staff should act; at 90 it lends no more.


class Sign(NamedTuple):
    """One thing about a machine.  Ill means that somebody must act."""

    words: str
    ill: bool


def signs(machine: Machine, now_ms: int, language: str) -> list[Sign]:
    """Return what is to be said of a machine; never nothing."""
    if not machine.installed:
        return [Sign(say("not_in_service", language), False)]
    found = []
    if not machine.online:
        ago = span(now_ms - machine.last_heard_ms, language)
        found.append(Sign(say("offline_for", language, ago=ago), True))
    elif not machine.served:
        found.append(Sign(say("not_greeted", language), True))
    found += [Sign(fault(part, language), True) for part in machine.faults]
    if machine.fill >= FILL_ILL:
        found.append(Sign(say("journal_fill", language, percent=machine.fill), True))
    if machine.served and not machine.lends:
        found.append(Sign(say("lends_not", language), True))
    found += [
        Sign(say("door_open", language, door=door.door), False)
        for door in machine.doors
        if door.open and machine.online
    ]
    return found or [Sign(say("well", language), False)]


def ill(machine: Machine, now_ms: int) -> bool:
    return any(sign.ill for sign in signs(machine, now_ms, "en"))


def fault(part: str, language: str) -> str:
    """Return the words of a fault such as lock or reader.2."""
    name, _dot, door = part.partition(".")
    words = say(f"fault_{name}", language) if name in wire.PARTS else name
    return say("fault_at", language, door=door, fault=words) if door else words


def span(ms: int, language: str) -> str:
    """Return a length of time in its largest whole unit."""
    for unit, unit_ms in (("days", 86_400_000), ("hours", 3_600_000), ("minutes", 60_000)):
        if ms >= unit_ms:
            return say(unit, language, n=ms // unit_ms)
    return say("moment", language)
