"""Holds: whose turn it is, what is kept for whom, and what happens when it goes another way."""

import pytest

from broker.holds.holds import Refused
from broker.holds.states import EVENTS, IGNORED, STATES, TABLE
from broker.holds.waiting import Waiting
from tests.broker.holds.hall import (
    ANN,
    ANN_ID,
    BEN,
    BEN_ID,
    BLOCKED_ID,
    DAY_MIN,
    ONE,
    TWO,
    WANTED,
    Hall,
)


@pytest.fixture
def lent(hall: Hall) -> Hall:
    """Both copies of the wanted title are with a reader who does not wait."""
    hall.takes("", ONE, 1)
    hall.takes("", TWO, 2)
    return hall


def test_every_pair_of_state_and_event_is_in_one_of_the_two_tables() -> None:
    pairs = {(state, event) for state, _ in STATES for event, _ in EVENTS}

    assert set(TABLE) | set(IGNORED) == pairs
    assert set(TABLE) & set(IGNORED) == set()


def test_a_copy_that_lies_there_free_is_kept_at_once(hall: Hall) -> None:
    hall.place(ANN_ID, 5)

    assert hall.states() == [(ANN_ID, "ready")]
    assert hall.kept() == {ONE: ANN_ID}
    (ready,) = hall.told
    assert (ready.account, ready.pickup, len(ready.code)) == (ANN_ID, "bc01", 6)
    assert ready.last_day == 20261121


def test_who_came_first_gets_the_copy_that_comes_back(lent: Hall) -> None:
    lent.place(ANN_ID, 5)
    lent.place(BEN_ID, 6)

    lent.brings("", ONE, 10)

    assert lent.states() == [(ANN_ID, "ready"), (BEN_ID, "waiting")]
    lent.brings("", TWO, 11)
    assert lent.kept() == {ONE: ANN_ID, TWO: BEN_ID}


def test_a_copy_elsewhere_is_promised_to_nobody_and_is_to_be_carried(lent: Hall) -> None:
    lent.place(ANN_ID, 5, pickup="bc02")

    lent.brings("", ONE, 10)

    assert lent.kept() == {}
    (line,) = Waiting(lent.desk.db).carried()
    assert (line.barcode, line.device, line.pickup) == ("W1", "bc01", "bc02")
    lent.says("moved", 20, tag=ONE, place="compartment", device="bc02", door=2)
    assert lent.kept() == {ONE: ANN_ID}
    assert Waiting(lent.desk.db).carried() == []


def test_a_shelf_is_a_place_of_pick_up_too(lent: Hall) -> None:
    lent.place(ANN_ID, 5, pickup="lib01")

    lent.says("moved", 20, tag=ONE, place="shelf", site="lib01")

    assert lent.kept() == {ONE: ANN_ID}


def test_its_reader_takes_it_and_the_hold_is_over(hall: Hall) -> None:
    hall.place(ANN_ID, 5)

    hall.takes(ANN, ONE, 10)

    assert hall.states() == [(ANN_ID, "collected")]
    assert hall.kept() == {}


def test_another_copy_of_the_title_does_as_well(hall: Hall) -> None:
    hall.place(ANN_ID, 5)

    hall.takes(ANN, TWO, 10)

    assert hall.states() == [(ANN_ID, "collected")]
    assert hall.kept() == {}


def test_a_copy_lent_to_another_by_an_offline_machine_puts_its_hold_first(lent: Hall) -> None:
    lent.place(ANN_ID, 5)
    lent.brings("", ONE, 10)
    lent.place(BLOCKED_ID, 11)
    lent.takes_offline(BEN, ONE, 20)

    lent.tells(60)

    assert lent.queue() == [ANN_ID, BLOCKED_ID]
    lent.brings(BEN, ONE, 70)
    assert lent.kept() == {ONE: ANN_ID}
    assert [ready.account for ready in lent.told] == [ANN_ID, ANN_ID]


def test_a_copy_that_staff_take_away_puts_its_hold_first(lent: Hall) -> None:
    lent.place(ANN_ID, 5)
    lent.place(BEN_ID, 6)
    lent.brings("", ONE, 10)

    lent.says("moved", 20, tag=ONE, place="transit")

    assert lent.queue() == [ANN_ID, BEN_ID]
    assert lent.kept() == {}


def test_what_is_not_fetched_goes_to_the_next(lent: Hall) -> None:
    lent.place(ANN_ID, 5)
    lent.place(BEN_ID, 6)
    lent.brings("", ONE, 10)

    lent.sweep(10 + 3 * DAY_MIN)
    assert lent.kept() == {ONE: ANN_ID}
    lent.sweep(10 + 4 * DAY_MIN)

    assert lent.states() == [(ANN_ID, "expired"), (BEN_ID, "ready")]
    assert lent.kept() == {ONE: BEN_ID}


def test_what_is_cancelled_goes_to_the_next(lent: Hall) -> None:
    first = lent.place(ANN_ID, 5)
    lent.place(BEN_ID, 6)
    lent.brings("", ONE, 10)

    lent.cancel(first, 20)

    assert lent.kept() == {ONE: BEN_ID}
    with pytest.raises(Refused, match="ended"):
        lent.cancel(first, 21)


def test_a_suspended_hold_is_passed_over_and_keeps_its_place(lent: Hall) -> None:
    first = lent.place(ANN_ID, 5)
    lent.place(BEN_ID, 6)
    lent.does(lambda holds, now: holds.suspend(first, 20261119, now), 7)

    lent.brings("", ONE, 10)

    assert lent.kept() == {ONE: BEN_ID}
    assert lent.queue() == [ANN_ID]
    lent.brings("", TWO, 11)
    assert lent.kept() == {ONE: BEN_ID}
    lent.sweep(3 * DAY_MIN)
    assert lent.kept() == {ONE: BEN_ID, TWO: ANN_ID}


def test_a_copy_in_disinfection_is_kept_when_that_is_over(lent: Hall) -> None:
    lent.place(ANN_ID, 5)
    now_ms = 1_795_000_000_000
    lent.says("declared", 8, tag=ONE, what="disinfect", until_ms=now_ms + DAY_MIN * 60_000)

    lent.brings("", ONE, 10)
    assert lent.kept() == {}
    lent.sweep(DAY_MIN + 1)

    assert lent.kept() == {ONE: ANN_ID}


@pytest.mark.parametrize("what", ["damaged", "withdrawn"])
def test_a_copy_that_may_not_be_lent_is_not_kept(lent: Hall, what: str) -> None:
    lent.place(ANN_ID, 5)
    lent.says("declared", 8, tag=ONE, what=what)

    lent.brings("", ONE, 10)

    assert lent.kept() == {}


def test_a_reader_waits_for_a_title_once(lent: Hall) -> None:
    lent.place(ANN_ID, 5)

    with pytest.raises(Refused, match="waits_already"):
        lent.place(ANN_ID, 6)


@pytest.mark.parametrize(
    ("title", "pickup", "why"),
    [("t0", "bc01", "unknown_title"), (WANTED, "bc99", "unknown_place"),
     (WANTED, "kx01", "unknown_place")],
)  # fmt: skip
def test_what_cannot_be_is_refused(hall: Hall, title: str, pickup: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        hall.does(lambda holds, now: holds.place(ANN_ID, title, pickup, now), 5)


def test_a_hold_of_one_copy_waits_for_that_copy(hall: Hall) -> None:
    number = hall.desk.one("SELECT id FROM copy WHERE tag = ?", TWO)

    hall.does(lambda holds, now: holds.place(ANN_ID, WANTED, "bc01", now, only=number), 5)

    assert hall.kept() == {TWO: ANN_ID}


def test_the_code_is_nowhere_in_the_table(hall: Hall) -> None:
    hall.place(ANN_ID, 5)

    (row,) = hall.desk.rows("SELECT * FROM hold")
    assert hall.told[0].code not in map(str, row)


def test_staff_see_who_waits_where_and_on_which_place(lent: Hall) -> None:
    lent.place(ANN_ID, 5)
    lent.place(BEN_ID, 6)
    lent.brings("", ONE, 10)

    listed = Waiting(lent.desk.db).listed(title=WANTED)

    assert [(line.card, line.state, line.position, line.barcode) for line in listed] == [
        ("SG00000001", "ready", 0, "W1"),
        ("SG00000002", "waiting", 1, ""),
    ]
