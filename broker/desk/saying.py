"""What a fact of the desk says about the copy that it names, and which case it settles."""

import json
from typing import cast

from broker.ledger import schema
from broker.ledger.cases import Cases
from broker.ledger.directory import Directory
from broker.ledger.fold import Observation
from broker.ledger.inbox import Fact
from broker.ledger.store import Database

_CASE = "SELECT kind, copy, account, cause FROM exception_case WHERE key = ?"
_BAG = "SELECT holder FROM bag WHERE name = ?"
_DEVICE = "SELECT id FROM device WHERE name = ?"
_ACT = """INSERT INTO case_action (case_key, action, reason, actor, cause, at_ms)
VALUES (?, ?, ?, ?, ?, ?)"""
# An action on a case as an observation of its copy.
VERBS = {"accept": "accepted", "reverse": "reversed", "waive": "waived", "write": "accepted"}

Seen = list[tuple[int, Observation]]


class Saying:
    """Everything happens in the caller's transaction."""

    def __init__(self, db: Database, directory: Directory, cases: Cases) -> None:
        self._db = db
        self._directory = directory
        self._cases = cases

    def observed(self, device: int, fact: Fact, at_ms: int) -> Seen:
        """Return (copy, observation) for what was said; a case that it settles is closed."""
        if fact.kind == "settled":
            return self._settled(device, fact, at_ms)
        copy = self._directory.copy(str(fact.body["tag"]))
        if copy is None:
            return []
        seen = _observation(device, fact, at_ms, _verb(fact))
        reader = str(fact.body.get("reader", ""))
        patron = self._directory.patron(reader) if reader else None
        if patron:
            taker = self._directory.reader(patron.account)
            seen = seen._replace(account=patron.account, taker=taker)
        return [(copy.id, seen._replace(place=self._place(fact.body)))]

    def _settled(self, device: int, fact: Fact, at_ms: int) -> Seen:
        body = fact.body
        key, action = str(body["case"]), str(body["action"])
        row = self._db.execute(_CASE, (key,)).fetchone()
        if row is None:
            return []
        self._db.execute(_ACT, (key, action, body["reason"], body["actor"], fact.id, at_ms))
        self._cases.close(key, at_ms, "staff")
        kind, copy, account, cause = row
        if copy is None:
            return []
        seen = _observation(device, fact, at_ms, VERBS[action])
        detail = _detail(body, kind=kind, cause=cause)
        return [(copy, seen._replace(account=account, detail=detail))]

    def _place(self, body: dict[str, object]) -> int:
        place = body.get("place")
        if place == "compartment":
            (device,) = self._db.execute(_DEVICE, (body["device"],)).fetchone()
            return self._directory.compartment(device, cast(int, body["door"]))
        if place == "shelf":
            return self._directory.shelf(str(body["site"]))
        if place == "bag":
            (holder,) = self._db.execute(_BAG, (body["bag"],)).fetchone()
            return int(holder)
        found = place == "transit" or body.get("what") == "found"
        return schema.TRANSIT if found else schema.UNKNOWN


def _verb(fact: Fact) -> str:
    if fact.kind == "declared":
        return str(fact.body["what"])
    if fact.kind == "promised":
        return "promised" if fact.body["reader"] else "released"
    return "written" if fact.kind == "moved" else fact.kind


def _observation(device: int, fact: Fact, at_ms: int, verb: str) -> Observation:
    return Observation(
        happened_ms=at_ms,
        device=device,
        number=fact.number,
        cause=fact.id,
        verb=verb,
        sure=True,
        place=schema.UNKNOWN,
        account=None,
        taker=None,
        due=cast(int, fact.body.get("due", 0)),
        rule=str(fact.body.get("line", "")),
        session="",
        request=None,
        detail=_detail(fact.body),
    )


def _detail(body: dict[str, object], **more: object) -> str:
    """Return what the fold and the explanation need of a body besides its columns."""
    kept = {name: body[name] for name in ("actor", "reason", "until_ms") if body.get(name)}
    return json.dumps(kept | more, ensure_ascii=False)
