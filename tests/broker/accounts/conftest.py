"""A small library whose readers have accounts, on each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from broker.ledger import database
from broker.ledger.store import Database
from tests.broker.accounts.shelf import stock


@pytest.fixture
def db(tmp_path: Path, database_url: str) -> Iterator[Database]:
    opened = database.open_writer(tmp_path / "data", database_url)
    stock(opened)
    yield opened
    opened.close()
