"""A desk for each test: an exchange on a new ledger."""

from pathlib import Path

import pytest

from tests.broker.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "data")
