"""A provider's statement of a day compared with the ledger's payments and refunds.

A statement is CSV with a header: `kind` (paid or refund), `id` (ours), `fen`, `reference`.
Nothing is put right here: each difference is named, for people and for `Till.ask`.
"""

import csv
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from typing import NamedTuple
from zoneinfo import ZoneInfo

from broker.ledger.store import Database

_OURS = """SELECT 'paid', id, fen, reference, state, settled_ms FROM payment WHERE provider = ?
UNION ALL SELECT 'refund', refund.id, refund.fen, refund.reference, refund.state, refund.settled_ms
FROM refund JOIN payment ON payment.id = refund.payment WHERE payment.provider = ?"""
_KEEP = """INSERT INTO reconciliation (provider, day, made_ms, matched, differences)
VALUES (?, ?, ?, ?, ?)"""
DONE = ("paid", "done")
COLUMNS = ("kind", "id", "fen", "reference")


class StatementError(Exception):
    """The statement cannot be read.  The message names line and column."""


class Entry(NamedTuple):
    """A line of a statement, or what the ledger would write there."""

    kind: str
    id: str
    fen: int
    reference: str


class Difference(NamedTuple):
    """`what` is a word of WHATS; `ours` and `theirs` are as people read them."""

    what: str
    kind: str
    id: str
    ours: str
    theirs: str


class Report(NamedTuple):
    provider: str
    day: int
    matched: int
    differences: list[Difference]


WHATS = (
    ("unknown_here", "the provider has it and the ledger does not know its id"),
    ("not_settled_here", "the provider settled it; here it is open, failed or expired: ask"),
    ("missing_there", "the ledger settled it on this day and the statement does not have it"),
    ("amount", "both have it with different amounts"),
    ("reference", "both have it under different references"),
    ("twice", "the statement has it more than once"),
)


def compare(
    db: Database, provider: str, day: int, text: str, *, midnight_ms: tuple[int, int], now_ms: int
) -> Report:
    """Compare and keep the report; `midnight_ms` is when the day begins and ends."""
    ours = {
        (kind, number): (Entry(kind, number, fen, reference), state, settled_ms or 0)
        for kind, number, fen, reference, state, settled_ms in db.execute(
            _OURS, (provider, provider)
        )
    }
    differences: list[Difference] = []
    seen: set[tuple[str, str]] = set()
    matched = 0
    for entry in read(text):
        key = (entry.kind, entry.id)
        found = list(_of_entry(entry, ours.get(key), repeated=key in seen))
        seen.add(key)
        differences += found
        matched += not found
    begin, end = midnight_ms
    for key, (entry, state, settled_ms) in sorted(ours.items()):
        if key not in seen and state in DONE and begin <= settled_ms < end:
            said = f"{entry.fen} fen, {state}"
            differences.append(Difference("missing_there", *key, said, ""))
    listed = json.dumps([difference._asdict() for difference in differences])
    db.execute(_KEEP, (provider, day, now_ms, matched, listed))
    return Report(provider, day, matched, differences)


def midnights(day: int, zone: ZoneInfo) -> tuple[int, int]:
    """Return when a day begins and ends, in ms since 1970 UTC."""
    first = datetime(day // 10000, day // 100 % 100, day % 100, tzinfo=zone)
    last = first + timedelta(days=1)
    return int(first.timestamp() * 1000), int(last.timestamp() * 1000)


def read(text: str) -> list[Entry]:
    """Return the lines of a statement, or raise StatementError."""
    rows = csv.DictReader(StringIO(text.removeprefix("\ufeff")))
    missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        raise StatementError(f"line 1: no column {', '.join(missing)}")
    found = []
    for row in rows:
        kind, number, fen, reference = (row[name] or "" for name in COLUMNS)
        if kind not in ("paid", "refund"):
            raise StatementError(f"line {rows.line_num}: kind is paid or refund, not {kind!r}")
        if not (fen.isascii() and fen.isdecimal()):
            raise StatementError(f"line {rows.line_num}: fen is a number, not {fen!r}")
        found.append(Entry(kind, number, int(fen), reference))
    return found


def _of_entry(
    entry: Entry, ours: tuple[Entry, str, int] | None, *, repeated: bool
) -> Iterator[Difference]:
    key, theirs = (entry.kind, entry.id), f"{entry.fen} fen"
    if ours is None:
        yield Difference("unknown_here", *key, "", theirs)
        return
    held, state, _settled_ms = ours
    if repeated:
        yield Difference("twice", *key, f"{held.fen} fen", theirs)
    elif state not in DONE:
        yield Difference("not_settled_here", *key, state, theirs)
    elif held.fen != entry.fen:
        yield Difference("amount", *key, f"{held.fen} fen", theirs)
    elif held.reference != entry.reference:
        yield Difference("reference", *key, held.reference, entry.reference)
