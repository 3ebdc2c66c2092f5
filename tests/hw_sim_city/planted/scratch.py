"""A copy of the tree with a bug planted in it, and runs of the city there."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.hw_sim_city.planted.bugs import CRASH, Bug

HOME = Path(__file__).parents[3]
FOLDERS = ("broker", "bookcase_fw", "hw_sim", "kiosk")
VISITS = 240  # So that at least 200 become door sessions.
TIMEOUT_S = 400
VIOLATED = 1


@contextmanager
def scratch(bug: Bug | None = None) -> Iterator[Path]:
    """Yield a copy of the tree, with a bug in it or without; it is gone afterwards."""
    with TemporaryDirectory() as name:
        tree = Path(name)
        for folder in FOLDERS:
            shutil.copytree(
                HOME / folder, tree / folder, ignore=shutil.ignore_patterns("__pycache__", "fonts")
            )
        if bug:
            _plant(tree, bug)
        yield tree


def broken(tree: Path, seed: int, kiosks: int = 0) -> set[str]:
    """Return the rules that a run of the city breaks there."""
    command = [sys.executable, "-m", "hw_sim", "city", "--seed", str(seed), "--visits", str(VISITS)]
    command += ["--kiosks", str(kiosks)]
    environment = os.environ | {"PYTHONPATH": str(tree)}
    done = subprocess.run(
        command, cwd=tree, env=environment, capture_output=True, timeout=TIMEOUT_S, check=False
    )
    lines = done.stdout.decode().splitlines()
    if not lines or not lines[-1].startswith("{"):
        return {CRASH}
    said = json.loads(lines[-1])
    return set(said["rules"])


def _plant(tree: Path, bug: Bug) -> None:
    path = tree / bug.path
    text = path.read_text()
    assert text.count(bug.right) == 1, f"{bug.path} has changed: plant this bug anew"
    path.write_text(text.replace(bug.right, bug.wrong))
