"""Makes the sample library from its sources: the same bytes every time.

    python -m hw_sim.sample.make [FOLDER]

`titles.csv` and `places.csv` beside this file hold the facts; `data/` is what comes out of them
and a seed: sites, machines, titles, copies with barcodes and tags, patrons.  No person is meant.
"""

import csv
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
DATA = HERE / "data"
SEED = 2020

# Machines with doors by the first letters of their names: doors, copies in each.
CASES = {"bc": (4, 12), "gc": (1, 48), "pl": (4, 2)}
FILL = (7, 8, 9)  # Copies in a quarter of a bookcase when the district opens.
ROLES = {"gc": "glass", "pl": "locker", "rt": "return", "oc": "catalogue"}
EMPTY = "pl"  # A pick-up locker is filled with what is wanted.
COPIES = (4, 4, 5, 5)  # Copies of a title.
CARD_COUNT = 100
JUVENILE_OF_FIVE = (2, 4)  # Which of five cards in a row are a child's.
ENGLISH_EVERY = 9
BLOCKED = {33: "lost", 66: "overdue", 99: "expired"}

HEADERS = {
    "sites": ("site", "name_zh", "name_en", "kind", "level", "lat", "lon"),
    "machines": ("device", "kind", "site", "doors", "capacity", "role"),
    "titles": ("title_id", "title", "author", "year", "language", "audience", "class"),
    "copies": ("barcode", "tag", "title_id", "home", "holder"),
    "patrons": ("card", "name", "kind", "language", "blocked"),
}

Row = tuple[str, ...]


class Copy(NamedTuple):
    """A physical book before it has a place."""

    title_id: str
    tag: str


def tables() -> dict[str, list[Row]]:
    """Return every table of the library, by its name in HEADERS."""
    chance = random.Random(SEED)
    places = _read("places")
    titles = [
        (_title_id(number), *(row[name] for name in HEADERS["titles"][1:]))
        for number, row in enumerate(_read("titles"), 1)
    ]
    machines = sorted(
        _machine(device, row["site"]) for row in places for device in row["device"].split()
    )
    return {
        "sites": [tuple(row[name] for name in HEADERS["sites"]) for row in places],
        "machines": machines,
        "titles": titles,
        "copies": list(_copies(chance, titles, machines)),
        "patrons": [_patron(number) for number in range(1, CARD_COUNT + 1)],
    }


def write(folder: Path) -> None:
    """Write every table as a CSV file into a folder, which is made when it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables().items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(HEADERS[name])
            writer.writerows(rows)


def _read(name: str) -> list[dict[str, str]]:
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _title_id(number: int) -> str:
    return f"t{number:04d}"


def _machine(device: str, site: str) -> Row:
    doors, capacity = CASES.get(device[:2], (0, 0))
    kind, role = "bookcase" if doors else "kiosk", ROLES.get(device[:2], "")
    return device, kind, site, str(doors), str(capacity), role


def _copies(chance: random.Random, titles: list[Row], machines: list[Row]) -> Iterator[Row]:
    """Fill the bookcases, then put the rest on the shelves of the branches."""
    books = _books(chance, titles)
    for number, (copy, home, holder) in enumerate(_places(chance, books, machines), 1):
        yield f"MH{number:08d}", copy.tag, copy.title_id, home, holder


def _books(chance: random.Random, titles: list[Row]) -> list[Copy]:
    """Return every copy in a shuffled order, each with a tag of its own."""
    tags: set[str] = set()
    books = []
    for title in titles:
        for _copy in range(chance.choice(COPIES)):
            tag = chance.randbytes(12).hex().upper()
            assert tag not in tags
            tags.add(tag)
            books.append(Copy(title[0], tag))
    chance.shuffle(books)
    return books


def _places(
    chance: random.Random, books: list[Copy], machines: list[Row]
) -> Iterator[tuple[Copy, str, str]]:
    for device, kind, site, doors, _capacity, _role in machines:
        if kind != "bookcase" or device.startswith(EMPTY):
            continue
        here: set[str] = set()  # A bookcase has no title twice.
        for door in range(1, int(doors) + 1):
            for _copy in range(chance.choice(FILL) * CASES["bc"][0] // int(doors)):
                copy = next(book for book in books if book.title_id not in here)
                books.remove(copy)
                here.add(copy.title_id)
                yield copy, site, f"{device}/{door}"
    kiosks = (site for _device, kind, site, _doors, _capacity, _role in machines if kind == "kiosk")
    branches = list(dict.fromkeys(kiosks))
    for copy in books:
        site = chance.choice(branches)
        yield copy, site, f"shelf:{site}"


def _patron(number: int) -> Row:
    english = number % ENGLISH_EVERY == 0
    return (
        f"SG{number:08d}",
        f"Reader {number:03d}" if english else f"读者{number:03d}",
        "juvenile" if number % 5 in JUVENILE_OF_FIVE else "adult",
        "en" if english else "zh",
        BLOCKED.get(number, ""),
    )


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA)
