"""The city in a box: same seed, same run; and with everything going wrong the ledger stays true."""

import pytest

from hw_sim.city.run import Order, run

GENTLE = Order(seed=1, visits=30, faults="none")


def test_the_ledger_agrees_with_the_world_when_nothing_goes_wrong() -> None:
    outcome = run(GENTLE)

    assert outcome.violations == 0, outcome.story()
    assert outcome.counts["visits"] >= 25
    assert outcome.counts["facts"] >= 25


def test_the_same_seed_is_the_same_run() -> None:
    order = GENTLE._replace(faults="all", seed=2)

    assert run(order).digest == run(order).digest


def test_kiosks_lend_and_return_and_the_same_seed_is_the_same_run_to_the_byte() -> None:
    order = Order(seed=6, visits=30, cases=1, kiosks=2)

    outcome = run(order)

    assert outcome.violations == 0, outcome.story()
    assert outcome.counts["fact_lent"] and outcome.counts["fact_returned"]
    assert outcome.digest == run(order).digest


def test_another_seed_is_another_run() -> None:
    assert run(GENTLE).digest != run(GENTLE._replace(seed=5)).digest


def test_a_run_of_its_own_acts_is_the_same_run() -> None:
    whole = run(GENTLE._replace(faults="network,power", seed=3))

    again = run(whole.order._replace(only=tuple(act.name for act in whole.acts)))

    assert again.digest == whole.digest


def test_nothing_happens_but_the_acts_that_are_wanted() -> None:
    whole = run(GENTLE)
    some = tuple(act.name for act in whole.acts[:3])

    outcome = run(GENTLE._replace(only=some))

    assert tuple(act.name for act in outcome.acts) == some


@pytest.mark.parametrize(
    "faults", ["network", "power", "mqtt", "service", "messages", "rollback", "outage", "disk"]
)
def test_a_trouble_comes_and_the_ledger_stays_true(faults: str) -> None:
    outcome = run(Order(seed=7, visits=40, faults=faults))

    assert outcome.violations == 0, outcome.story()
    assert outcome.counts[f"fault_{faults}"] > 0
