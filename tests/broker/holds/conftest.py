"""A hall for each test, on each database; after the test its ledger agrees with its facts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.broker.holds.hall import Hall


@pytest.fixture
def hall(tmp_path: Path, database_url: str) -> Iterator[Hall]:
    made = Hall(tmp_path / "data", database_url)
    yield made
    assert made.differences() == []
    made.desk.db.close()
