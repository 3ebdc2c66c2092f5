"""P11: catalogue search over 500,000 titles, on both databases; TITLES=20000 for fewer.

The mix, of a thousand queries: 40 % two characters out of a title, 10 % three to five, 20 % pinyin
of a title, often cut short, 20 % initials, two to four, 10 % the first letter alone.  Each answer
has twenty titles with the places of their copies.  A fifth of the titles have copies, the first
ones many; those were lent, so that the order follows from loans as in life.
"""

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from broker.catalogue import rows, spelling, terms
from broker.catalogue.index import Index
from broker.catalogue.search import Search
from broker.ledger import database
from broker.ledger.store import Database
from broker.library import copies
from tests.bench import figures, titles
from tests.postgres import Postgres

COUNT = 500_000
GOAL_MS = 20
LIMIT = 20
QUERIES = 1_000
WARM_UP = 100
ROWS_A_STEP = 10_000
COPIES_EVERY = 5  # Title.
MOST_LENT = 300  # Times, the first title; the others follow as one over their place.
NOW_MS = 1_795_000_000_000


class Asked(NamedTuple):
    kind: str
    text: str


def measure() -> None:
    count = int(os.environ.get("TITLES", COUNT))
    made = list(titles.make(count))
    asked = list(_queries(made, QUERIES + WARM_UP))
    with tempfile.TemporaryDirectory(prefix="shugui-bench-") as folder:
        _measure("sqlite", Path(folder), "", made, asked)
    with Postgres(durable=True) as server:
        _measure("postgresql", Path(), server.ledger(), made, asked)


def _measure(
    name: str, folder: Path, url: str, made: list[titles.Title], asked: list[Asked]
) -> None:
    db = database.open_writer(folder, url)
    started_s = time.perf_counter()
    _stock(db, made)
    _say(f"{name}: {len(made)} titles entered in {time.perf_counter() - started_s:.0f} s")
    build_s = _index(db)
    if name == "postgresql":
        db.execute("ANALYZE")
    db.close()
    engine = database.open_reader(folder, url)
    laps: dict[str, list[float]] = {}
    ours: list[float] = []  # Of this process: at SQLite that is all of it.
    found = 0
    for number, query in enumerate(asked):
        started_s, began_s = time.perf_counter(), time.process_time()
        with rows.of_engine(engine) as ask:
            answer = Search(ask, rows.kind(engine)).find(query.text, LIMIT)
        if number >= WARM_UP:
            laps.setdefault(query.kind, []).append((time.perf_counter() - started_s) * 1000)
            ours.append((time.process_time() - began_s) * 1000)
            found += bool(answer)
    engine.dispose()
    _report(name, len(made), build_s, laps, ours, found)


def _report(
    name: str,
    count: int,
    build_s: float,
    laps: dict[str, list[float]],
    ours: list[float],
    found: int,
) -> None:
    every = [lap for kind in laps.values() for lap in kind]
    each = "; ".join(
        f"{kind} {figures.median(some):.1f}, 99 % {figures.percentile(some, 99):.1f}"
        for kind, some in sorted(laps.items())
    )
    note = (
        f"{name}, {count} titles, {len(every)} queries, {found} with an answer; ms: {each}; of this"
        f" process's processor time {figures.median(ours):.1f}, 99 %"
        f" {figures.percentile(ours, 99):.1f}; load average {os.getloadavg()[0]:.1f} on"
        f" {os.cpu_count()} processors"
    )
    for what, value, goal in (
        ("99th percentile", figures.percentile(every, 99), GOAL_MS),
        ("median", figures.median(every), None),
    ):
        text = f"search, {name}, {what}"
        figures.report("P11", text, value, "ms", goal=goal, better="lower", note=note)
    text = f"index built, {name}"
    figures.report("P11", text, build_s, "s", goal=None, better="lower", note=f"{count} titles")


def _stock(db: Database, made: list[titles.Title]) -> None:
    """Enter titles, copies on one shelf, and loans that have ended."""
    with _step(db):
        db.execute(
            "INSERT INTO site VALUES ('s1', '书库', 'Stacks', 'library', 'district', 31, 121)"
        )
        (shelf,) = db.execute(
            "INSERT INTO holder (kind, site) VALUES ('shelf', 's1') RETURNING id"
        ).fetchone()
        cause = _cause(db)
    lines = [(t.id, t.title, t.author, t.year, t.language) for t in made]
    for at in range(0, len(lines), ROWS_A_STEP):
        with _step(db):
            db.executemany(
                "INSERT INTO title (id, title, author, year, language, audience, class)"
                " VALUES (?, ?, ?, ?, ?, 'adult', 'Z')",
                lines[at : at + ROWS_A_STEP],
            )
    number = 0
    held = [(place, t) for place, t in enumerate(made) if place % COPIES_EVERY == 0]
    for at in range(0, len(held), ROWS_A_STEP):
        with _step(db):
            for place, title in held[at : at + ROWS_A_STEP]:
                for _copy in range(1 + MOST_LENT // (1 + place)):
                    number += 1
                    copies.enter(
                        db,
                        barcode=f"B{number:07}",
                        tag="",
                        title=title.id,
                        home="s1",
                        placed=shelf,
                        now_ms=NOW_MS,
                    )
    with _step(db):
        db.execute(
            "INSERT INTO loan (copy, account, cause, out_ms, due, in_ms, state, rule, over_limit)"
            " SELECT id, 7, ?, 1, 20261231, 2, 'returned', '', 0 FROM copy"
            " WHERE id - id / 3 * 3 = 0",  # Every third copy was lent.
            (cause,),
        )


def _cause(db: Database) -> int:
    (device,) = db.execute(
        "INSERT INTO device (name, kind, site, doors, capacity)"
        " VALUES ('kx01', 'kiosk', 's1', 0, 0) RETURNING id"
    ).fetchone()
    (stream,) = db.execute(
        "INSERT INTO stream (device, journal, number, chain, state)"
        " VALUES (?, '0badcafe', 0, '', 'open') RETURNING id",
        (device,),
    ).fetchone()
    (cause,) = db.execute(
        "INSERT INTO inbox (stream, number, kind, boot, uptime_ms, wall_ms, quality, received_ms,"
        " before, chain, body) VALUES (?, 1, 'lent', 1, 0, 0, 0, 0, '', 'x', NULL) RETURNING id",
        (stream,),
    ).fetchone()
    return int(cause)


def _index(db: Database) -> float:
    started_s = time.perf_counter()
    with _step(db):
        index = Index(db)
        index.add_missing()
        index.rank()
    return time.perf_counter() - started_s


@contextmanager
def _step(db: Database) -> Iterator[None]:
    db.begin()
    yield
    db.commit()


def _queries(made: list[titles.Title], count: int) -> Iterator[Asked]:
    chance = random.Random(11)
    chinese = [t.title for t in made if t.language == "zh" and len(terms.runs(t.title)[0]) > 1]
    for number in range(count):
        kind, ask = MIX[number % len(MIX)]
        yield Asked(kind, ask(chance.choice(chinese), chance))


def _two(title: str, chance: random.Random) -> str:
    return _piece(title, chance, 2)


def _several(title: str, chance: random.Random) -> str:
    return _piece(title, chance, chance.randint(3, 5))


def _piece(title: str, chance: random.Random, size: int) -> str:
    run = terms.runs(title)[0]
    at = chance.randint(0, max(0, len(run) - size))
    return run[at : at + size]


def _pinyin(title: str, chance: random.Random) -> str:
    spelled = "".join(_syllables(title))
    return spelled[: chance.randint(3, len(spelled))] if len(spelled) > 3 else spelled


def _initials(title: str, chance: random.Random) -> str:
    return "".join(s[0] for s in _syllables(title))[: chance.randint(2, 4)]


def _letter(title: str, _chance: random.Random) -> str:
    return _syllables(title)[0][0]


def _syllables(title: str) -> tuple[str, ...]:
    return spelling.readings(terms.runs(title), terms.is_han)[0]


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


Ask = Callable[[str, random.Random], str]
MIX: tuple[tuple[str, Ask], ...] = (
    ("two characters", _two),
    ("pinyin", _pinyin),
    ("two characters", _two),
    ("initials", _initials),
    ("two characters", _two),
    ("three to five characters", _several),
    ("two characters", _two),
    ("pinyin", _pinyin),
    ("initials", _initials),
    ("one letter", _letter),
)
