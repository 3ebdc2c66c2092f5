"""P9: loans that are wrong or missed, readers asked, cases: by the counting, under the radio model.

counting [SESSIONS [SEED]]   so many door sessions, in worlds of WORLD_SESSIONS; the worlds' seeds
                             count from SEED; 3 million sessions are the bar, and take hours
"""

import math
import os
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat

from hw_sim.world import radio
from tests.bench import figures
from tests.bench.visits import Bookcase

SESSIONS = 60_000  # About two minutes on two cores.
WORLD_SESSIONS = 500  # Then another bookcase, with other copies.
DOUBT = 0.05  # What is left to chance by an upper bound of 95 %.
MILLION = 1_000_000
PER_MILLION, PERCENT = (MILLION, "per million sessions"), (100, "% of sessions")
FIGURES = (
    # name, word of visits.FOUND, unit, goal
    ("wrong loans", "wrong", PER_MILLION, 1),
    ("missed loans", "missed", PER_MILLION, 100),
    ("reader asked", "asked", PERCENT, 1),
    ("case left for a person", "cases", PERCENT, 0.1),
    ("case until the second count", "unseen", PERCENT, None),
    ("loans found by the second count", "late", PER_MILLION, None),
    ("wrong returns until the second count", "wrong_returns", PER_MILLION, None),
    ("returns found by the second count", "late_returns", PER_MILLION, None),
    ("missed returns", "missed_returns", PER_MILLION, None),
)


def measure(sessions: int = SESSIONS, seed: int = 1) -> None:
    found = played(radio.load(), sessions, seed)
    count = found["sessions"]
    note = (
        f"{count} sessions, {found['taken']} copies taken, {found['put']} put, {found['died']} "
        f"chips died; {found['rounds'] / count:.1f} rounds in the first count; seeds from {seed}"
    )
    for name, word, (per, unit), goal in FIGURES:
        bound = upper_bound(found[word], count) * per
        figures.report(
            "P9",
            name,
            found[word] * per / count,
            unit,
            goal=goal,
            better="lower",
            note=f"{found[word]} seen, at most {bound:.3g} by the 95 % upper bound; {note}",
        )


def played(numbers: radio.Numbers, sessions: int, seed: int) -> Counter[str]:
    """Return what so many sessions come to, played on all cores."""
    worlds = math.ceil(sessions / WORLD_SESSIONS)
    found: Counter[str] = Counter()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for one in pool.map(_world, repeat(numbers), range(seed, seed + worlds), chunksize=4):
            found += one
    return found


def upper_bound(count: int, trials: int) -> float:
    """Return the rate that is exceeded with a chance of DOUBT: Poisson, so 3 / trials for none."""
    low, high = 0.0, 10.0 + 2 * count
    while high - low > 1e-9 * high:
        middle = (low + high) / 2
        if _at_most(count, middle) > DOUBT:
            low = middle
        else:
            high = middle
    return high / trials


def _at_most(count: int, mean: float) -> float:
    """Return the chance of at most so many, when so many are to be expected."""
    terms = (n * math.log(mean) - mean - math.lgamma(n + 1) for n in range(count + 1))
    return sum(map(math.exp, terms))


def _world(numbers: radio.Numbers, seed: int) -> Counter[str]:
    bookcase = Bookcase(numbers, seed)
    while bookcase.found["sessions"] < WORLD_SESSIONS:
        bookcase.visit()
    return bookcase.found


if __name__ == "__main__":
    measure(*map(int, sys.argv[1:]))
