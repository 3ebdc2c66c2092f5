"""Where times are not sure, the copy itself tells the order; where it cannot, nobody is charged."""

import pytest

from broker.ledger.fold import Life, Observation, life
from broker.ledger.schema import UNKNOWN
from broker.ledger.sequence import stories
from tests.broker.desk import MINUTE_MS, START_MS, day
from tests.broker.test_fold import ANN, BEN, CASE1, CASE2, WITH, seen

LONG = (0, 1000)  # Minutes between which what has no sure time happened.


def unsure(minute: int, verb: str, place: int, who: int | None = None) -> Observation:
    earliest, latest = (START_MS + one * MINUTE_MS for one in LONG)
    told = seen(minute, verb, place, who, sure=False)
    return told._replace(earliest_ms=earliest, latest_ms=latest)


# Both took it from one place, and one return was not heard.
EITHER_FIRST = (
    seen(50, "took", CASE1, ANN),
    unsure(1, "took", CASE1, BEN)._replace(device=CASE2),
)


def told(*observations: Observation) -> Life:
    return life(list(observations), placed=CASE1, loaded_ms=START_MS, day=day)


def test_what_is_sure_stands_in_the_order_of_time() -> None:
    story = [seen(9, "put"), seen(1, "took", who=ANN)]

    likely, early, late = stories(story, placed=CASE1)

    assert [one.verb for one in likely] == ["took", "put"]
    assert likely == early == late


def test_a_copy_is_put_down_by_who_has_it_whatever_the_guess() -> None:
    guessed_too_early = [unsure(1, "put", CASE2), unsure(2, "took", CASE2, BEN)]

    found = told(*guessed_too_early, seen(100, "took", CASE1, ANN))

    assert found.holder == WITH[BEN]
    assert [(loan.account, loan.state) for loan in found.loans] == [(ANN, "void"), (BEN, "open")]
    assert not found.open_cases("order", "contradiction")


def test_times_that_are_not_sure_keep_between_those_that_are() -> None:
    found = told(seen(100, "took", CASE1, ANN), unsure(1, "put", CASE2))

    times = [step.at_ms for step in found.movements]
    assert times == sorted(times)


def test_a_machines_own_order_is_kept() -> None:
    told_late = [unsure(5, "took", CASE2, BEN), unsure(6, "put", CASE2)]

    (likely, *_others) = stories([*told_late, seen(100, "took", CASE1, ANN)], placed=CASE1)

    own = [one.verb for one in likely if not one.sure]
    assert own == ["took", "put"]


def test_where_the_order_decides_who_has_it_nobody_is_charged() -> None:
    found = told(*EITHER_FIRST)

    assert found.loan is None
    assert found.holder == UNKNOWN
    assert [case.kind for case in found.open_cases("order")] == ["order"]


def test_later_evidence_ends_the_doubt() -> None:
    found = told(*EITHER_FIRST, seen(2000, "put", CASE2))

    assert found.holder == CASE2
    assert not found.open_cases("order")


@pytest.mark.parametrize("turn", range(4))
def test_the_order_of_arrival_says_nothing(turn: int) -> None:
    story = [
        seen(50, "took", CASE1, ANN),
        unsure(1, "put", CASE2),
        unsure(2, "took", CASE2, BEN),
        seen(600, "put", CASE1),
    ]

    found = told(*story[turn:], *story[:turn])

    assert found == told(*story)
