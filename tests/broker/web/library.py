"""A ledger to look at: the sample library, four machines in service, one afternoon."""

import csv
import json
import sqlite3
from pathlib import Path
from typing import Any

from bookcase_fw import sign
from broker.catalogue.index import Index
from broker.ledger import database

DATA = Path(__file__).parents[3] / "hw_sim" / "sample" / "data"
DISTRICT_KEY = bytes(32)
NOW_MS = 1_605_769_200_000  # 2020-11-19 15:00:00 in Shanghai
MINUTE_MS = 60_000
DUE = 20201219
SEEN_AS = {"take": "took", "lend": "lent", "gone": "gone"}  # A movement's kind: what was seen.


class Library:
    """Writes rows as the service would; each method is one transaction of its own."""

    def __init__(self, folder: Path) -> None:
        self.db = database.open_writer(folder)
        self._load()
        self._numbers: dict[str, int] = {}

    def close(self) -> None:
        self.db.close()

    def hear(self, device: str, **columns: Any) -> None:
        """A machine is in service, with these columns of device_state."""
        row = {
            "device": self._device(device), "first_ms": NOW_MS - 86_400_000,
            "heard_ms": NOW_MS - 12_000, "online": 1, "session": "3.1", "served": "3.1",
            "firmware": "0.1.0", "boot": 3, "cause": "power", "journal": "5a17c0de", "config": 1,
            "policy": 1, "lends": 1, "fill": 0, "unacked": 0, "uptime_ms": 7_200_000,
            "heap_used": 61_000, "heap_free": 34_000, "faults": "[]", "stock": "[]",
        } | columns  # fmt: skip
        self._insert("device_state", row)

    def move(
        self, barcode: str, kind: str, target: int, *, device: str, ago_min: int, **columns: Any
    ) -> int:
        """Move a copy from its holder; return the movement's id."""
        copy = self.copy(barcode)
        source = self._one("SELECT holder FROM copy_state WHERE copy = ?", copy)
        at_ms = NOW_MS - ago_min * MINUTE_MS
        cause = self._fact(device, at_ms)
        # A copy's life is found by what was seen of it.
        self._insert(
            "observation",
            {"copy": copy, "happened_ms": at_ms, "cause": cause, "verb": SEEN_AS.get(kind, "put"),
             "sure": 1, "device": self._device(device), "number": 1, "place": target, "due": 0,
             "rule": "", "session": "", "detail": ""},
        )  # fmt: skip
        row = {
            "copy": copy, "source": source, "target": target, "kind": kind, "at_ms": at_ms,
            "recorded_ms": at_ms + 900, "cause": cause,
        } | columns  # fmt: skip
        return self._insert("movement", row)

    def lend(
        self,
        barcode: str,
        card: str,
        *,
        device: str,
        ago_min: int,
        kind: str = "take",
        over: int = 0,
    ) -> None:
        """A reader takes a copy, and has a loan."""
        self.move(barcode, kind, self.reader(card), device=device, ago_min=ago_min)
        cause = self._one("SELECT MAX(id) FROM inbox")
        row = {
            "copy": self.copy(barcode), "account": self.account(card), "cause": cause,
            "out_ms": NOW_MS - ago_min * MINUTE_MS, "due": DUE, "state": "open",
            "rule": "30 days", "over_limit": over,
        }  # fmt: skip
        self._insert("loan", row)

    def end_loan(self, barcode: str, ago_min: int) -> None:
        self.db.execute(
            "UPDATE loan SET in_ms = ?, state = 'returned' WHERE copy = ? AND in_ms IS NULL",
            (NOW_MS - ago_min * MINUTE_MS, self.copy(barcode)),
        )

    def doubt(
        self, kind: str, *, device: str, ago_min: int, evidence: dict[str, Any], **columns: Any
    ) -> int:
        """Open a case."""
        row = {
            "key": f"{kind}:{device}:{ago_min}", "kind": kind, "device": self._device(device),
            "evidence": json.dumps(evidence), "opened_ms": NOW_MS - ago_min * MINUTE_MS,
            "closed_by": "",
        } | columns  # fmt: skip
        return self._insert("exception_case", row)

    def count(self, kind: str, reason: str, value: int) -> None:
        self._insert("counter", {"kind": kind, "reason": reason, "value": value})

    def compartment(self, device: str, door: int) -> int:
        return self._holder("compartment", device=self._device(device), door=door)

    def shelf(self, site: str) -> int:
        return self._holder("shelf", site=site)

    def reader(self, card: str) -> int:
        return self._holder("reader", account=self.account(card))

    def account(self, card: str) -> int:
        return self._one("SELECT account FROM patron WHERE card = ?", card)

    def copy(self, barcode: str) -> int:
        return self._one("SELECT id FROM copy WHERE barcode = ?", barcode)

    def inside(self, device: str, door: int) -> list[str]:
        """Return the barcodes in a compartment."""
        holder = self.compartment(device, door)
        found = self.db.execute(
            "SELECT barcode FROM copy JOIN copy_state ON copy_state.copy = copy.id "
            "WHERE holder = ? ORDER BY barcode",
            (holder,),
        )
        return [barcode for (barcode,) in found]

    def _load(self) -> None:
        self.db.begin()
        for row in _rows("sites"):
            self._insert("site", {"id": row.pop("site"), **row})
        for row in _rows("titles"):
            self._insert("title", {"id": row.pop("title_id"), **row, "year": int(row["year"] or 0)})
        for row in _rows("machines"):
            role = row.pop("role")
            device = self._insert("device", {"name": row.pop("device"), **row})
            if role:
                self._insert("device_role", {"device": device, "role": role})
        for number, row in enumerate(_rows("patrons"), start=1001):
            reader = sign.pseudonym(DISTRICT_KEY, row["card"])
            self._insert("patron", {"account": number, "reader": reader, **row})
        for row in _rows("copies"):
            self._load_copy(row)
        Index(self.db).add_missing()
        self.db.commit()

    def _load_copy(self, row: dict[str, str]) -> None:
        where = row["holder"]
        if where.startswith("shelf:"):
            placed = self.shelf(where.removeprefix("shelf:"))
        else:
            device, _slash, door = where.partition("/")
            placed = self.compartment(device, int(door))
        loaded_ms = NOW_MS - 7 * 86_400_000
        copy = self._insert(
            "copy",
            {"barcode": row["barcode"], "tag": row["tag"], "title": row["title_id"],
             "home": row["home"], "placed": placed, "loaded_ms": loaded_ms},
        )  # fmt: skip
        row_of = {"copy": copy, "source": 1, "target": placed, "kind": "load"}
        self._insert("movement", row_of | {"at_ms": loaded_ms, "recorded_ms": loaded_ms})

    def _fact(self, device: str, at_ms: int) -> int:
        """Return the inbox row of a fact that the device told at this time."""
        number = self._numbers[device] = self._numbers.get(device, 0) + 1
        if number == 1:
            self._insert(
                "stream",
                {"device": self._device(device), "journal": "5a17c0de", "number": 0, "chain": "",
                 "state": "open"},
            )  # fmt: skip
        stream = self._one("SELECT id FROM stream WHERE device = ?", self._device(device))
        return self._insert(
            "inbox",
            {"stream": stream, "number": number, "kind": "session", "boot": 3, "uptime_ms": 0,
             "wall_ms": at_ms, "quality": 2, "received_ms": at_ms + 900, "before": "",
             "chain": ""},
        )  # fmt: skip

    def _device(self, name: str) -> int:
        return self._one("SELECT id FROM device WHERE name = ?", name)

    def _holder(self, kind: str, **columns: object) -> int:
        where = " AND ".join(f"{column} = ?" for column in columns)
        found = self.db.execute(f"SELECT id FROM holder WHERE {where}", (*columns.values(),))
        row = found.fetchone()
        return int(row[0]) if row else self._insert("holder", {"kind": kind, **columns})

    def _one(self, query: str, *values: object) -> int:
        return int(self.db.execute(query, values).fetchone()[0])

    def _insert(self, table: str, row: dict[str, Any]) -> int:
        marks = ", ".join("?" for _ in row)
        names = ", ".join(row)
        cursor: sqlite3.Cursor = self.db.execute(
            f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(row.values())
        )
        return int(cursor.lastrowid or 0)


def afternoon(folder: Path) -> Library:
    """Return a library where three bookcases and a kiosk are in service and things went wrong."""
    library = Library(folder)
    open_door = json.dumps([{"door": 2, "open": True, "count": 8}])
    library.hear("bc01", stock=open_door)
    library.hear("bc02", heard_ms=NOW_MS - 3 * MINUTE_MS, online=0, unacked=3)
    library.hear("bc03", faults='["lock", "reader.4"]')
    library.hear("kx01", heard_ms=NOW_MS - 4_000)
    one, two, three = (
        library.inside("bc01", 1),
        library.inside("bc01", 2),
        library.inside("bc03", 4),
    )

    library.lend(one[0], "SG00000012", device="bc01", ago_min=176)
    library.lend(one[1], "SG00000012", device="bc01", ago_min=176)
    library.lend(two[0], "SG00000007", device="bc01", ago_min=131)
    library.move(two[1], "take", 1, device="bc01", ago_min=118)
    library.doubt("taken_unknown", device="bc01", ago_min=118, copy=library.copy(two[1]),
                  evidence={"door": 2, "session": "3.41", "tag": "E1278E2D11EB60E4903B68EA",
                            "rounds": 8})  # fmt: skip
    library.move(three[0], "gone", 1, device="bc03", ago_min=96)
    library.doubt("gone", device="bc03", ago_min=96, copy=library.copy(three[0]),
                  evidence={"door": 4, "heard": 0, "rounds": 12, "dbm": 0})  # fmt: skip
    library.lend(three[1], "SG00000025", device="bc03", ago_min=74, over=1)
    library.doubt("over_limit", device="bc03", ago_min=74, copy=library.copy(three[1]),
                  account=library.account("SG00000025"),
                  evidence={"limit": 15, "barcodes": [three[1]]})  # fmt: skip
    library.move(three[2], "remove", 2, device="bc03", ago_min=61)
    library.move(one[0], "return", library.compartment("bc02", 3), device="bc02", ago_min=42)
    library.end_loan(one[0], ago_min=42)
    shelf = library.inside("bc02", 1)
    library.lend(shelf[0], "SG00000031", device="kx01", ago_min=33, kind="lend")
    library.move(three[0], "back", library.compartment("bc03", 4), device="bc03", ago_min=18)
    library.move(three[2], "stock", library.compartment("bc03", 2), device="bc03", ago_min=9)
    taken = library.move(one[2], "put", library.compartment("bc01", 3), device="bc01", ago_min=4)
    library.move(one[2], "undo", library.compartment("bc01", 1), device="bc01", ago_min=4,
                 reverses=taken)  # fmt: skip
    library.lend(one[3], "SG00000012", device="bc01", ago_min=0)
    library.count("facts", "", 1284)
    library.count("duplicates", "", 37)
    library.count("quarantined", "", 0)
    library.count("refused", "no_json", 2)
    library.count("refused", "unknown_device", 1)
    return library


def _rows(name: str) -> list[dict[str, Any]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
