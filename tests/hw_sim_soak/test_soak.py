"""Real programs killed and cut off for a while: afterwards the ledger says what the world knows."""

import shutil
import tempfile
from pathlib import Path

from hw_sim.soak.run import Order, soak
from hw_sim.soak.troubles import TROUBLES

# Troubles begin so often that a short while knows many of them.
ORDER = Order(bookcases=2, services=2, minutes=0.3, seed=3, gap_s=1.0)


async def test_the_ledger_stays_true_while_everything_is_killed() -> None:
    # PostgreSQL runs as another user, who must reach it; what failed is left to be looked at.
    folder = Path(tempfile.mkdtemp(prefix="shugui-soak-"))
    folder.chmod(0o755)

    outcome = await soak(ORDER, folder, print)

    assert outcome.violations == 0, f"{outcome.story()}\nlogs: {folder / 'logs'}"
    assert outcome.facts > 0
    assert len(outcome.struck) >= len(TROUBLES) // 2
    shutil.rmtree(folder)
