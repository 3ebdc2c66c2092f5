"""The places, machines, copies and cards of the year, put into an empty ledger.

The library prints how many machines, copies and cards there are.  Which copies are where is our
assumption: each place has its share of them, as of the visits.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from typing import NamedTuple

from bookcase_fw import sign
from broker.ledger.schema import UNKNOWN
from broker.ledger.store import Database
from hw_sim.year.printed import AUDIENCES

DISTRICT_KEY = bytes(range(32))
DOORS, CAPACITY = 4, 30  # Of a bookcase.
COPIES_OF_A_TITLE = 8
CLASSES = "ABCDEFGHIJKNOPQRSTUVXZ"  # First letters of the classification, one title after another.
ROWS_A_STEP = 20_000
JUVENILE_CARDS = 4  # Every fourth card, about as among the new ones.

# fmt: off
SITES = (
    # id      Chinese             English                        kind        level       visits
    ("lib01", "区图书馆",         "District library",            "library",  "district", 0.70),
    *((f"room{n:02}", f"城市书房{n}", f"City study room {n}",    "room",     "district", 0.30 / 11)
      for n in range(1, 12)),
    *((f"case{n:02}", f"城市书柜{n}", f"City bookcase {n}",      "estate",   "district", 0.0)
      for n in range(1, 21)),
    *((f"street{n:02}", f"街镇馆{n}", f"Street branch {n}",      "library",  "street",   1 / 13)
      for n in range(1, 14)),
)
# fmt: on
PATRON = """INSERT INTO patron (account, card, reader, name, kind, language, blocked)
VALUES (?, ?, ?, '', ?, 'zh', '')"""
_SITE = "INSERT INTO site VALUES (?, ?, ?, ?, ?, 31.11, 121.38)"
_SHELF = "INSERT INTO holder (kind, site) VALUES ('shelf', ?)"
_DEVICE = "INSERT INTO device VALUES (?, ?, ?, ?, ?, ?, ?)"
_COMPARTMENT = "INSERT INTO holder (kind, device, door) VALUES ('compartment', ?, ?)"
_TITLE = "INSERT INTO title VALUES (?, ?, '', 0, 'zh', ?, ?) ON CONFLICT DO NOTHING"
_COPY = "INSERT INTO copy VALUES (?, ?, ?, ?, ?, ?, ?)"
_LOAD = """INSERT INTO movement (copy, source, target, kind, at_ms, recorded_ms)
VALUES (?, ?, ?, 'load', ?, ?)"""


class Machine(NamedTuple):
    """`weight` is its part of the visits of the library or of the street branches."""

    id: int
    name: str
    kind: str
    site: str
    doors: int
    place: str  # A word of quotas.PLACES.
    weight: float


def machines() -> list[Machine]:
    """Return 13 loan machines (two of them in the library), its 24-hour return, 20 bookcases, and
    a loan machine in each street branch."""
    weights = {site[0]: site[5] for site in SITES if site[4] == "district" and site[5]}
    weights["lib01"] /= 2
    kiosks = [("lib01", weights["lib01"]), *weights.items()]
    rows = [
        (f"kx{n:02}", "kiosk", site, 0, "own", part) for n, (site, part) in enumerate(kiosks, 1)
    ]
    rows += [("rt01", "kiosk", "lib01", 0, "own", 0.0)]
    rows += [(f"bc{n:02}", "bookcase", f"case{n:02}", DOORS, "own", 0.0) for n in range(1, 21)]
    streets = [site for site in SITES if site[4] == "street"]
    rows += [
        (f"sk{n:02}", "kiosk", site[0], 0, "street", site[5]) for n, site in enumerate(streets, 1)
    ]
    return [Machine(number, *row) for number, row in enumerate(rows, 1)]


def key_of(device: str) -> bytes:
    return sha256(f"a key of the year: {device}".encode()).digest()


def tag_of(copy: int) -> str:
    return f"E280{copy:020X}"


def card_of(account: int) -> str:
    return f"SG{account:08}"


@cache
def reader_of(account: int) -> str:
    return sign.pseudonym(DISTRICT_KEY, card_of(account))


def kind_of(account: int) -> str:
    return "adult" if account % JUVENILE_CARDS else "juvenile"


class Shelved(NamedTuple):
    """Copies with numbers from `first` up to `last`, `last` not included, on one shelf."""

    site: str
    audience: str
    first: int
    last: int


def shelved(copies: Mapping[str, int]) -> list[Shelved]:
    """Return what stands where: half of each audience's copies with the street branches."""
    found = []
    number = 1
    for kind in AUDIENCES:
        for site in SITES:
            count = round(copies[kind] / 2 * site[5])
            found.append(Shelved(site[0], kind, number, number + count))
            number += count
    return [row for row in found if row.last > row.first]


def settle(
    db: Database, shelves: list[Shelved], cards: int, now_ms: int
) -> Iterator[tuple[int, int]]:
    """Enter everything; yield copies done and all, a transaction after the other."""
    db.begin()
    _furnish(db)
    db.executemany(PATRON, (patron(account, kind_of(account)) for account in range(1, cards + 1)))
    holders = dict(db.execute("SELECT site, id FROM holder WHERE site IS NOT NULL").fetchall())
    db.commit()
    total = max(row.last for row in shelves) - 1
    for row in shelves:
        for first in range(row.first, row.last, ROWS_A_STEP):
            last = min(first + ROWS_A_STEP, row.last)
            _enter(db, row, range(first, last), holders[row.site], now_ms)
            yield last - 1, total


def patron(account: int, kind: str) -> tuple[int, str, str, str]:
    """Return a reader's row."""
    return account, card_of(account), reader_of(account), kind


def _furnish(db: Database) -> None:
    for site in SITES:
        db.execute(_SITE, site[:5])
        db.execute(_SHELF, site[:1])
    for machine in machines():
        values = (machine.id, machine.name, machine.kind, machine.site, machine.doors, CAPACITY)
        db.execute(_DEVICE, (*values, key_of(machine.name)))
        for door in range(1, machine.doors + 1):
            db.execute(_COMPARTMENT, (machine.id, door))


def _enter(db: Database, row: Shelved, copies: range, holder: int, now_ms: int) -> None:
    """Enter copies of one shelf; every eighth one brings a title."""
    db.begin()
    letter, titles = row.audience[0], sorted({copy // COPIES_OF_A_TITLE for copy in copies})
    db.executemany(
        _TITLE,
        [(f"{letter}{n}", f"{n}", row.audience, CLASSES[n % len(CLASSES)]) for n in titles],
    )
    for copy in copies:
        title = f"{letter}{copy // COPIES_OF_A_TITLE}"
        values = (copy, f"MH{copy:08}", tag_of(copy), title, row.site, holder, now_ms)
        db.execute(_COPY, values)
    db.executemany(_LOAD, [(copy, UNKNOWN, holder, now_ms, now_ms) for copy in copies])
    db.commit()
