"""Writes everything that the library has entered into a folder: CSV, MARC in UTF-8, JSON lines.

    sites.csv machines.csv titles.csv copies.csv patrons.csv   as `load` reads them
    catalogue.csv                                              as `catalogue import` reads it
    catalogue.jsonl                                            a title with its copies on each line
    marc21.mrc cnmarc.mrc                                      the records as they came, as UTF-8
    loans.csv                                                  what is on loan

A copy that is in no place, on loan say, is written at the shelf where it belongs.  Keys of machines
are secrets and stay here.
"""

import csv
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from broker.catalogue import formats, marc, sheet
from broker.catalogue.work import AUTHORS_BETWEEN
from broker.ledger.store import Database
from broker.library import copies

Row = Any

_SITES = "SELECT id, name_zh, name_en, kind, level, lat, lon FROM site ORDER BY id"
_MACHINES = """SELECT name, kind, site, doors, capacity, COALESCE(role, '')
FROM device LEFT JOIN device_role ON device_role.device = device.id
WHERE kind <> 'desk' ORDER BY name"""
_TITLES = "SELECT id, title, author, year, language, audience, class FROM title ORDER BY id"
_COPIES = """SELECT copy.barcode, copy.tag, copy.title, copy.home, holder.kind, device.name,
holder.door, holder.site
FROM copy JOIN copy_state ON copy_state.copy = copy.id
JOIN holder ON holder.id = copy_state.holder LEFT JOIN device ON device.id = holder.device
ORDER BY copy.barcode"""
_PATRONS = "SELECT card, name, kind, language, blocked FROM patron ORDER BY card"
_LOANS = """SELECT copy.barcode, patron.card, loan.out_ms, loan.due
FROM loan JOIN copy ON copy.id = loan.copy LEFT JOIN patron ON patron.account = loan.account
WHERE loan.in_ms IS NULL ORDER BY copy.barcode"""
_DETAILS = """SELECT title.id, title.title, title.author, title.year, title.language,
title.audience, title.class, title_detail.publisher, title_detail.subjects
FROM title LEFT JOIN title_detail ON title_detail.title = title.id ORDER BY title.id"""
_ISBNS = "SELECT title, isbn FROM title_isbn ORDER BY title, isbn"
_HELD = "SELECT title, barcode, home, tag FROM copy ORDER BY title, barcode"
_RAW = "SELECT raw, encoding FROM title_detail WHERE format = ? ORDER BY title"

TABLES = (
    ("sites.csv", ("site", "name_zh", "name_en", "kind", "level", "lat", "lon"), _SITES),
    ("machines.csv", ("device", "kind", "site", "doors", "capacity", "role"), _MACHINES),
    (
        "titles.csv",
        ("title_id", "title", "author", "year", "language", "audience", "class"),
        _TITLES,
    ),
    ("patrons.csv", ("card", "name", "kind", "language", "blocked"), _PATRONS),
    ("loans.csv", ("barcode", "card", "out_ms", "due"), _LOANS),
)


def write(db: Database, folder: Path) -> dict[str, int]:
    """Write all files and return how many lines or records each has.  Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = {
        name: _table(folder / name, columns, db.execute(query)) for name, columns, query in TABLES
    }
    columns = ("barcode", "tag", "title_id", "home", "holder")
    counts["copies.csv"] = _table(folder / "copies.csv", columns, map(_placed, db.execute(_COPIES)))
    titles = list(_described(db))
    lines = (line for title in titles for line in _lines(title))
    counts["catalogue.csv"] = _table(folder / "catalogue.csv", sheet.COLUMNS, lines)
    with (folder / "catalogue.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(title, ensure_ascii=False) + "\n" for title in titles)
    counts["catalogue.jsonl"] = len(titles)
    for name, form in formats.FORMATS.items():
        with (folder / f"{name}.mrc").open("wb") as records:
            found = [
                marc.in_utf8(raw, form, encoding) for raw, encoding in db.execute(_RAW, (name,))
            ]
            records.writelines(found)
        counts[f"{name}.mrc"] = len(found)
    return counts


def _table(path: Path, columns: tuple[str, ...], rows: Iterable[Row]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for count, row in enumerate(rows, start=1):  # noqa: B007
            writer.writerow(row)
    return count


def _placed(row: Row) -> tuple[str, ...]:
    barcode, tag, title, home, kind, device, door, site = row
    places = {"compartment": f"{device}/{door}", "shelf": f"shelf:{site}"}
    return (barcode, copies.chip(tag), title, home, places.get(kind, f"shelf:{home}"))


def _described(db: Database) -> Iterator[dict[str, Any]]:
    isbns: dict[str, list[str]] = {}
    for title, isbn in db.execute(_ISBNS):
        isbns.setdefault(title, []).append(isbn)
    held: dict[str, list[dict[str, str]]] = {}
    for title, barcode, home, tag in db.execute(_HELD):
        line = {"barcode": barcode, "site": home, "tag": copies.chip(tag)}
        held.setdefault(title, []).append(line)
    for title, name, author, year, language, audience, class_, publisher, subjects in db.execute(
        _DETAILS
    ):
        yield {
            "title_id": title,
            "title": name,
            "author": author.split(AUTHORS_BETWEEN) if author else [],
            "year": year,
            "language": language,
            "audience": audience,
            "class": class_,
            "publisher": publisher or "",
            "isbn": isbns.get(title, []),
            "subjects": [subject for subject in (subjects or "").split("\n") if subject],
            "copies": held.get(title, []),
        }


def _lines(title: dict[str, Any]) -> Iterator[tuple[object, ...]]:
    described = tuple(_cell(title[name]) for name in sheet.COLUMNS[:10])
    for copy in title["copies"] or [{"barcode": "", "site": "", "tag": ""}]:
        yield (*described, copy["barcode"], copy["site"], copy["tag"])


def _cell(value: object) -> object:
    return AUTHORS_BETWEEN.join(value) if isinstance(value, list) else value
