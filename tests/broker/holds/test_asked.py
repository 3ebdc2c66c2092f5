"""Readers ask at machines: to wait, to stop waiting, and for what is kept under a code."""

import pytest

from tests.broker.holds.hall import ANN, ANN_ID, BEN, BEN_ID, BLOCKED, ONE, TWO, WANTED, Hall


@pytest.fixture
def lent(hall: Hall) -> Hall:
    hall.takes("", ONE, 1)
    hall.takes("", TWO, 2)
    return hall


def test_a_reader_waits_and_is_told_the_place_in_the_queue(lent: Hall) -> None:
    first = lent.ask("hold", 5, reader=ANN, tags=[ONE])
    second = lent.ask("hold", 6, reader=BEN, text=WANTED)

    assert (first["ok"], first["books"][0]["ok"], first["books"][0]["position"]) == (True, True, 1)
    assert second["books"][0]["position"] == 2
    assert lent.queue() == [ANN_ID, BEN_ID]


def test_asking_twice_is_waiting_once(lent: Hall) -> None:
    lent.ask("hold", 5, reader=ANN, tags=[ONE])
    lent.ask("hold", 6, reader=ANN, tags=[TWO])

    assert lent.queue() == [ANN_ID]


def test_a_kiosk_keeps_on_its_sites_shelf(lent: Hall) -> None:
    lent.ask("hold", 5, device="kx01", reader=ANN, tags=[ONE])

    assert lent.desk.one("SELECT pickup FROM hold") == "lib01"


def test_a_blocked_reader_may_not_wait(lent: Hall) -> None:
    answer = lent.ask("hold", 5, reader=BLOCKED, tags=[ONE])

    assert (answer["ok"], answer["why"]) == (False, "blocked")
    assert lent.queue() == []


def test_a_reader_stops_waiting(lent: Hall) -> None:
    lent.ask("hold", 5, reader=ANN, tags=[ONE])

    answer = lent.ask("unhold", 6, reader=ANN, tags=[ONE])
    again = lent.ask("unhold", 7, reader=ANN, tags=[ONE])

    assert answer["books"][0]["ok"]
    assert (again["books"][0]["ok"], again["books"][0]["why"]) == (False, "not_held")
    assert lent.states() == [(ANN_ID, "cancelled")]


def test_a_code_opens_the_compartment_for_its_reader(lent: Hall) -> None:
    lent.ask("hold", 5, reader=ANN, tags=[ONE])
    lent.brings("", ONE, 10)

    answer = lent.ask("pickup", 20, text=lent.told[0].code)

    assert answer["ok"]
    assert (answer["reader"], answer["door"]) == (ANN, 1)
    assert answer["due"] == lent.ask("open", 21, reader=ANN)["due"] > 0
    assert (answer["books"][0]["tag"], answer["books"][0]["title"]) == (ONE, "三体")


def test_a_code_works_once_and_only_at_its_place(lent: Hall) -> None:
    lent.ask("hold", 5, reader=ANN, tags=[ONE])
    lent.brings("", ONE, 10)
    code = lent.told[0].code

    elsewhere = lent.ask("pickup", 20, device="bc02", text=code)
    lent.takes(ANN, ONE, 21)
    later = lent.ask("pickup", 30, text=code)

    assert (elsewhere["ok"], elsewhere["why"]) == (False, "code")
    assert (later["ok"], later["why"]) == (False, "code")


def test_whoever_guesses_must_wait(lent: Hall) -> None:
    lent.ask("hold", 5, reader=ANN, tags=[ONE])
    lent.brings("", ONE, 10)
    code = lent.told[0].code
    wrong = f"{(int(code) + 1) % 1_000_000:06}"

    for _try in range(5):
        lent.ask("pickup", 20, text=wrong)

    assert lent.ask("pickup", 21, text=code)["why"] == "busy"
    assert lent.ask("pickup", 31, text=code)["ok"]


def test_a_copy_that_is_kept_is_lent_to_its_reader_only(lent: Hall) -> None:
    lent.ask("hold", 5, reader=ANN, tags=[ONE])
    lent.brings("", ONE, 10)

    other = lent.ask("lend", 20, reader=BEN, tags=[ONE])
    own = lent.ask("lend", 21, reader=ANN, tags=[ONE])

    assert other["books"][0]["why"] == "held"
    assert own["books"][0]["ok"]


def test_a_card_is_told_all_doors_that_keep_something_for_it(lent: Hall) -> None:
    lent.ask("hold", 5, reader=ANN, tags=[ONE])
    lent.brings("", ONE, 10)

    answer = lent.ask("pickup", 20, reader=ANN)
    nobody = lent.ask("pickup", 20, reader=BEN)

    assert answer["ok"]
    assert [(book["tag"], book["door"]) for book in answer["books"]] == [(ONE, 1)]
    assert (nobody["ok"], nobody["why"]) == (False, "none_kept")
