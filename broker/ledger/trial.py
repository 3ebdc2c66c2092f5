"""What would be answered, and by which lines, if a reader asked: nothing is changed by trying.

The same question as a machine's, asked on a connection that only reads, and for any day.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import NamedTuple, cast
from zoneinfo import ZoneInfo

from broker.circulation import days
from broker.circulation.decide import Answer, decide
from broker.circulation.terms import CHANNELS, Place
from broker.law import Law
from broker.ledger.asks import Asks, lines
from broker.ledger.directory import Directory
from broker.ledger.known import Waiting
from broker.ledger.store import Database
from broker.ledger.views import record

_READER = "SELECT reader FROM card WHERE card = ?"
_TAG = "SELECT tag FROM copy WHERE barcode = ?"
_MACHINE = """SELECT site.id, site.level, device.kind FROM device JOIN site ON site.id = device.site
WHERE device.name = ?"""
_SITE = "SELECT id, level FROM site WHERE id = ?"


class NotKnown(Exception):
    """Something that was named is not there: `kind` is card, copy or place."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"no {kind} {name}")
        self.kind = kind
        self.name = name


class Question(NamedTuple):
    """`at` is a machine (kx01), or a site and a channel (lib01/desk); `day` is yyyymmdd."""

    op: str
    card: str
    barcodes: tuple[str, ...]
    at: str
    day: int


@record
class Verdict:
    """What would be said of one copy."""

    barcode: str
    """the copy's barcode"""
    title: str
    """its title"""
    ok: bool
    """whether it is yes"""
    why: str
    """why not, in a word; empty when it is yes"""
    due: int
    """when it would be due, or when it is due that is on loan"""
    overdue_days: int
    """days past due that count, without those on which the library took nothing back"""
    fen: int
    """what a return of it would cost, in fen"""
    line: str
    """the lines of rules and calendar that decided about it"""


@record
class Decision:
    """What would be answered."""

    op: str
    """what was asked"""
    day: int
    """on which day"""
    ok: bool
    """whether it is yes"""
    why: str
    """why not, or why nothing may be taken, in a word"""
    loans: int
    """copies that the reader has on loan"""
    left: int
    """copies that the reader may still take"""
    lines: list[str]
    """the lines of rules and calendar that decided, that of the whole answer first"""
    books: list[Verdict]
    """one for each copy asked about, or each of the reader's loans"""


class Trial:
    """`read` opens a connection that only reads; any thread may try."""

    def __init__(
        self,
        read: Callable[[], AbstractContextManager[Database]],
        law: Law,
        zone: ZoneInfo,
        *,
        now_ms: Callable[[], int],
        waiting: Callable[[Database], Waiting] | None = None,
    ) -> None:
        self._read = read
        self._law = law
        self._zone = zone
        self._now_ms = now_ms
        self._waiting = waiting

    def today(self) -> int:
        return self._law.day(self._now_ms())

    def decide(self, asked: Question) -> Decision:
        """Return what would be answered.  Raises NotKnown for a card, copy or place."""
        now_ms = self._now_ms()
        if self._law.day(now_ms) != asked.day:
            now_ms = days.noon_ms(asked.day, self._zone)
        with self._read() as db:
            (reader,) = _one(db, "card", _READER, asked.card) if asked.card else ("",)
            tags = [_one(db, "copy", _TAG, barcode)[0] for barcode in asked.barcodes]
            asks = Asks(
                db,
                directory=Directory(db),
                rules=self._law.rules,
                calendar=self._law.calendar,
                ruleset=self._law.ruleset,
                day=self._law.day,
                waiting=self._waiting(db) if self._waiting else None,
            )
            ask = asks.gather(asked.op, reader, tags, _place(db, asked.at), now_ms).ask
        return _decision(asked, decide(ask, self._law.rules, self._law.calendar, asked.day))


def _place(db: Database, at: str) -> Place:
    name, slash, channel = at.partition("/")
    if not slash:
        site, level, kind = _one(db, "place", _MACHINE, at)
        return Place(site, level, kind)
    if channel not in CHANNELS:
        raise NotKnown("place", at)
    site, level = _one(db, "place", _SITE, name)
    return Place(site, level, channel)


def _one(db: Database, kind: str, statement: str, name: str) -> tuple[str, ...]:
    row: tuple[str, ...] | None = db.execute(statement, (name,)).fetchone()
    if row is None:
        raise NotKnown(kind, name)
    return row


def _decision(asked: Question, answer: Answer) -> Decision:
    books = cast(list[dict[str, object]], answer.get("books", []))
    return Decision(
        op=asked.op,
        day=asked.day,
        ok=bool(answer["ok"]),
        why=str(answer.get("why", "")),
        loans=cast(int, answer.get("loans", 0)),
        left=cast(int, answer.get("left", 0)),
        lines=[line for line in lines(answer) if line],
        books=[
            Verdict(
                barcode=str(book["barcode"]),
                title=str(book["title"]),
                ok=bool(book["ok"]),
                why=str(book.get("why", "")),
                due=cast(int, book.get("due", 0)),
                overdue_days=cast(int, book.get("overdue_days", 0)),
                fen=cast(int, book.get("fen", 0)),
                line=str(book.get("line", "")),
            )
            for book in books
        ],
    )
