"""Machines with wrong clocks: what counts is when the service knows that it happened."""

import pytest

from tests.broker.contract.counter import ANN, ANN_ID, BEN, BEN_ID, BOOK, DAY_MIN, Counter
from tests.broker.desk import MINUTE_MS, START_MS

WRONG_MS = (1, START_MS - 3650 * DAY_MIN * MINUTE_MS, START_MS + 3650 * DAY_MIN * MINUTE_MS)


@pytest.mark.parametrize("wall_ms", WRONG_MS)
def test_a_wall_clock_that_is_wrong_changes_no_order(counter: Counter, wall_ms: int) -> None:
    counter.session("bc01", 5, ANN, took=[BOOK], wall_ms=wall_ms)
    counter.session("bc02", 60, ANN, put=[BOOK])
    counter.session("bc02", 90, BEN, took=[BOOK], wall_ms=wall_ms)

    counter.tells("bc02")
    counter.tells("bc01")

    assert counter.loans() == [(ANN_ID, "returned", 60), (BEN_ID, "open", None)]
    assert counter.cases() == []


def test_machines_whose_clocks_differ_agree_on_one_order(counter: Counter) -> None:
    for name, wall_ms in zip(("bc01", "bc02", "kx01"), WRONG_MS, strict=True):
        counter.fact(name, 1, "fault", part="clock", on=True, wall_ms=wall_ms)
    counter.session("bc01", 5, ANN, took=[BOOK], wall_ms=WRONG_MS[2])
    counter.fact("kx01", 40, "returned", visit="1.1", tag=BOOK, wall_ms=WRONG_MS[0])
    counter.fact("kx01", 80, "lent", visit="1.2", reader=BEN, tag=BOOK, due=20261216, wall_ms=9)

    for name in ("kx01", "bc02", "bc01"):
        counter.tells(name)

    assert counter.loans() == [(ANN_ID, "returned", 40), (BEN_ID, "open", None)]


def test_a_boot_that_was_never_in_reach_lies_between_its_neighbours(counter: Counter) -> None:
    """The power failed before the network was back: nobody knows that boot's clock.

    It began after the minute of the record before it, so its own uptime counts from there.
    """
    machine = counter.machines["bc01"]
    counter.session("bc01", 5, ANN, took=[BOOK])
    machine.session(30 * MINUTE_MS, ANN, boot=2, id="2.1", put=[BOOK])
    hello = machine.hello(boot=3, uptime_ms=0)
    counter.desk.hear(machine.says("hello", hello, START_MS + 60 * MINUTE_MS))
    counter.session("bc02", 90, BEN, put=[BOOK])

    counter.tells("bc01", at_min=61)
    counter.tells("bc02", at_min=91)

    assert counter.loans() == [(ANN_ID, "returned", 35)]
    assert counter.holder() == "bc02/1"


def test_boots_that_were_never_in_reach_follow_one_another(counter: Counter) -> None:
    machine = counter.machines["bc01"]
    counter.session("bc01", 5, ANN, took=[BOOK])
    machine.session(20 * MINUTE_MS, ANN, boot=2, id="2.1", put=[BOOK])
    machine.session(1 * MINUTE_MS, BEN, boot=3, id="3.1", took=[BOOK])
    hello = machine.hello(boot=4, uptime_ms=0)
    counter.desk.hear(machine.says("hello", hello, START_MS + 60 * MINUTE_MS))

    counter.tells("bc01", at_min=61)

    assert counter.loans() == [(ANN_ID, "returned", 25), (BEN_ID, "open", None)]


def test_what_left_a_place_where_it_was_not_by_a_clock_in_doubt_is_a_case(
    counter: Counter,
) -> None:
    machine = counter.machines["bc02"]
    machine.session(7 * MINUTE_MS, BEN, boot=2, id="2.1", took=[BOOK])
    hello = machine.hello(boot=3, uptime_ms=0)
    counter.desk.hear(machine.says("hello", hello, START_MS + 60 * MINUTE_MS))

    counter.tells("bc02", at_min=61)

    assert counter.loans() == [(BEN_ID, "open", None)], "it is in his hands all the same"
    assert counter.cases() == ["order"]


def test_what_was_taken_amid_a_power_cut_was_taken_when_the_session_began(
    counter: Counter,
) -> None:
    """The session is told an hour later; the book had come back elsewhere in the meantime."""
    counter.session("bc01", 5, ANN, put=[BOOK])
    counter.fact("kx01", 40, "returned", visit="1.1", tag=BOOK)
    _power_fails_amid_a_session(counter, took=[BOOK])

    assert counter.loans() == [(ANN_ID, "returned", 40)]
    assert counter.cases() == []


def test_what_was_put_in_amid_a_power_cut_was_put_in_after_all_else(counter: Counter) -> None:
    counter.fact("kx01", 40, "lent", visit="1.1", reader=ANN, tag=BOOK, due=20261216)
    _power_fails_amid_a_session(counter, put=[BOOK])

    assert counter.loans() == [(ANN_ID, "returned", 60)]
    assert counter.cases() == []


def _power_fails_amid_a_session(counter: Counter, **found: list[str]) -> None:
    """It begins at minute 10 at bc01; the power is back at minute 60."""
    machine = counter.machines["bc01"]
    hello = machine.hello(boot=2, uptime_ms=0)
    counter.desk.hear(machine.says("hello", hello, START_MS + 60 * MINUTE_MS))
    session = {"id": "1.9", "end": "power", "began": [1, 10 * MINUTE_MS], **found}
    machine.session(0, ANN, boot=2, **session)
    counter.tells("kx01", at_min=50)
    counter.tells("bc01", at_min=61)
