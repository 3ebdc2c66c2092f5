"""What another process committed is told to the pages of this one, each thing once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from broker.echo import Echo
from broker.ledger import database
from broker.live import Hub, Listener
from tests.broker.desk import READERS, TAGS, Desk, Machine


class Neighbour:
    """A desk whose commits an echo beside it finds."""

    def __init__(self, folder: Path, url: str) -> None:
        self.desk = Desk(folder, url)
        self.case1 = Machine()
        self.engine = database.open_reader(folder, url)
        self.hub = Hub()
        self.echo = Echo(self.engine, self.hub)

    def takes(self, reader: str = READERS[0]) -> None:
        number = self.case1.session(0, reader, took=[TAGS[0]])
        self.desk.hear(self.case1.says("hello", self.case1.hello()))
        self.desk.hear(self.case1.says("fact", self.case1.payload(number)))


@pytest.fixture
def neighbour(tmp_path: Path, database_url: str) -> Iterator[Neighbour]:
    made = Neighbour(tmp_path / "data", database_url)
    yield made
    made.engine.dispose()
    made.desk.db.close()


def told(listener: Listener) -> list[tuple[str, str]]:
    return sorted((notice.event, notice.key) for notice in listener._taken())


async def test_a_loan_elsewhere_is_told_once(neighbour: Neighbour) -> None:
    with neighbour.hub.listen() as listener:
        neighbour.echo.look()
        assert told(listener) == []

        neighbour.takes()
        neighbour.echo.look()
        found = told(listener)
        neighbour.echo.look()

    assert [event for event, _key in found] == ["counters", "machine", "movement"]
    assert ("machine", "bc01") in found
    assert told(listener) == []


async def test_a_case_elsewhere_is_told_when_it_opens(neighbour: Neighbour) -> None:
    with neighbour.hub.listen() as listener:
        neighbour.echo.look()
        neighbour.takes(reader="")
        neighbour.echo.look()

        assert "case" in [event for event, _key in told(listener)]


async def test_nobody_is_looked_for_when_nobody_listens(neighbour: Neighbour) -> None:
    neighbour.echo.look()
    neighbour.takes()
    with neighbour.hub.listen() as listener:
        neighbour.echo.look()

        assert told(listener) == []
