"""Takes titles into the ledger: new ones and changed ones, nothing else, and says how many.

A record that is byte for byte the one that came before is not even read.  A broken one is told with
its number and its reason; the others go in.  What went in stays in when the import is interrupted,
and the next run goes on quickly.
"""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from broker.catalogue import formats, marc, sheet
from broker.catalogue.index import Index
from broker.catalogue.work import BrokenRecord, Item, Work
from broker.ledger.store import Database
from broker.library import copies

RECORDS_A_STEP = 500  # Committed together.

# A record with a copy that was refused is read again by the next import.
_READ_AGAIN = "UPDATE title_detail SET digest = '' WHERE title = ?"
_KNOWN = "SELECT title FROM title_detail WHERE digest = ?"
_TITLE = """INSERT INTO title (id, title, author, year, language, audience, class)
VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET title = excluded.title,
author = excluded.author, year = excluded.year, language = excluded.language,
audience = excluded.audience, class = excluded.class"""
_DETAIL = """INSERT INTO title_detail
(title, publisher, subjects, format, encoding, digest, raw) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (title) DO UPDATE SET publisher = excluded.publisher, subjects = excluded.subjects,
format = excluded.format, encoding = excluded.encoding, digest = excluded.digest,
raw = excluded.raw"""
_IS_THERE = "SELECT 1 FROM title WHERE id = ?"
_NO_ISBN = "DELETE FROM title_isbn WHERE title = ?"
_ISBN = "INSERT INTO title_isbn (isbn, title) VALUES (?, ?) ON CONFLICT DO NOTHING"
_COPY = "SELECT title FROM copy WHERE barcode = ?"
_RETITLE = "UPDATE copy SET title = ? WHERE barcode = ?"
_SHELVES = "SELECT site, id FROM holder WHERE kind = 'shelf'"


class Source(NamedTuple):
    """What is imported.  `site` is for copies whose record names none that the library has."""

    path: Path
    form: str  # A word of tables.FORMATS.
    encoding: str = "auto"
    site: str = ""


class Problem(NamedTuple):
    """A record, by its place in the file from 1, and why it, or a copy of it, was not taken."""

    number: int
    why: str


class Taken(NamedTuple):
    """What an import did.  Records: new, changed, unchanged, broken; copies: entered, retitled."""

    new: int
    changed: int
    unchanged: int
    broken: tuple[Problem, ...]
    copies: int
    retitled: int
    refused_copies: tuple[Problem, ...]


# How far it is: records done, bytes read, bytes in all.
Progress = Callable[[int, int, int], None]


class _Piece(NamedTuple):
    number: int
    data: bytes
    read: int


def take(db: Database, source: Source, *, now_ms: int, progress: Progress) -> Taken:
    """Import a file.  Raises OSError, sheet.SheetError, or UnicodeDecodeError of a CSV file."""
    size = source.path.stat().st_size
    intake = _Intake(db, source, now_ms)
    with source.path.open("rb") as file:
        pieces = _pieces(file, source)
        going_on = True
        while going_on:
            going_on = False
            db.begin()
            try:
                for count, piece in enumerate(pieces, start=1):
                    intake.piece(piece)
                    if count == RECORDS_A_STEP:
                        going_on = True
                        break
                if not going_on:
                    intake.index.rank()
                db.commit()
            finally:
                if db.in_transaction:
                    db.rollback()
            progress(intake.done, min(intake.read, size), size)
    return intake.taken()


def _pieces(file: BinaryIO, source: Source) -> Iterator[_Piece]:
    if source.form != "csv":
        for raw in marc.split(file):
            yield _Piece(*raw)
        return
    encoding = "utf-8-sig" if source.encoding in ("auto", "utf-8") else source.encoding
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    for number, data in sheet.split(text):
        yield _Piece(number, data, file.tell())


class _Intake:
    def __init__(self, db: Database, source: Source, now_ms: int) -> None:
        self.index = Index(db)
        self.done = self.read = 0
        self._db = db
        self._source = source
        self._now_ms = now_ms
        self._shelves: dict[str, int] = dict(db.execute(_SHELVES).fetchall())
        self._seen: dict[str, int] = {}  # The record that each title came from.
        self._counts = {"new": 0, "changed": 0, "unchanged": 0, "copies": 0, "retitled": 0}
        self._broken: list[Problem] = []
        self._refused: list[Problem] = []

    def taken(self) -> Taken:
        return Taken(
            **self._counts, broken=tuple(self._broken), refused_copies=tuple(self._refused)
        )

    def piece(self, piece: _Piece) -> None:
        self.done, self.read = piece.number, piece.read
        try:
            self._counts[self._record(piece)] += 1
        except BrokenRecord as broken:
            self._broken.append(Problem(piece.number, str(broken)))

    def _record(self, piece: _Piece) -> str:
        """Take a record and return what it was: a word of Taken."""
        form, encoding = self._source.form, self._source.encoding
        digest = marc.digest(piece.data, form, encoding)
        known = self._db.execute(_KNOWN, (digest,)).fetchone()
        if known:
            self._once(known[0], piece.number)
            return "unchanged"
        work = self._work(piece.data)
        self._once(work.id, piece.number)
        was = "changed" if self._db.execute(_IS_THERE, (work.id,)).fetchone() else "new"
        self._write(work, digest, piece.data)
        refused = len(self._refused)
        for item in work.items:
            self._item(item, work.id, piece.number)
        if len(self._refused) > refused:
            self._db.execute(_READ_AGAIN, (work.id,))
        return was

    def _work(self, data: bytes) -> Work:
        if self._source.form == "csv":
            return sheet.work(data)
        return marc.work(data, formats.FORMATS[self._source.form], self._source.encoding)

    def _once(self, title: str, number: int) -> None:
        """Two records of one number would undo each other at every import."""
        first = self._seen.setdefault(title, number)
        if first != number:
            raise BrokenRecord(f"it has the number of record {first}: {title}")

    def _write(self, work: Work, digest: str, raw: bytes) -> None:
        line = (work.id, work.title, work.author, work.year, work.language, work.audience)
        self._db.execute(_TITLE, (*line, work.class_))
        source = (self._source.form, self._source.encoding, digest, raw)
        self._db.execute(_DETAIL, (work.id, work.publisher, "\n".join(work.subjects), *source))
        self._db.execute(_NO_ISBN, (work.id,))
        for isbn in work.isbns:
            self._db.execute(_ISBN, (isbn, work.id))
        self.index.put(work)

    def _item(self, item: Item, title: str, number: int) -> None:
        """A copy that the ledger knows stays where it is; its title follows the record."""
        found = self._db.execute(_COPY, (item.barcode,)).fetchone()
        if found is None:
            self._enter(item, title, number)
        elif found[0] != title:
            self._db.execute(_RETITLE, (title, item.barcode))
            self._counts["retitled"] += 1

    def _enter(self, item: Item, title: str, number: int) -> None:
        home = item.site if item.site in self._shelves else self._source.site
        if home not in self._shelves:
            self._refused.append(Problem(number, f"copy {item.barcode}: no site {item.site!r}"))
            return
        entered = copies.enter(
            self._db,
            barcode=item.barcode,
            tag=item.tag,
            title=title,
            home=home,
            placed=self._shelves[home],
            now_ms=self._now_ms,
        )
        if entered:
            self._counts["copies"] += 1
        else:
            self._refused.append(Problem(number, f"copy {item.barcode}: its tag is another's"))
