"""Real programs killed and cut off for a while: afterwards the ledger says what the world knows."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from hw_sim.soak import troubles
from hw_sim.soak.run import Order, soak
from hw_sim.soak.troubles import TROUBLES


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL can reach, which runs as another user."""
    made = Path(tempfile.mkdtemp(prefix="shugui-soak-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


async def test_the_ledger_stays_true_while_everything_is_killed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Often, so that a short while knows many of them.
    monkeypatch.setattr(troubles, "GAP_S", 1.0)
    said: list[str] = []

    outcome = await soak(Order(bookcases=2, services=2, minutes=0.3, seed=3), folder, said.append)

    assert outcome.violations == 0, outcome.story()
    assert outcome.facts > 0
    assert len(outcome.struck) >= len(TROUBLES) // 2
    assert outcome.line()["violations"] == 0
