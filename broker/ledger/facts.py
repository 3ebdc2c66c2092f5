"""What a fact says about each copy that it names, and what of it is in doubt."""

import json
from collections.abc import Callable
from functools import lru_cache, partial
from typing import NamedTuple, cast

from bookcase_fw import wire
from broker.circulation import late
from broker.circulation.calendar import Calendar
from broker.circulation.rules import Rules
from broker.circulation.terms import Place
from broker.desk import contract
from broker.desk.saying import Saying
from broker.fleet.registry import Device
from broker.fleet.shown import Shown
from broker.ledger import shapes, told
from broker.ledger.cases import Cases, Subject
from broker.ledger.chips import Chips
from broker.ledger.clocks import Clocks
from broker.ledger.directory import LOST, Copy, Directory, Patron
from broker.ledger.fold import Observation
from broker.ledger.inbox import Fact, Inbox
from broker.ledger.obedience import Obedience
from broker.ledger.places import Places
from broker.ledger.store import Database
from broker.ledger.told import UNKNOWN_KIND

SESSIONS_BACK_MAX = 40  # Records before a count in which its door session is looked for.
DUES_MAX = 10_000  # Due days that are remembered: a day, a kind of book, reader and place each.
_REQUEST = "SELECT id FROM request WHERE device = ? AND ask = ?"
_OUTCOME = "UPDATE device_order SET ok = ?, why = ?, done_ms = ? WHERE id = ? AND device = ?"
_SESSIONS = """SELECT body FROM inbox
WHERE stream = ? AND number BETWEEN ? AND ? AND kind = 'session' ORDER BY number DESC"""
_INSIDE = """SELECT copy.tag FROM copy_state JOIN copy ON copy.id = copy_state.copy
WHERE copy_state.inside = ? ORDER BY copy.id"""
LENDING = ("took", "lent", "gone")
# A door that staff opened: what they take out and put in is stock.
STAFF = {"took": "removed", "put": "stocked"}
TAKEN = ("took", "removed")

# kind of fact: (field of its body, verb) for each list of tags in it
TAGS: dict[str, tuple[tuple[str, str], ...]] = {
    "session": (("took", "took"), ("put", "put")),
    "counted": (("back", "back"), ("gone", "gone")),
    "stocked": (("tags", "stocked"),),
    "removed": (("tags", "removed"),),
    "lent": (("tag", "lent"),),
    "returned": (("tag", "returned"),),
    "renewed": (("tag", "renewed"),),
}


class _Scene(NamedTuple):
    """What is the same for all copies of one fact."""

    device: Device
    fact: Fact
    happened_ms: int
    sure: bool
    taken: tuple[int, bool]  # The same for what was taken.
    place: int
    patron: Patron | None
    request: int | None
    detail: str


class Facts:
    """Everything happens in the caller's transaction."""

    def __init__(
        self,
        db: Database,
        *,
        inbox: Inbox,
        clocks: Clocks,
        directory: Directory,
        cases: Cases,
        rules: Rules,
        calendar: Calendar,
        day: Callable[[int], int],
    ) -> None:
        self._db = db
        self._inbox = inbox
        self._clocks = clocks
        self._directory = directory
        self._cases = cases
        self._saying = Saying(db, directory, cases)
        self.obedience = Obedience(db, cases)
        self._shown = Shown(db, cases)
        self._places = Places(db)
        self._chips = Chips(directory, cases)
        self._due_by_rules = lru_cache(DUES_MAX)(partial(late.due, rules, calendar=calendar))
        self._day = day

    def observed(
        self, device: Device, fact: Fact, received_ms: int
    ) -> list[tuple[int, Observation]]:
        """Return (copy, observation) for each copy named; open the cases that no copy has."""
        happened_ms, sure = self._clocks.happened(device.id, fact, received_ms)
        if device.kind == contract.DEVICE:
            return self._saying.observed(device.id, fact, happened_ms)
        problem = self._problem(device, fact)
        if fact.kind == "lost" or problem:
            why = problem or str(fact.body["why"])
            subject = Subject("lost", str(fact.id), device.id, cause=fact.id)
            number: dict[str, object] = {"number": fact.number, "why": why}
            self._cases.open(subject, number, happened_ms)
        elif fact.kind == "outcome":
            values = (int(bool(fact.body["ok"])), fact.body["why"], happened_ms)
            self._db.execute(_OUTCOME, (*values, fact.body["id"], device.id))
        elif fact.kind == "bit":
            self._chips.bit(device.id, fact, happened_ms)
        elif fact.kind in TAGS:
            return self._seen(self._scene(device, fact, happened_ms, sure))
        return []

    def _problem(self, device: Device, fact: Fact) -> str:
        if fact.problem:
            return fact.problem if fact.problem != UNKNOWN_KIND else ""
        door = fact.body.get("door", 1)
        if not isinstance(door, int) or not 1 <= door <= device.doors:
            return f"door {door} of {device.doors}" if device.doors else ""
        return ""

    def _scene(self, device: Device, fact: Fact, happened_ms: int, sure: bool) -> _Scene:
        body = fact.body
        reader = str(body.get("reader", "")) or self._settled_reader(fact)
        patron = self._directory.patron(reader, happened_ms) if reader else None
        request = None
        if body.get("answer"):
            found = self._db.execute(_REQUEST, (device.id, body["answer"])).fetchone()
            request = found[0] if found else None
        if fact.kind == "session":
            self._shown.look(device.id, fact, happened_ms)
            if body.get("answer"):
                self._places.release(device.id, str(body["answer"]))
        if request is None and _takes(fact):
            self.obedience.check(device, fact, patron, happened_ms)
        if patron and patron.blocked == LOST and _takes(fact):
            subject = Subject("lost_card", str(fact.id), device.id, cause=fact.id)
            self._cases.open(subject, {"door": body.get("door", 0)}, happened_ms)
        unknown = json.dumps({"reader": reader}) if reader and not patron else ""
        place = self._place(device, fact)
        taken = self._taken(device, fact, happened_ms, sure)
        return _Scene(device, fact, happened_ms, sure, taken, place, patron, request, unknown)

    def _taken(self, device: Device, fact: Fact, happened_ms: int, sure: bool) -> tuple[int, bool]:
        """Return when what a fact names as taken was taken, and whether that is sure.

        A session amid which the power failed is recorded hours later.  What was taken was inside
        when it began, so wherever else it was seen meanwhile it was seen afterwards; what was put
        in is inside now, so it was put in after all that.
        """
        began = cast(list[int], fact.body.get("began", []))
        if not sure or len(began) != len(("boot", "uptime")):
            return happened_ms, sure
        boot, uptime_ms = began
        stamp = fact.stamp._replace(boot=boot, uptime_ms=uptime_ms, quality=wire.CLOCK_NONE)
        return self._clocks.happened(device.id, fact._replace(stamp=stamp), happened_ms)

    def _settled_reader(self, fact: Fact) -> str:
        """Return who had opened the door before a count, as the count's own journal says."""
        session = fact.body.get("session")
        if fact.kind != "counted" or not session:
            return ""
        numbers = (max(1, fact.number - SESSIONS_BACK_MAX), fact.number - 1)
        for (raw,) in self._db.execute(_SESSIONS, (fact.stream, *numbers)).fetchall():
            said = _session(raw)
            if said.get("id") == session:
                return "" if said.get("how") == "staff" else str(said.get("reader", ""))
        return ""

    def _place(self, device: Device, fact: Fact) -> int:
        if "door" in fact.body:
            return self._directory.compartment(device.id, cast(int, fact.body["door"]))
        return self._directory.shelf(device.site)

    def _seen(self, scene: _Scene) -> list[tuple[int, Observation]]:
        """A copy that is named twice in one way is seen once."""
        seen: dict[tuple[int, str], Observation] = {}
        for body in self._bodies(scene.fact):
            for name, verb in TAGS[scene.fact.kind]:
                for tag in _tags(body.get(name)):
                    self._see(seen, scene, tag, verb, scene.detail)
            for evidence in cast(list[dict[str, object]], body.get("unsure", [])):
                self._see(seen, scene, str(evidence["tag"]), "unsure", json.dumps(evidence))
        for tag in self._unheard(scene):
            self._see(seen, scene, tag, "unsure", "")
        return [(copy, observation) for (copy, _verb), observation in seen.items()]

    def _unheard(self, scene: _Scene) -> list[str]:
        """Return the tags that a first count should have heard: it names all that is inside.

        What was never heard may be feeble, or never there: it stays where it is, with a case.
        """
        fact = scene.fact
        heard = _tags(fact.body.get("back", []))
        if fact.kind != "counted" or fact.body.get("session") or not heard:
            return []
        if len(heard) != fact.body["count"]:
            return []
        rows = self._db.execute(_INSIDE, (scene.place,)).fetchall()
        return [tag for (tag,) in rows if tag not in heard]

    def _bodies(self, fact: Fact) -> list[dict[str, object]]:
        count = cast(int, fact.body.get("parts", 0))
        parts = self._inbox.parts(fact, count) if count else []
        if fact.kind == "counted":
            # Its parts tell what came to light as put, and what is missing as took.
            parts = [{"back": part["put"], "gone": part["took"]} for part in parts]
        return [*parts, fact.body]

    def _see(
        self,
        seen: dict[tuple[int, str], Observation],
        scene: _Scene,
        tag: str,
        verb: str,
        detail: str,
    ) -> None:
        copy = self._directory.copy(tag) or self._chips.unknown(
            scene.device.id, scene.fact, tag, verb, scene.happened_ms
        )
        if copy is None:
            return
        body = scene.fact.body
        if body.get("how") == "staff":
            verb = STAFF.get(verb, verb)
        patron = scene.patron
        due, rule = cast(int, body.get("due", 0)) if verb == "renewed" else 0, ""
        if patron and verb in LENDING:
            due, rule = self._due(scene, copy)
        happened_ms, sure = scene.taken if verb in TAKEN else (scene.happened_ms, scene.sure)
        seen[copy.id, verb] = Observation(
            happened_ms,
            scene.device.id,
            scene.fact.number,
            scene.fact.id,
            verb,
            sure,
            scene.place,
            patron.account if patron else None,
            self._directory.reader(patron.account) if patron else None,
            due,
            rule,
            # A count settles the door session that it names.
            str(body.get("session") or body.get("id") or body.get("visit") or ""),
            scene.request,
            detail,
        )

    def _due(self, scene: _Scene, copy: Copy) -> tuple[int, str]:
        """A day that was shown stands; the rule's line is kept beside it."""
        assert scene.patron
        today = self._day(scene.happened_ms)
        device = scene.device
        day, rule = self._due_by_rules(
            today,
            item=copy.audience,
            type=copy.type,
            patron=scene.patron.kind,
            place=Place(device.site, device.level, device.kind),
        )
        return cast(int, scene.fact.body.get("due", 0)) or day, rule


def _tags(named: object) -> list[str]:
    return [named] if isinstance(named, str) else cast(list[str], named)


def _takes(fact: Fact) -> bool:
    return fact.kind == "lent" or bool(fact.body.get("took"))


def _session(raw: bytes | None) -> dict[str, object]:
    """Return what a stored door session said; nothing of one that was erased or not understood."""
    if raw is None:
        return {}
    return told.body("session", bytes(shapes.envelope.decode(raw).d))[0]
