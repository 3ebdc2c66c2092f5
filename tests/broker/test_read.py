"""Every question that pages and API ask has the same answer on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from broker.ledger import database
from broker.ledger.read import Reader
from tests.broker.desk import CARDS, MINUTE_MS, READERS, START_MS, TAGS, Desk, Machine
from tests.postgres import Postgres

QUESTIONS = {
    "machines": (),
    "machine": ("bc01",),
    "inside": ("bc01",),
    "books": ("bc01",),
    "movements": (50,),
    "movements_after": (40, 50),
    "movement": (41,),
    "news": (50,),
    "life": ("MH00000001",),
    "cases": ("open",),
    "doubts": ("closed",),
    "case": (1,),
    "copy": ("MH00000001",),
    "where": ("MH00000001",),
    "reader": (CARDS[0],),
    "custody": (),
    "streams": (),
    "counters": (),
    "totals": (START_MS,),
    "find": ("红楼", 20),
}  # fmt: skip


def told(folder: Path, url: str) -> Desk:
    """A loan and a return, a case that is open and one that was closed."""
    desk = Desk(folder, url)
    machine = Machine(journal="00000000")
    desk.hear(machine.says("hello", machine.hello()))
    machine.session(1 * MINUTE_MS, READERS[0], took=[TAGS[0], TAGS[1]])
    machine.session(20 * MINUTE_MS, READERS[1], put=[TAGS[0], "F0E1D2C3"])
    machine.session(30 * MINUTE_MS, took=[TAGS[2], TAGS[3]])
    machine.session(40 * MINUTE_MS, put=[TAGS[3]])
    desk.hear(machine.says("fact", machine.payload(), START_MS + 60 * MINUTE_MS))
    return desk


@pytest.fixture(scope="module")
def readers(
    tmp_path_factory: pytest.TempPathFactory, postgres: Postgres
) -> Iterator[tuple[Reader, Reader]]:
    folders = tmp_path_factory.mktemp("file"), tmp_path_factory.mktemp("server")
    addresses = "", postgres.ledger()
    for folder, address in zip(folders, addresses, strict=True):
        told(folder, address).db.close()
    engines = [
        database.open_reader(folder, address)
        for folder, address in zip(folders, addresses, strict=True)
    ]
    yield Reader(engines[0]), Reader(engines[1])
    for engine in engines:
        engine.dispose()
    postgres.give_back(addresses[1])


@pytest.mark.parametrize("question", QUESTIONS)
def test_both_databases_give_one_answer(readers: tuple[Reader, Reader], question: str) -> None:
    file, server = (getattr(reader, question)(*QUESTIONS[question]) for reader in readers)

    assert repr(file) == repr(server)
    assert file
