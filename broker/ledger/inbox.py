"""What machines said: records checked against their chain and stored under their number, once.

A `fact` message is taken record by record.  A number that is there already is a repetition, unless
its content differs: then the machine was cloned or rolled back, and its stream is quarantined
whole.  A number that comes too early is not stored: the old number is acknowledged, and the machine
goes back to it.  A record that was told in a stream before, which was quarantined, is stored
and nothing follows from it a second time.
"""

from dataclasses import dataclass
from typing import NamedTuple

from bookcase_fw import record
from broker.fleet.registry import Device
from broker.ledger import shapes, told
from broker.ledger.again import Again
from broker.ledger.clocks import Stamp
from broker.ledger.store import Database
from broker.ledger.told import Record

GENUINE_LOSS = "lost"

_STREAM = "SELECT id, number, chain, state FROM stream WHERE device = ? AND journal = ?"
_NEW_STREAM = """INSERT INTO stream (device, journal, number, chain, state)
VALUES (?, ?, 0, ?, 'open') RETURNING id"""
_STORE = """INSERT INTO inbox (id, stream, number, kind, boot, uptime_ms, wall_ms, quality,
received_ms, before, chain, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_STORED = "SELECT kind, chain FROM inbox WHERE stream = ? AND number = ?"
_KIND = "SELECT kind FROM inbox WHERE stream = ? AND number = ?"
_PARTS = """SELECT body FROM inbox
WHERE stream = ? AND number BETWEEN ? AND ? AND kind = 'part' ORDER BY number"""
_OTHERS = """UPDATE stream SET state = 'closed'
WHERE device = ? AND journal <> ? AND state = 'open'"""


class Fact(NamedTuple):
    """A record as stored.  `problem` says why its body cannot be understood; empty when it can."""

    id: int
    stream: int
    number: int
    kind: str
    stamp: Stamp
    body: dict[str, object]
    problem: str


@dataclass(slots=True)
class Stream:
    id: int
    number: int
    chain: str
    state: str
    after_loss: bool = False  # The link of the record that follows a `lost` one cannot be checked.


class Taken(NamedTuple):
    """What came of one message.  `conflict` is the number at which it contradicts the ledger."""

    stream: int
    number: int
    facts: list[Fact]
    repeated: int
    quarantined: bool
    conflict: int = 0


class Inbox:
    """Everything happens in the caller's transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._again = Again(db)
        self._streams: dict[tuple[int, str], Stream] = {}

    def forget(self) -> None:
        """After a rollback: what was remembered may be of it."""
        self._streams.clear()
        self._again.forget()

    def take(self, device: Device, payload: bytes, received_ms: int) -> tuple[str, Taken]:
        """Store what is new in a `fact` payload; return its journal id and what came of it.

        Raises Refusal for what is no message of this device: nothing of it is stored.
        """
        journal, records = told.read(device.key, payload)
        stream = self.stream(device, journal)
        if stream.state == "quarantined":
            return journal, Taken(stream.id, stream.number, [], 0, True)
        facts: list[Fact] = []
        repeated = 0
        for found in records:
            if found.number > stream.number + 1:
                break
            new = found.number == stream.number + 1
            if not (_follows(stream, found) if new else self._same(stream, found)):
                taken = Taken(stream.id, stream.number, facts, repeated, True, found.number)
                return journal, taken
            known = self._was_told(device, stream, found) if new else True
            if new:
                fact = self._store(stream, found, received_ms)
            if known:
                repeated += 1
            else:
                facts.append(fact)
        return journal, Taken(stream.id, stream.number, facts, repeated, False)

    def stream(self, device: Device, journal: str) -> Stream:
        """Return the stream of a device's journal, begun at its first message."""
        key = (device.id, journal)
        if key not in self._streams:
            row = self._db.execute(_STREAM, key).fetchone()
            if row is None:
                genesis = record.genesis(device.key, journal)
                (new,) = self._db.execute(_NEW_STREAM, (*key, genesis)).fetchone()
                row = (new, 0, genesis, "open")
            stream = Stream(*row)
            last = self._db.execute(_KIND, (stream.id, stream.number)).fetchone()
            stream.after_loss = last == (GENUINE_LOSS,)
            self._streams[key] = stream
        return self._streams[key]

    def quarantine(self, device: Device, journal: str) -> None:
        stream = self.stream(device, journal)
        stream.state = "quarantined"
        self._again.forget()
        self._db.execute("UPDATE stream SET state = 'quarantined' WHERE id = ?", (stream.id,))

    def close_others(self, device: Device, journal: str) -> None:
        """A machine that says hello with a journal has left its earlier ones."""
        if self._db.execute(_OTHERS, (device.id, journal)).rowcount:
            self._streams.clear()

    def parts(self, fact: Fact, count: int) -> list[dict[str, object]]:
        """Return the bodies of the `part` records right before a closing one that belong to it."""
        numbers = (fact.number - count, fact.number - 1)
        bodies = [
            told.body("part", bytes(shapes.envelope.decode(raw).d))[0]
            for (raw,) in self._db.execute(_PARTS, (fact.stream, *numbers))
            if raw is not None
        ]
        return [body for body in bodies if body.get("id") == fact.body["id"]]

    def _same(self, stream: Stream, found: Record) -> bool:
        kind, chain = self._db.execute(_STORED, (stream.id, found.number)).fetchone()
        # A record that could be read once and not the next time, or the other way round, is one.
        return chain == found.chain or GENUINE_LOSS in (kind, found.kind)

    def _was_told(self, device: Device, stream: Stream, found: Record) -> bool:
        """Say whether a new number is an old record, told again after a quarantine."""
        if found.kind == GENUINE_LOSS:
            return False
        boot, uptime_ms, *_clock = found.stamp
        return self._again.recognise(device.id, stream.id, boot, uptime_ms, found.raw)

    def _store(self, stream: Stream, found: Record, received_ms: int) -> Fact:
        """The database carries the stream on, or refuses what does not follow in it."""
        number, kind, before, chain, stamp, raw, body, problem = found
        new = self._db.number("inbox")
        values = (new, stream.id, number, kind, *stamp, received_ms, before, chain, raw)
        self._db.execute(_STORE, values)
        stream.number, stream.chain = number, chain
        stream.after_loss = kind == GENUINE_LOSS
        return Fact(new, stream.id, number, kind, stamp, body, problem)


def _follows(stream: Stream, found: Record) -> bool:
    return stream.after_loss or found.kind == GENUINE_LOSS or found.before == stream.chain
