"""A small library whose readers have accounts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from broker.accounts import guards
from broker.ledger.store import Database
from tests.broker.desk import library


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    opened = library(tmp_path)
    if not opened.execute("SELECT 1 FROM sqlite_master WHERE name = 'money_is_kept'").fetchone():
        opened.begin()
        for statement in guards.statements(opened.kind):
            opened.execute(statement)
        opened.commit()
    yield opened
    opened.close()
