"""Many seeds are played over several processes, and told as one."""

from hw_sim.city import many
from hw_sim.city.run import Order

SMALL = Order(seed=1, cases=1, visits=10, faults="none")


def test_runs_in_processes_of_their_own_are_the_same_runs() -> None:
    orders = [SMALL._replace(seed=seed) for seed in (1, 2)]

    apart = {outcome.order.seed: outcome.digest for outcome in many.outcomes(orders, jobs=2)}
    here = {outcome.order.seed: outcome.digest for outcome in many.outcomes(orders, jobs=1)}

    assert apart == here


def test_an_error_that_ends_a_run_fails_its_seed_and_no_other() -> None:
    summed = many.Sum()
    orders = [SMALL._replace(seed=1, only=("no",)), SMALL._replace(seed=7, cases=-1)]

    for outcome in many.outcomes(orders, jobs=1):
        summed.add(outcome)

    assert summed.failed == [7]
    assert summed.said()["runs"] == 2


def test_a_mixed_seed_is_never_larger_than_what_is_wanted() -> None:
    wanted = Order(seed=1, cases=3, kiosks=2, visits=60)

    drawn = [many.mixed(wanted._replace(seed=seed)) for seed in range(60)]

    assert {order.cases for order in drawn} == {1, 2, 3}
    assert {order.kiosks for order in drawn} == {0, 1, 2}
    assert all(30 <= order.visits <= 60 for order in drawn)
