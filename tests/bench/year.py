"""P5: the year 2020 through the ledger with the oracle on; SHARE=0.02 for a part of it."""

import os
import tempfile
import time
from pathlib import Path

from hw_sim.year.replay import Year
from tests.bench import figures

SEED = 1
GOAL_MIN = 20


def measure() -> None:
    share = float(os.environ.get("SHARE", 1))
    with tempfile.TemporaryDirectory() as folder:
        began_s, wall_s = time.process_time(), time.monotonic()
        year = Year(Path(folder), seed=SEED, share=share)
        for _progress in year.run():
            pass
        outcome = year.outcome()
        cpu_s, took_s = time.process_time() - began_s, time.monotonic() - wall_s
    assert outcome.violations == 0, outcome.differences[:5] + outcome.audit[:5]
    note = (
        f"share {share}: {outcome.items} items in {outcome.visits} visits, "
        f"{len(outcome.pairs)} printed figures equal; processor time, {took_s / 60:.1f} min in all"
    )
    figures.report(
        "P5", "the year 2020", cpu_s / 60, "minutes of one core",
        goal=GOAL_MIN if share == 1 else None, better="lower", note=note,
    )  # fmt: skip
