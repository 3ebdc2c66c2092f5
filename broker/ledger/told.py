"""What a `fact` message says, as bytes: records decoded, and checked to be one machine's own.

Pure, and remembered: a message may be read before its turn has come, while the database is at work.
"""

import re
from functools import lru_cache
from typing import NamedTuple

import msgspec

from bookcase_fw import wire
from broker.fleet import keys
from broker.ledger import shapes
from broker.ledger.clocks import Stamp

INTEGER_MAX = 1 << 53  # A larger number is no time, no count and no day.
JOURNAL = re.compile("[0-9a-f]{8}")
UNKNOWN_KIND = "unknown kind"
REMEMBERED_MAX = 1000  # Messages: two batches of the writer and more.


class Refusal(Exception):
    """A message that is not taken.  `reason` is counted; the machine is not told."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


class Record(NamedTuple):
    """`raw` are its bytes.  `problem` says why the body cannot be understood, which then is empty.

    Nobody changes the body: it may be read again.
    """

    number: int
    kind: str
    before: str
    chain: str
    stamp: Stamp
    raw: bytes
    body: dict[str, object]
    problem: str


class Told(NamedTuple):
    """The records of a message, each the next of the one before it."""

    journal: str
    records: tuple[Record, ...]


class _Message(msgspec.Struct):
    journal: str
    head: str
    records: list[msgspec.Raw]


_decoder = msgspec.json.Decoder(_Message)


@lru_cache(REMEMBERED_MAX)
def read(key: bytes, payload: bytes) -> Told:
    """Return what a machine with this key says, or raise Refusal for what is not said by it."""
    if len(payload) > wire.PAYLOAD_SIZE_MAX:
        raise Refusal("too_long", f"{len(payload)} bytes")
    try:
        message = _decoder.decode(payload)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise Refusal("malformed", str(error)) from None
    if not JOURNAL.fullmatch(message.journal) or not message.records:
        raise Refusal("malformed", "no journal, or no records")
    return Told(message.journal, _linked(key, message))


def _linked(key: bytes, message: _Message) -> tuple[Record, ...]:
    """Return the records of a message whose head vouches for all of them, or raise Refusal."""
    records = tuple(_record(key, bytes(raw)) for raw in message.records)
    if records[-1].chain != message.head:
        raise Refusal("forged", "the head is not that of the last record")
    for before, after in zip(records, records[1:], strict=False):
        if after.before != before.chain or after.number != before.number + 1:
            raise Refusal("forged", f"record {after.number} does not follow {before.number}")
    return records


def _record(key: bytes, raw: bytes) -> Record:
    try:
        found = shapes.envelope.decode(raw)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise Refusal("malformed", str(error)) from None
    stamp = Stamp(found.b, found.u, found.t, found.q)
    if not (0 < found.n < INTEGER_MAX and min(stamp) >= 0 and max(stamp) < INTEGER_MAX):
        raise Refusal("malformed", "a number is out of bounds")
    said = body(found.k, bytes(found.d))
    return Record(found.n, found.k, found.p, keys.chain(key, raw), stamp, raw, *said)


def body(kind: str, raw: bytes) -> tuple[dict[str, object], str]:
    """Return a fact's checked body and "", or an empty one and what is wrong with it."""
    shape = shapes.bodies.get(kind)
    if shape is None:
        return {}, UNKNOWN_KIND
    try:
        fields: dict[str, object] = shape.decode(raw)
    except (msgspec.MsgspecError, RecursionError) as error:
        return {}, str(error)
    for value in fields.values():
        if isinstance(value, int) and not -INTEGER_MAX < value < INTEGER_MAX:
            return {}, "a number is out of bounds"
    return fields, ""
