"""Loads a library from CSV files: places, machines, titles, copies, cards and the machines' keys.

What is there already stays as it is, custody above all, so that loading twice changes nothing; a
machine's key and a card's block are taken anew.  The files and their columns: docs/service.md.
"""

import csv
import secrets
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from bookcase_fw import sign
from broker.accounts import people
from broker.catalogue.index import Index
from broker.fleet import roles
from broker.ledger import store
from broker.ledger.store import Database
from broker.library import copies

ACCOUNT_BITS = 48
ROWS_A_STEP = 500

_SITE = "INSERT INTO site VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING"
_DEVICE = """INSERT INTO device (name, kind, site, doors, capacity) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (name) DO NOTHING"""
_KEY = "UPDATE device SET key = ? WHERE name = ?"
_TITLE = "INSERT INTO title VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING"
_PATRON = """INSERT INTO patron (account, card, reader, name, kind, language, blocked)
VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (card) DO UPDATE SET blocked = excluded.blocked"""
_TYPE = """INSERT INTO copy_type (copy, type) SELECT id, ? FROM copy WHERE barcode = ?
ON CONFLICT (copy) DO UPDATE SET type = excluded.type"""
_ROLE = """INSERT INTO device_role (device, role) SELECT id, ? FROM device WHERE name = ?
ON CONFLICT (device) DO UPDATE SET role = excluded.role"""
_SHELF = "INSERT INTO holder (kind, site) VALUES ('shelf', ?) ON CONFLICT DO NOTHING"
_COMPARTMENT = """INSERT INTO holder (kind, device, door)
SELECT 'compartment', id, ? FROM device WHERE name = ? ON CONFLICT DO NOTHING"""
_ON_SHELF = "SELECT id FROM holder WHERE site = ?"
_INSIDE = """SELECT holder.id FROM holder JOIN device ON device.id = holder.device
WHERE device.name = ? AND holder.door = ?"""

Row = dict[str, str]
# How far it is: the file, rows done, rows in all.
Progress = Callable[[str, int, int], None]


class LoadError(Exception):
    """A file cannot be loaded.  The message names file and line."""


def load(
    db: Database, folder: Path, *, district_key: bytes, now_ms: int, progress: Progress
) -> dict[str, int]:
    """Load all files in one transaction; return how many rows of each there were.

    Raises LoadError for a missing file or column, or a row that does not fit; then nothing is
    loaded.
    """
    counts = {}
    db.begin()
    try:
        for name, enter, needed in FILES:
            rows = _read(folder / name, needed=needed)
            counts[name] = len(rows)
            for number, row in enumerate(_told(rows, name, progress), start=2):
                try:
                    _whole(row)
                    enter(db, row, district_key, now_ms)
                except (KeyError, TypeError, ValueError, *store.CONFLICTS) as error:
                    raise LoadError(f"{name}, line {number}: {error!r}") from error
        people.note_change(db)
        index = Index(db)
        if index.add_missing():
            index.rank()
        db.commit()
    finally:
        if db.in_transaction:
            db.rollback()
    return counts


def _read(path: Path, *, needed: bool) -> list[Row]:
    if not path.exists() and not needed:
        return []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError) as error:
        raise LoadError(f"{path.name}: {error}") from error


def _whole(row: Row) -> None:
    """The csv module fills a short row up with None and puts what is too much under None."""
    if None in row or None in row.values():
        raise ValueError("it has not as many fields as the header")


def _told(rows: Iterable[Row], name: str, progress: Progress) -> Iterator[Row]:
    rows = list(rows)
    for done, row in enumerate(rows):
        if done % ROWS_A_STEP == 0:
            progress(name, done, len(rows))
        yield row
    progress(name, len(rows), len(rows))


def _site(db: Database, row: Row, _key: bytes, _now_ms: int) -> None:
    words = [row[name] for name in ("site", "name_zh", "name_en", "kind", "level")]
    db.execute(_SITE, (*words, float(row["lat"]), float(row["lon"])))
    db.execute(_SHELF, (row["site"],))


def _machine(db: Database, row: Row, _key: bytes, _now_ms: int) -> None:
    doors, capacity = int(row["doors"]), int(row["capacity"])
    db.execute(_DEVICE, (row["device"], row["kind"], row["site"], doors, capacity))
    for door in range(1, doors + 1):
        db.execute(_COMPARTMENT, (door, row["device"]))
    role = row.get("role")
    if role:
        if roles.KINDS.get(role) != row["kind"]:
            raise ValueError(f"no {row['kind']} has the role {role!r}")
        db.execute(_ROLE, (role, row["device"]))


def _title(db: Database, row: Row, _key: bytes, _now_ms: int) -> None:
    words = [row[name] for name in ("language", "audience", "class")]
    year = int(row["year"] or 0)
    db.execute(_TITLE, (row["title_id"], row["title"], row["author"], year, *words))


def _copy(db: Database, row: Row, _key: bytes, now_ms: int) -> None:
    placed = _holder(db, row["holder"])
    tag = row["tag"].upper()
    copies.enter(
        db,
        barcode=row["barcode"],
        tag=tag,
        title=row["title_id"],
        home=row["home"],
        placed=placed,
        now_ms=now_ms,
    )
    if row.get("type"):
        db.execute(_TYPE, (row["type"], row["barcode"]))


def _patron(db: Database, row: Row, district_key: bytes, _now_ms: int) -> None:
    reader = sign.pseudonym(district_key, row["card"])
    words = [row[name] for name in ("name", "kind", "language", "blocked")]
    # Random, so that nothing leads from the history to the card once the row is gone.
    account = secrets.randbits(ACCOUNT_BITS) + 1
    db.execute(_PATRON, (account, row["card"], reader, *words))


def _device_key(db: Database, row: Row, _key: bytes, _now_ms: int) -> None:
    key = bytes.fromhex(row["key"])
    if len(key) != 32:
        raise ValueError("a key has 32 bytes")
    if not db.execute(_KEY, (key, row["device"])).rowcount:
        raise ValueError(f"no machine {row['device']}")


def _holder(db: Database, text: str) -> int:
    """Return the holder written as bc01/2 or shelf:lib01."""
    kind, _colon, site = text.partition(":")
    if kind == "shelf":
        found = db.execute(_ON_SHELF, (site,)).fetchone()
    else:
        device, _slash, door = text.partition("/")
        found = db.execute(_INSIDE, (device, int(door))).fetchone()
    if found is None:
        raise ValueError(f"no such place: {text}")
    return int(found[0])


# In the order in which they refer to each other.
FILES = (
    ("sites.csv", _site, True),
    ("machines.csv", _machine, True),
    ("titles.csv", _title, True),
    ("copies.csv", _copy, True),
    ("patrons.csv", _patron, True),
    ("keys.csv", _device_key, False),
)
