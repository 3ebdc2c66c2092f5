"""A small library and machines that speak without a network: what the service's tests share."""

import os
from pathlib import Path

from bookcase_fw import record, sign, wire
from broker.circulation import days, rules
from broker.circulation.calendar import ALWAYS
from broker.exchange import Exchange, Incoming
from broker.fleet.registry import Registry
from broker.law import Law
from broker.ledger import database
from broker.ledger.store import Database

DISTRICT_KEY = bytes(range(32))
KEYS = {name: bytes([number]) * 32 for number, name in enumerate(("bc01", "bc02", "kx01"), 1)}
CARDS = ("SG00000001", "SG00000002", "SG00000003")
READERS = tuple(sign.pseudonym(DISTRICT_KEY, card) for card in CARDS)
TAGS = tuple(f"E280{number:020X}" for number in range(40))
START_MS = 1_795_000_000_000
MINUTE_MS = 60_000
RULES = rules.parse("refuse blocked\nlimit any 3\nloan any any -> 28 days\noffline copies 3\n")
BODY = {"id": "1.1", "how": "card", "door": 1, "end": "shut"}


def day(time_ms: int) -> int:
    return days.of(time_ms, days.ZoneInfo("Asia/Shanghai"))


def library(folder: Path, url: str = "") -> Database:
    """Return the writer of a new ledger: 40 copies, three patrons, two bookcases, a kiosk."""
    db = database.open_writer(folder, url)
    db.begin()
    db.execute("INSERT INTO site VALUES ('lib01', '馆', 'Library', 'library', 'district', 31, 121)")
    db.execute("INSERT INTO title VALUES ('t1', '红楼梦', '曹雪芹', 0, 'zh', 'adult', 'I242.4')")
    for number, name in enumerate(KEYS, 1):
        kind, doors = ("kiosk", 0) if name == "kx01" else ("bookcase", 4)
        values = (number, name, kind, doors, KEYS[name])
        db.execute("INSERT INTO device VALUES (?, ?, ?, 'lib01', ?, 12, ?)", values)
        for door in range(1, doors + 1):
            insert = "INSERT INTO holder (kind, device, door) VALUES ('compartment', ?, ?)"
            db.execute(insert, (number, door))
    for number, (card, reader) in enumerate(zip(CARDS, READERS, strict=True), 1):
        blocked = "lost" if number == 3 else ""
        values_ = (1000 + number, card, reader, f"读者{number}", blocked)
        db.execute("INSERT INTO patron VALUES (?, ?, ?, ?, 'adult', 'zh', ?)", values_)
    (inside,) = db.execute("SELECT id FROM holder WHERE device = 1 AND door = 1").fetchone()
    for number, tag in enumerate(TAGS, 1):
        copy = (number, f"MH{number:08}", tag, "t1", "lib01", inside, START_MS)
        db.execute("INSERT INTO copy VALUES (?, ?, ?, ?, ?, ?, ?)", copy)
        move = "INSERT INTO movement (copy, source, target, kind, at_ms, recorded_ms) "
        db.execute(f"{move} VALUES (?, 1, ?, 'load', ?, ?)", (number, inside, START_MS, START_MS))
    db.execute("INSERT INTO ruleset VALUES (1, 'x', 'x', 0)")
    if db.kind == "postgresql":
        # Numbers were said, not drawn: those that are drawn go on after them.
        for table in ("device", "copy", "ruleset"):
            db.execute(f"SELECT setval('{table}_id_seq', (SELECT MAX(id) FROM {table}))")
    db.commit()
    return db


def exchange(db: Database) -> Exchange:
    return Exchange(db, Registry(db), Law(RULES, ALWAYS, 1, day))


class Machine:
    """A machine's journal: makes records as a device does, chained under its key."""

    def __init__(self, name: str = "bc01", *, journal: str = "") -> None:
        self.name = name
        self.key = KEYS[name]
        self.journal = journal or os.urandom(4).hex()
        self.records: list[bytes] = []

    def fact(
        self, kind: str, *, uptime_ms: int = 0, boot: int = 1, wall_ms: int = 0, **body: object
    ) -> int:
        """Write a record and return its number."""
        last = self.records[-1] if self.records else None
        before = record.chain(self.key, last) if last else record.genesis(self.key, self.journal)
        quality = wire.CLOCK_RTC if wall_ms else wire.CLOCK_NONE
        stamp = (boot, uptime_ms, wall_ms, quality)
        self.records.append(record.encode(len(self.records) + 1, stamp, kind, before, body))
        return len(self.records)

    def session(self, uptime_ms: int, reader: str = "", **body: object) -> int:
        return self.fact("session", uptime_ms=uptime_ms, **(BODY | {"reader": reader} | body))

    def payload(self, first: int = 1, last: int = 0) -> bytes:
        """Return the fact message of records `first` to `last`; 0 is the newest."""
        told = self.records[first - 1 : last or None]
        return wire.fact_payload(self.journal, record.chain(self.key, told[-1]), told)

    def says(self, name: str, payload: bytes, at_ms: int = START_MS) -> Incoming:
        return Incoming(wire.topic(self.name, wire.message(name)[0]), payload, at_ms)

    def hello(self, *, uptime_ms: int = 0, boot: int = 1, acked: int = 0) -> bytes:
        fields = {
            "session": f"{boot}.1",
            "nonce": "0badcafe",
            "journal": self.journal,
            "last": len(self.records),
            "acked": acked,
            "boot": boot,
            "uptime_ms": uptime_ms,
            "wall_ms": 0,
            "quality": 0,
        }
        return wire.encode("hello", fields)


class Desk:
    """The exchange on a ledger of its own, each message in a transaction."""

    def __init__(self, folder: Path, url: str = "") -> None:
        self.folder = folder
        self.url = url
        self.db = library(folder, url)
        self.exchange = exchange(self.db)

    def hear(self, message: Incoming) -> list[tuple[str, dict[str, object]]]:
        """Take a message and return (name, body) of what is said to the machine."""
        self.db.begin()
        self.exchange.begin([message])
        self.exchange.take(message)
        self.exchange.settle()
        self.db.commit()
        return [_opened(out.topic, out.payload) for out in self.exchange.outbox.take()]

    def rows(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        return self.db.execute(statement, values).fetchall()

    def one(self, statement: str, *values: object) -> object:
        ((value,),) = self.rows(statement, *values)
        return value


def _opened(topic: str, payload: bytes) -> tuple[str, dict[str, object]]:
    device, tail = wire.split(topic)
    name = wire.name_of(tail)
    body, _mac = sign.opened(payload)
    assert body is not None, device
    return name, wire.decode(name, body)
