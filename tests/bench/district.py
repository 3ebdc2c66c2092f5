"""A library for loads of devices: what the service must know of them, and sessions they tell."""

import csv
from collections.abc import Sequence
from pathlib import Path

from bookcase_fw import sign
from hw_sim.desk.keys import Keys
from tests.bench import fleet

COPIES = 20  # Of each device; two in each session.


def write(folder: Path, names: Sequence[str], secrets: Keys) -> None:
    """Write the tables of a library with these bookcases."""
    folder.mkdir()
    tables: dict[str, list[tuple[object, ...]]] = {
        "sites.csv": [
            ("site", "name_zh", "name_en", "kind", "level", "lat", "lon"),
            ("s1", "书库", "Stacks", "library", "district", 31.1, 121.4),
        ],
        "machines.csv": [
            ("device", "kind", "site", "doors", "capacity"),
            *((name, "bookcase", "s1", 4, 40) for name in names),
        ],
        "titles.csv": [
            ("title_id", "title", "author", "year", "language", "audience", "class"),
            ("t1", "红楼梦", "曹雪芹", "", "zh", "adult", "I242.4"),
        ],
        "copies.csv": [
            ("barcode", "tag", "title_id", "home", "holder"),
            *(
                (f"MH{_place(name, n):08d}", _tag(name, n), "t1", "s1", f"{name}/1")
                for name in names
                for n in range(COPIES)
            ),
        ],
        "patrons.csv": [
            ("card", "name", "kind", "language", "blocked"),
            *((_card(name), "读者", "adult", "zh", "") for name in names),
        ],
        "keys.csv": [
            ("device", "key"),
            *((name, secrets.devices[name].hex()) for name in names),
        ],
    }
    for name, rows in tables.items():
        with (folder / name).open("w", newline="") as file:
            csv.writer(file).writerows(rows)


def device(name: str, secrets: Keys, fact_count: int, *, together: int = 1) -> fleet.Device:
    """Return a device that has so many sessions to tell, some of them together in a message."""
    bodies = [_session(name, number, secrets) for number in range(fact_count)]
    return fleet.Device(name, secrets.devices[name], _journal(name), bodies, together=together)


def _session(name: str, number: int, secrets: Keys) -> dict[str, object]:
    """Two copies are taken in one session and put back by the next."""
    pair = number // 2 % (COPIES // 2) * 2
    reader = sign.pseudonym(secrets.district, _card(name))
    tags = [_tag(name, pair), _tag(name, pair + 1)]
    verb = "took" if number % 2 == 0 else "put"
    body = {"id": f"1.{number}", "reader": reader, "how": "qr", "door": 1, "end": "shut"}
    return {**body, verb: tags, "due": 20261219, "left": 13}


def _journal(name: str) -> str:
    return f"{int(name[2:]):08x}"


def _card(name: str) -> str:
    return f"SG{int(name[2:]):08d}"


def _place(name: str, number: int) -> int:
    return int(name[2:]) * 1000 + number


def _tag(name: str, number: int) -> str:
    return f"E28011{_place(name, number):018X}"
