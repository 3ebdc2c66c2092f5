"""Looks for the first seed that finds each planted bug: python -m tests.hw_sim_city.planted."""

import sys
from concurrent.futures import ThreadPoolExecutor, as_completed

from tests.hw_sim_city.planted.bugs import BUGS, Bug
from tests.hw_sim_city.planted.scratch import broken, scratch

SEEDS_MAX = 20


def _first(bug: Bug) -> str:
    for seed in range(1, SEEDS_MAX + 1):
        with scratch(bug) as tree:
            rules = broken(tree, seed, bug.kiosks)
        if rules:
            return f"{bug.name}: seed {seed} {sorted(rules)}"
    return f"{bug.name}: none of {SEEDS_MAX} seeds"


def main() -> None:
    wanted = [bug for bug in BUGS if not sys.argv[1:] or any(w in bug.name for w in sys.argv[1:])]
    with ThreadPoolExecutor(2) as pool:
        for done in as_completed([pool.submit(_first, bug) for bug in wanted]):
            print(done.result(), flush=True)


if __name__ == "__main__":
    main()
