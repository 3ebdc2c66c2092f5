"""Titles as CSV, a line for each title or each of its copies; UTF-8 with a header line.

    title_id,title,author,year,language,audience,class,publisher,isbn,subjects,barcode,site,tag

Only the first two are needed.  Lines of one title follow each other; several authors, ISBNs or
subjects have semicolons between.
"""

import csv
import io
from collections.abc import Iterator
from itertools import groupby

from broker.catalogue import isbn
from broker.catalogue.work import BrokenRecord, Item, Work

COLUMNS = (
    "title_id",
    "title",
    "author",
    "year",
    "language",
    "audience",
    "class",
    "publisher",
    "isbn",
    "subjects",
    "barcode",
    "site",
    "tag",
)
NEEDED = COLUMNS[:2]
YEAR_MAX = 4095

Row = dict[str, str]


class SheetError(Exception):
    """The file is no such sheet.  The message says why."""


def split(text: io.TextIOBase) -> Iterator[tuple[int, bytes]]:
    """Yield each title's number and its lines as one piece of CSV with a header.

    Raises SheetError when a needed column is missing.
    """
    reader = csv.DictReader(text)
    missing = [name for name in NEEDED if name not in (reader.fieldnames or ())]
    if missing:
        raise SheetError(f"no column {', '.join(missing)}")
    rows = groupby(reader, key=lambda row: row["title_id"])
    for number, (_title, lines) in enumerate(rows, start=1):
        yield number, _written(list(lines))


def work(data: bytes) -> Work:
    """Return the title of a piece that `split` gave.  Raises BrokenRecord."""
    rows = list(csv.DictReader(io.StringIO(data.decode())))
    first = rows[0]
    if not (first["title_id"].strip() and first["title"].strip()):
        raise BrokenRecord("it has no number or no title")
    year = first["year"].strip() or "0"
    if not (year.isdecimal() and int(year) <= YEAR_MAX):
        raise BrokenRecord(f"no year: {year}")
    return Work(
        id=first["title_id"].strip(),
        title=first["title"].strip(),
        authors=_several(first["author"]),
        year=int(year),
        language=first["language"].strip(),
        audience=first["audience"].strip() or "adult",
        class_=first["class"].strip(),
        publisher=first["publisher"].strip(),
        subjects=_several(first["subjects"]),
        isbns=tuple(filter(None, map(isbn.normal, _several(first["isbn"])))),
        items=tuple(
            Item(row["barcode"].strip(), row["site"].strip(), row["tag"].strip().upper())
            for row in rows
            if row["barcode"].strip()
        ),
    )


def _several(text: str) -> tuple[str, ...]:
    parts = (part.strip() for part in text.replace("；", ";").split(";"))
    return tuple(dict.fromkeys(filter(None, parts)))


def _written(rows: list[Row]) -> bytes:
    """A line that is too long or too short is read as far as it goes."""
    written = io.StringIO()
    writer = csv.DictWriter(written, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: row.get(name) or "" for name in COLUMNS} for row in rows)
    return written.getvalue().replace("\0", "").encode()
