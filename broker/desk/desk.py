"""The desk: staff, and the service itself, say what they decided; it is a fact like any other.

Renewals, what staff declare of a copy, where they write it to be, for whom it is kept, and what
they do with a case go through the desk's journal into the same fold as what machines saw.
"""

from collections.abc import Callable, Mapping
from typing import cast

from bookcase_fw.wire import WireError
from broker.desk import contract, requests
from broker.desk.journal import Journal
from broker.desk.requests import Answer
from broker.fleet.registry import Device
from broker.ledger.inbox import Fact
from broker.ledger.store import Database

DECLARATIONS = tuple(word for word, _meaning in contract.DECLARATIONS)
LINE_MAX = 120  # Characters of a rule line in a record.
REASON_SIZE_MAX = 600  # Bytes in UTF-8: 200 Chinese characters; a record has 1,024.
STAFF = ("declared", "moved", "settled")  # Kinds that want a reason.

_COPY = "SELECT 1 FROM copy WHERE tag = ?"
_READER = """SELECT 1 FROM card WHERE reader = ?
UNION SELECT 1 FROM patron WHERE reader = ?"""
_DOORS = "SELECT doors FROM device WHERE name = ?"
_SITE = "SELECT 1 FROM site WHERE id = ?"
_BAG = "SELECT 1 FROM bag WHERE name = ?"
_CASE = """SELECT c.key, c.kind, c.closed_ms, copy.tag FROM exception_case c
LEFT JOIN copy ON copy.id = c.copy WHERE c.id = ?"""
_STATE = "SELECT kind, closed_ms FROM exception_case WHERE key = ?"

Body = Mapping[str, object]
# Draws the consequences of a fact, in the caller's transaction.
Draw = Callable[[Device, Fact, int], None]
# Answers an ask (wire) by the rules of where it is asked, at a time (ms).
Asked = Callable[[Device, Body, int], Answer]


class DeskRefused(Exception):
    """What was said cannot be; nothing was written.  `reason` is a word of REFUSALS."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


# fmt: off
REFUSALS = (
    # word            meaning
    ("unknown_tag",    "no copy has this tag"),
    ("unknown_reader", "no reader has this card"),
    ("unknown_place",  "there is no such compartment, shelf or place"),
    ("unknown_word",   "the word is not in the contract"),
    ("unknown_case",   "no case has this number"),
    ("closed_case",    "the case is closed already"),
    ("other_action",   "this kind of case does not know this action"),
    ("no_reason",      "whoever changes what machines saw says why"),
    ("too_long",       "the reason is too long"),
    ("key_reused",     "the key was used for another request"),
)
# fmt: on


class Desk:
    """Everything happens in the caller's transaction."""

    def __init__(self, db: Database, journal: Journal, *, draw: Draw, ask: Asked) -> None:
        self._db = db
        self._journal = journal
        self._draw = draw
        self._ask = ask

    @property
    def db(self) -> Database:
        """The ledger of the transaction, for what staff do beside it: rounds, closed months."""
        return self._db

    def say(self, kind: str, body: Body, *, now_ms: int, actor: str, key: str = "") -> Answer:
        """Write a fact of contract.FACTS and draw its consequences; return {"fact": its id}.

        The same key and body get the same answer and change nothing.  Raises DeskRefused, also for
        a key that was used for something else.
        """
        said = dict(body) | {"actor": actor}
        return self._once(key, [kind, said], now_ms, lambda: self._say(kind, said, now_ms))

    def renew(self, reader: str, tags: list[str], *, now_ms: int, actor: str, key: str) -> Answer:
        """Renew a reader's loans as the rules of the desk allow, all of them without tags."""
        said = {"id": key, "op": "renew", "reader": reader, "tags": tags}

        def run() -> Answer:
            return self.renewed(self._journal.device(now_ms), said, now_ms, actor)

        return self._once(key, ["renew", reader, tags, actor], now_ms, run)

    def renewed(self, device: Device, said: Body, now_ms: int, actor: str) -> Answer:
        """Answer an ask to renew, and say what was granted."""
        answer = self._ask(device, said, now_ms)
        for book in cast(list[Answer], answer.get("books", [])):
            if answer["ok"] and book["ok"]:
                body = {"reader": said["reader"], "tag": book["tag"], "due": book["due"]}
                line = str(book.get("line") or answer.get("line", ""))[:LINE_MAX]
                self._say("renewed", body | {"line": line, "actor": actor}, now_ms)
        return answer

    def settle(
        self,
        case: int,
        action: str,
        *,
        reason: str,
        actor: str,
        now_ms: int,
        place: Body | None = None,
        key: str = "",
    ) -> Answer:
        """Do with a case what staff decided; `write` needs a place, see contract `moved`."""
        said: dict[str, object] = {"reason": reason, "actor": actor}
        asked = ["settle", case, action, said, dict(place or {})]
        return self._once(
            key, asked, now_ms, lambda: self._settle(case, action, said, place, now_ms)
        )

    def _once(self, key: str, asked: object, now_ms: int, run: Callable[[], Answer]) -> Answer:
        try:
            return requests.once(self._db, key, asked, now_ms, run)
        except requests.KeyReused:
            raise DeskRefused("key_reused", key) from None

    def _say(self, kind: str, body: Body, now_ms: int) -> Answer:
        if kind not in CHECKS:
            raise DeskRefused("unknown_word", kind)
        if kind in STAFF and not str(body.get("reason", "")).strip():
            raise DeskRefused("no_reason")
        if len(str(body.get("reason", "")).encode()) > REASON_SIZE_MAX:
            raise DeskRefused("too_long", f"more than {REASON_SIZE_MAX} bytes")
        CHECKS[kind](self, body)
        try:
            device, fact = self._journal.append(kind, body, now_ms)
        except WireError as error:
            raise DeskRefused("unknown_word", str(error)) from None
        self._draw(device, fact, now_ms)
        return {"fact": fact.id}

    def _settle(
        self, case: int, action: str, said: Body, place: Body | None, now_ms: int
    ) -> Answer:
        row = self._db.execute(_CASE, (case,)).fetchone()
        if row is None:
            raise DeskRefused("unknown_case", str(case))
        key, kind, closed_ms, tag = row
        settled = {"case": key, "action": action, **said}
        self._check_case(settled)
        moved = {"tag": tag or "", **(place or {}), **said}
        if action == "write":
            self._check_moved(moved)
        answer = self._say("settled", settled, now_ms)
        if action == "write":
            self._say("moved", moved, now_ms)
        return answer

    def _check_copy(self, body: Body) -> None:
        if not self._db.execute(_COPY, (body.get("tag", ""),)).fetchone():
            raise DeskRefused("unknown_tag", str(body.get("tag", "")))

    def _check_reader(self, body: Body) -> None:
        self._check_copy(body)
        reader = body.get("reader", "")
        if reader and not self._db.execute(_READER, (reader, reader)).fetchone():
            raise DeskRefused("unknown_reader", str(reader))

    def _check_declared(self, body: Body) -> None:
        self._check_copy(body)
        if body.get("what") not in DECLARATIONS:
            raise DeskRefused("unknown_word", str(body.get("what", "")))

    def _check_moved(self, body: Body) -> None:
        self._check_copy(body)
        place = body.get("place")
        if place == "compartment":
            row = self._db.execute(_DOORS, (body.get("device", ""),)).fetchone()
            door = body.get("door", 0)
            known = row is not None and isinstance(door, int) and 1 <= door <= row[0]
        elif place == "shelf":
            known = self._db.execute(_SITE, (body.get("site", ""),)).fetchone() is not None
        elif place == "bag":
            known = self._db.execute(_BAG, (body.get("bag", ""),)).fetchone() is not None
        else:
            known = place in contract.PLACES
        if not known:
            raise DeskRefused("unknown_place", str(place))

    def _check_case(self, body: Body) -> None:
        row = self._db.execute(_STATE, (body.get("case", ""),)).fetchone()
        if row is None:
            raise DeskRefused("unknown_case", str(body.get("case", "")))
        kind, closed_ms = row
        if closed_ms is not None:
            raise DeskRefused("closed_case")
        if body.get("action") not in contract.actions(kind):
            raise DeskRefused("other_action", str(body.get("action", "")))


CHECKS: dict[str, Callable[[Desk, Body], None]] = {
    "renewed": Desk._check_reader,
    "promised": Desk._check_reader,
    "declared": Desk._check_declared,
    "moved": Desk._check_moved,
    "settled": Desk._check_case,
}
