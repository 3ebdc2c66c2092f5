"""The city notices: each planted bug, in a scratch copy of the tree, breaks a rule by its seed."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.hw_sim_city.planted.bugs import BUGS, Bug
from tests.hw_sim_city.planted.scratch import broken, scratch

AT_ONCE = 2
SEEDS = sorted({(bug.seed, bug.kiosks) for bug in BUGS})

Runs = dict[tuple[str, int, int], Future[set[str]]]


def _broken(bug: Bug | None, seed: int, kiosks: int) -> set[str]:
    with scratch(bug) as tree:
        return broken(tree, seed, kiosks)


@pytest.fixture(scope="module")
def runs() -> Iterator[Runs]:
    """All runs, two at a time, by bug, seed and kiosks; without a bug its name is empty."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found: Runs = {}
        for bug in BUGS:
            run = bug.seed, bug.kiosks
            found[bug.name, *run] = pool.submit(_broken, bug, *run)
        for seed, kiosks in SEEDS:
            found["", seed, kiosks] = pool.submit(_broken, None, seed, kiosks)
        yield found


@pytest.mark.parametrize("bug", BUGS, ids=[bug.name for bug in BUGS])
def test_a_planted_bug_is_found(bug: Bug, runs: Runs) -> None:
    assert runs[bug.name, bug.seed, bug.kiosks].result() & set(bug.rules)


@pytest.mark.parametrize(("seed", "kiosks"), SEEDS)
def test_nothing_is_found_where_no_bug_is(seed: int, kiosks: int, runs: Runs) -> None:
    assert runs["", seed, kiosks].result() == set()
