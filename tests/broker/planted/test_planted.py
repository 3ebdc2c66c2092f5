"""The suite notices: each planted bug, in a scratch copy of the tree, fails a test."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.broker.planted.bugs import BOTH, BUGS, Bug

HOME = Path(__file__).parents[3]
# What the service's tests import: copied, or looked at where it is.
FOLDERS = ("broker", "bookcase_fw", "tests/broker")
LOOKED_AT = "hw_sim"
FAILED, ENDED_WELL = 1, 0
TIMEOUT_S = 120


def scratch(folder: Path) -> Path:
    """Return a copy of the tree in which nothing is planted yet."""
    for name in FOLDERS:
        shutil.copytree(HOME / name, folder / name, ignore=shutil.ignore_patterns("planted"))
    for path in (HOME / "pyproject.toml", *HOME.glob("tests/*.py")):
        shutil.copy2(path, folder / path.relative_to(HOME))
    (folder / LOOKED_AT).symlink_to(HOME / LOOKED_AT)
    return folder


def plant(tree: Path, bug: Bug) -> None:
    path = tree / bug.path
    text = path.read_text()
    assert text.count(bug.right) == 1, f"{bug.path} has changed: plant this bug anew"
    path.write_text(text.replace(bug.right, bug.wrong))


def outcome(tree: Path, tests: tuple[str, ...], database: str) -> int:
    """Run tests on one database until the first failure; return pytest's exit status."""
    wanted = [f"tests/broker/{test}" for test in tests]
    (other,) = set(BOTH) - {database}
    command = [sys.executable, "-m", "pytest", "-qx", "-p", "no:cacheprovider", "-k",
               f"not {other}", *wanted]  # fmt: skip
    environment = os.environ | {"PYTHONPATH": str(tree)}
    done = subprocess.run(
        command, cwd=tree, env=environment, capture_output=True, timeout=TIMEOUT_S, check=False
    )
    assert done.returncode in (FAILED, ENDED_WELL), done.stdout.decode()[-2000:]
    return done.returncode


@pytest.mark.parametrize("database", BOTH)
def test_the_scratch_copy_is_well(tmp_path: Path, database: str) -> None:
    """What notices a bug notices nothing where none is."""
    seeking = [bug for bug in BUGS if database in bug.databases]
    tests = tuple(dict.fromkeys(test for bug in seeking for test in bug.tests))

    assert outcome(scratch(tmp_path), tests, database) == ENDED_WELL


@pytest.mark.parametrize(
    ("bug", "database"),
    [
        pytest.param(bug, database, id=f"{bug.name} ({database})")
        for bug in BUGS
        for database in bug.databases
    ],
)
def test_a_planted_bug_is_noticed(tmp_path: Path, bug: Bug, database: str) -> None:
    tree = scratch(tmp_path)

    plant(tree, bug)

    assert outcome(tree, bug.tests, database) == FAILED
