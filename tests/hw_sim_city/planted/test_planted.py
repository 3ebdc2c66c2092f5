"""The city notices: each planted bug, in a scratch copy of the tree, breaks a rule by its seed."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.hw_sim_city.planted.bugs import BUGS, Bug
from tests.hw_sim_city.planted.scratch import broken, scratch

AT_ONCE = 2
SEEDS = sorted({bug.seed for bug in BUGS})


def _broken(bug: Bug | None, seed: int) -> set[str]:
    with scratch(bug) as tree:
        return broken(tree, seed)


@pytest.fixture(scope="module")
def runs() -> Iterator[dict[tuple[str, int], Future[set[str]]]]:
    """All runs, two at a time, by the bug's name and the seed; without a bug the name is empty."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = {(bug.name, bug.seed): pool.submit(_broken, bug, bug.seed) for bug in BUGS}
        found |= {("", seed): pool.submit(_broken, None, seed) for seed in SEEDS}
        yield found


@pytest.mark.parametrize("bug", BUGS, ids=[bug.name for bug in BUGS])
def test_a_planted_bug_is_found(bug: Bug, runs: dict[tuple[str, int], Future[set[str]]]) -> None:
    assert runs[bug.name, bug.seed].result() & set(bug.rules)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_found_where_no_bug_is(
    seed: int, runs: dict[tuple[str, int], Future[set[str]]]
) -> None:
    assert runs["", seed].result() == set()
