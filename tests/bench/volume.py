"""P6: a fact with ten million closed loans and 1.5 million copies, against an empty ledger.

The same sessions of two copies each, of copies and patrons that no session named before, in groups
as the service commits them, on both databases.  SIZE=0.01 is a hundredth of it.
"""

import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg

from bookcase_fw import record, wire
from broker.config import Config
from broker.exchange import Exchange, Incoming
from broker.fleet import keys
from broker.fleet.registry import Registry
from broker.law import in_force
from broker.ledger import audit, database
from broker.ledger.store import Database, SqliteDatabase
from tests.bench import bulk, figures
from tests.bench.alchemy import Alchemy
from tests.bench.stage import KINDS, SIZE, empty_database

COPIES, LOANS_EACH, PATRONS = 1_500_000, 7, 135_000
FEW = 8000  # Copies and patrons of the ledger that counts as empty.
FACTS = 16_000
GROUP = 400
GOAL = 1.5
END_MS = 1_795_000_000_000
DEVICES = tuple(f"bc{number:02d}" for number in range(1, 21))
KEY = bytes(range(32))
JOURNAL = "00000001"


def measure() -> None:
    for kind, name in KINDS.items():
        empty_us, _load_s = _cost_us(kind, copies=FEW, loans_each=0, patrons=FEW)
        copies, patrons = max(FEW, int(COPIES * SIZE)), max(FEW, int(PATRONS * SIZE))
        full_us, load_s = _cost_us(kind, copies=copies, loans_each=LOANS_EACH, patrons=patrons)
        figures.report(
            "P6",
            f"a fact at {copies * LOANS_EACH} closed loans, {name}",
            full_us / empty_us,
            "times its cost on an empty ledger",
            goal=GOAL,
            better="lower",
            note=f"{copies} copies; median of groups of {GROUP}: {full_us:.0f} and {empty_us:.0f} "
            f"us a fact, commit and check-points included; loaded in {load_s:.0f} s",
        )


def through_sqlalchemy() -> tuple[float, float]:
    """Return what a fact costs in microseconds when each statement of the hot path goes through
    SQLAlchemy Core, and when none does: on an empty ledger, SQLite."""
    size = {"copies": FEW, "loans_each": 0, "patrons": FEW}
    through_us, _load_s = _cost_us("sqlite", alchemy=True, **size)
    plain_us, _load_s = _cost_us("sqlite", **size)
    return through_us, plain_us


def _cost_us(kind: str, *, alchemy: bool = False, **size: int) -> tuple[float, float]:
    """Return the median cost of a fact in microseconds, and the seconds that loading took."""
    with tempfile.TemporaryDirectory(prefix="shugui-bench-") as name, empty_database(kind) as url:
        folder = Path(name)
        db = database.open_writer(folder, url)
        _machines(db)
        begun = time.perf_counter()
        _bulk(db, url, size)
        load_s = time.perf_counter() - begun
        law = in_force(db, Config(data=name, district_key=KEY.hex(), database=url), END_MS)
        used = Alchemy(folder / database.NAME) if alchemy else db
        exchange = Exchange(used, Registry(used), law)
        _took_s(used, exchange, [_said(name, "hello", _hello()) for name in DEVICES])
        costs = [
            _took_s(used, exchange, group) / len(group)
            for group in _groups(size["copies"], size["patrons"])
        ]
        if SIZE < 1:
            wrong = audit.check(folder, law.day, url)
            assert not wrong, wrong[:3]
        used.close()
    return figures.median(costs[2:]) * 1e6, load_s


def _machines(db: Database) -> None:
    db.execute("INSERT INTO site VALUES ('s1', '书库', 'Stacks', 'library', 'district', 31, 121)")
    db.execute("INSERT INTO title VALUES ('t1', '红楼梦', '曹雪芹', 0, 'zh', 'adult', 'I242.4')")
    db.execute("INSERT INTO holder (kind, site) VALUES ('shelf', 's1')")
    for number, name in enumerate((bulk.LONG_AGO, *DEVICES), 1):
        values = (number, name, KEY)
        db.execute("INSERT INTO device VALUES (?, ?, 'bookcase', 's1', 1, 40, ?)", values)
        door = "INSERT INTO holder (kind, device, door) VALUES ('compartment', ?, 1)"
        db.execute(door, (number,))


def _bulk(db: Database, url: str, size: dict[str, int]) -> None:
    if not url:
        assert isinstance(db, SqliteDatabase)
        bulk.load(db.connection, **size, end_ms=END_MS)
        return
    with psycopg.connect(url, autocommit=True) as connection:
        bulk.load(connection, **size, end_ms=END_MS)


def _groups(copies: int, patrons: int) -> Iterator[list[Incoming]]:
    """Each machine has copies of its own, from everywhere: two are taken, then put back."""
    journals = [_Journal(name) for name in DEVICES]
    turns = [journals[number % len(journals)] for number in range(FACTS)]
    dice = random.Random(1)
    pairs: dict[str, list[int]] = {}
    for first in range(0, FACTS, GROUP):
        group = []
        for journal in turns[first : first + GROUP]:
            taken = pairs.pop(journal.name, None)
            if taken is None:
                own = dice.randrange(copies // 40) * 40 + DEVICES.index(journal.name) * 2
                taken = pairs[journal.name] = [own + 1, own + 2]
                body = {"took": [f"{copy:024X}" for copy in taken], "due": 20991231}
            else:
                body = {"put": [f"{copy:024X}" for copy in taken]}
            reader = f"{dice.randrange(patrons) + 1:024x}"
            group.append(journal.session(body | {"reader": reader}))
        yield group


class _Journal:
    """A machine's, of sessions a second apart."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._number = 0
        self._before = record.genesis(KEY, JOURNAL)

    def session(self, body: dict[str, object]) -> Incoming:
        self._number += 1
        said = {"id": f"1.{self._number}", "how": "qr", "door": 1, "end": "shut", **body}
        stamp = (1, self._number * 1000, 0, 0)
        data = record.encode(self._number, stamp, "session", self._before, said)
        self._before = keys.chain(KEY, data)
        return _said(self.name, "fact", wire.fact_payload(JOURNAL, self._before, [data]))


def _hello() -> bytes:
    fields = {"session": "1.1", "nonce": "00000001", "journal": JOURNAL, "last": 0, "acked": 0}
    clock = {"boot": 1, "uptime_ms": 0, "wall_ms": 0, "quality": wire.CLOCK_NONE}
    return wire.encode("hello", fields | clock)


def _said(name: str, kind: str, payload: bytes) -> Incoming:
    late_ms = 0 if kind == "hello" else FACTS * 1000
    return Incoming(wire.topic(name, f"up/{kind}"), payload, END_MS + late_ms)


def _took_s(db: Database, exchange: Exchange, group: Sequence[Incoming]) -> float:
    begun = time.perf_counter()
    db.begin()
    exchange.begin(group)
    for message in group:
        exchange.take(message)
    exchange.settle()
    db.commit()
    took_s = time.perf_counter() - begun
    exchange.outbox.take()
    exchange.books.moved.clear()
    return took_s
