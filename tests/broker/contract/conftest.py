"""A counter for each test, on each database; after the test its ledger agrees with its facts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.broker.contract.counter import Counter


@pytest.fixture
def counter(tmp_path: Path, database_url: str) -> Iterator[Counter]:
    made = Counter(tmp_path / "data", database_url)
    yield made
    assert made.differences() == []
    made.close()
