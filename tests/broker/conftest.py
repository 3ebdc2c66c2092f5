"""What the service's tests share: both databases, and a desk for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.broker.desk import Desk
from tests.postgres import Postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One PostgreSQL for all tests of a process, quick and not durable."""
    with Postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a new ledger: once "", for a file in the data folder, and once PostgreSQL."""
    if request.param == "sqlite":
        yield ""
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.ledger()
    yield url
    server.give_back(url)


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    """An exchange on a new ledger, on each database."""
    made = Desk(tmp_path / "data", database_url)
    yield made
    made.db.close()
