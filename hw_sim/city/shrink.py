"""From a failing run to a short story: leave acts out for as long as the same rule stays broken.

Delta debugging (Zeller and Hildebrandt 2002, "Simplifying and Isolating Failure-Inducing Input"):
chunks of acts are left out, half of them first, then smaller ones.  Chance belongs to the acts'
names (chance.py), so the acts that stay happen as before.
"""

from collections.abc import Callable, Sequence

from hw_sim.city.run import Order, Outcome, run
from hw_sim.city.story import Act

RUNS_MAX = 200

Progress = Callable[[str], None]


def shrunk(
    failing: Outcome,
    progress: Progress = lambda _line: None,
    play: Callable[[Order], Outcome] = run,
) -> Outcome:
    """Return a run with as few acts as can be found that breaks a rule that this one broke."""
    rules = failing.rules()
    best = failing
    runs = 0

    def fails(acts: Sequence[Act]) -> bool:
        nonlocal best, runs
        runs += 1
        outcome = play(failing.order._replace(only=tuple(act.name for act in acts)))
        progress(f"{len(best.acts)} acts after {runs} runs")
        if not outcome.rules() & rules:
            return False
        # Acts that were wanted and did not come about are left out by themselves.
        best = outcome
        return True

    chunks = 2
    while len(best.acts) > 1 and runs < RUNS_MAX:
        before = best.acts
        size = -(-len(before) // chunks)
        starts = range(0, len(before), size)
        if any(fails(before[:start] + before[start + size :]) for start in starts):
            chunks = max(chunks - 1, 2)
        elif size > 1:
            chunks = min(2 * chunks, len(before))
        else:
            break
    return best


def as_test(outcome: Outcome) -> str:
    """Return a run as a file for tests/hw_sim_city, with its story as it is told."""
    order = outcome.order
    only = "\n".join(f'            "{act.name}",  # {act.words}' for act in outcome.acts)
    told = "\n".join(f"# {line}" for line in outcome.story().splitlines())
    return TEST.format(told=told, order=order, only=only)


TEST = '''"""A story that broke a rule once."""

from hw_sim.city.run import Order, run

{told}


def test_the_ledger_stays_true() -> None:
    outcome = run(
        Order(
            seed={order.seed},
            days={order.days},
            cases={order.cases},
            visits={order.visits},
            faults="{order.faults}",
            only=(
{only}
            ),
        )
    )

    assert outcome.violations == 0, outcome.story()
'''
