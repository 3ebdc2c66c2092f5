"""What is found when a machine that was offline tells its facts, line by line.

The rule behind every line: what a screen promised is kept, a fact is never refused, doubt favours
the reader, and each doubt is a case.
"""

import json

import pytest

from bookcase_fw import wire
from tests.broker.contract.counter import (
    ANN,
    ANN_ID,
    BEN,
    BEN_ID,
    BLOCKED,
    BOOK,
    DAY_MIN,
    LATER_MIN,
    OTHER,
    Counter,
)
from tests.broker.desk import MINUTE_MS, START_MS, TAGS, Machine

HOURS_MAX = 72
STRANGE = "E280DEADBEEF"


def policy(counter: Counter, revision: int, blocked: list[str]) -> None:
    body = [28, {"any": 3}, 3, HOURS_MAX, sorted([ANN, BEN, BLOCKED]), blocked]
    statement = "INSERT INTO policy (revision, body, made_ms) VALUES (?, ?, ?)"
    counter.desk.db.execute(statement, (revision, json.dumps(body), START_MS))


def blocks_ben(counter: Counter) -> None:
    counter.desk.db.execute("UPDATE patron SET blocked = 'owing' WHERE account = 1002")


def asks(
    counter: Counter, name: str, number: str, at_min: int, **said: object
) -> dict[str, object]:
    fields = {"id": number, "session": "1.1", "wait_ms": 2000} | said
    message = counter.machines[name].says(
        "ask", wire.encode("ask", fields), START_MS + at_min * MINUTE_MS
    )
    ((_name, answer),) = counter.desk.hear(message)
    return answer


# --- The reader was blocked meanwhile, after the device's last snapshot.


def test_a_reader_who_was_blocked_meanwhile_keeps_the_book_and_is_a_case_for_information(
    counter: Counter,
) -> None:
    policy(counter, 7, blocked=[])
    counter.session("bc01", 5, BEN, took=[BOOK], policy=7)
    blocks_ben(counter)

    counter.tells("bc01")

    assert counter.loans() == [(BEN_ID, "open", None)]
    assert counter.cases() == ["blocked"]
    answer = asks(counter, "kx01", "1.1", LATER_MIN, op="lend", reader=BEN, tags=[OTHER])
    assert (answer["ok"], answer["why"]) == (False, "blocked")


def test_the_due_day_is_that_of_the_rules_when_it_happened(counter: Counter) -> None:
    counter.session("bc01", 5, BEN, took=[BOOK])
    blocks_ben(counter)

    counter.tells("bc01", at_min=9 * DAY_MIN)

    # 2026-11-18 in Shanghai and 28 days.
    assert counter.desk.one("SELECT due FROM loan") == 20261216


# --- The reader was blocked already in a snapshot that the device had.


def test_a_machine_that_lends_to_whom_its_own_snapshot_blocks_is_alarmed(counter: Counter) -> None:
    policy(counter, 7, blocked=[BEN])
    counter.session("bc01", 5, BEN, took=[BOOK], policy=7)
    blocks_ben(counter)

    counter.tells("bc01")

    assert counter.loans() == [(BEN_ID, "open", None)]
    assert counter.cases() == ["blocked_known"]
    assert counter.desk.one("SELECT device FROM exception_case") == 1


# --- The snapshot was older than its time to live.


@pytest.mark.parametrize(("hours", "cases"), [(HOURS_MAX - 1, []), (HOURS_MAX + 2, ["stale"])])
def test_a_machine_that_lends_by_a_snapshot_that_is_too_old_is_alarmed(
    counter: Counter, hours: int, cases: list[str]
) -> None:
    policy(counter, 7, blocked=[])
    counter.session("bc01", hours * 60, ANN, took=[BOOK], policy=7)

    counter.tells("bc01")

    assert counter.loans() == [(ANN_ID, "open", None)]
    assert counter.cases() == cases


def test_a_machine_that_was_in_reach_all_the_time_has_no_old_snapshot(counter: Counter) -> None:
    policy(counter, 7, blocked=[])
    beat = wire.encode("beat", {"uptime_ms": 1, "unacked": 0})
    for minute in range(0, (HOURS_MAX + 2) * 60, 20):
        at_ms = START_MS + minute * MINUTE_MS
        counter.desk.hear(counter.machines["bc01"].says("beat", beat, at_ms))
    counter.session("bc01", (HOURS_MAX + 2) * 60, ANN, took=[BOOK], policy=7)

    counter.tells("bc01", at_min=(HOURS_MAX + 2) * 60 + 1)

    assert counter.cases() == []


# --- Over the limit by borrowing at two offline places.


def test_over_the_limit_at_two_offline_places_all_are_loans_and_one_case(counter: Counter) -> None:
    counter.session("bc01", 5, ANN, took=list(TAGS[:2]))
    counter.session("bc02", 60, ANN, took=list(TAGS[2:4]))

    counter.tells("bc02")
    counter.tells("bc01")

    assert counter.loans() == [(ANN_ID, "open", None)] * 4
    assert counter.cases() == ["over_limit"]
    over = counter.desk.rows("SELECT copy FROM loan WHERE over_limit = 1")
    assert len(over) == 1
    answer = asks(counter, "kx01", "1.1", LATER_MIN, op="lend", reader=ANN, tags=[TAGS[9]])
    assert [book["ok"] for book in answer["books"]] in ([], [False])  # type: ignore[attr-defined]

    counter.session("bc01", 90, ANN, put=[TAGS[0]])
    counter.tells("bc01", at_min=LATER_MIN + 1)

    assert counter.cases() == []


# --- The copy is still on loan to Ann when Ben takes it.


def test_a_copy_still_on_loan_when_another_takes_it_ends_the_first_loan(counter: Counter) -> None:
    counter.session("bc01", 5, ANN, took=[BOOK])
    counter.session("bc02", 60, BEN, took=[BOOK])

    counter.tells("bc02")
    counter.tells("bc01")

    assert counter.loans() == [(ANN_ID, "inferred", 60), (BEN_ID, "open", None)]
    assert counter.cases() == []


def test_the_first_loan_ends_when_a_machine_last_had_the_copy_in_mind(counter: Counter) -> None:
    doubted = {"tag": BOOK, "heard": 2, "rounds": 12, "dbm": -66}
    counter.session("bc01", 5, ANN, took=[BOOK])
    counter.session("bc02", 40, "", unsure=[doubted])
    counter.session("bc02", 60 * DAY_MIN, BEN, took=[BOOK])

    counter.tells("bc02")
    counter.tells("bc01")

    assert counter.loans() == [(ANN_ID, "inferred", 40), (BEN_ID, "open", None)]
    assert counter.cases() == [], "by then it was not overdue"


def test_a_first_loan_that_was_overdue_is_a_case(counter: Counter) -> None:
    counter.session("bc01", 5, ANN, took=[BOOK])
    counter.session("bc02", 60 * DAY_MIN, BEN, took=[BOOK])

    counter.tells("bc01")
    counter.tells("bc02")

    assert counter.cases() == ["inferred"]
    assert counter.desk.one("SELECT account FROM exception_case") == ANN_ID


# --- The copy was promised to somebody.


def test_a_promised_copy_that_another_takes_is_lent_and_the_promise_is_broken(
    counter: Counter,
) -> None:
    counter.say(3, "promised", tag=BOOK, reader=BEN)
    counter.session("bc01", 5, ANN, took=[BOOK])

    counter.tells("bc01")

    assert counter.loans() == [(ANN_ID, "open", None)]
    assert counter.desk.rows("SELECT account, state FROM copy_promise") == [(BEN_ID, "broken")]
    assert counter.cases() == []


def test_a_promise_made_after_the_copy_had_left_is_broken_by_nobody(counter: Counter) -> None:
    counter.say(60, "promised", tag=BOOK, reader=BEN)
    counter.session("bc01", 5, BEN, took=[BOOK])

    counter.tells("bc01")

    assert counter.desk.rows("SELECT account, state FROM copy_promise") == [(BEN_ID, "held")]


def test_a_promised_copy_that_its_reader_takes_is_a_promise_kept(counter: Counter) -> None:
    counter.say(3, "promised", tag=BOOK, reader=BEN)
    counter.session("bc01", 5, BEN, took=[BOOK])

    counter.tells("bc01")

    assert counter.desk.one("SELECT state FROM copy_promise") == "kept"


# --- Something is returned that is not on loan, or that nobody knows.


def test_a_copy_that_comes_back_while_nobody_had_it_is_placed(counter: Counter) -> None:
    counter.session("bc02", 5, ANN, put=[BOOK])

    counter.tells("bc02")

    assert counter.holder() == "bc02/1"
    assert counter.loans() == []
    assert counter.cases() == []


def test_a_copy_that_comes_back_while_another_machine_has_it_inside_is_a_case(
    counter: Counter,
) -> None:
    counter.fact("bc01", 1, "stocked", door=2, tags=[BOOK])
    counter.session("bc02", 5, ANN, put=[BOOK])

    counter.tells("bc02")
    counter.tells("bc01")

    assert counter.holder() == "bc02/1"
    assert counter.cases() == ["not_on_loan"]

    counter.session("bc02", 9, ANN, took=[BOOK])
    counter.tells("bc02", at_min=LATER_MIN + 1)

    assert counter.cases() == [], "it is surely seen again"


def test_a_tag_that_nobody_knows_is_a_case_while_it_is_inside(counter: Counter) -> None:
    counter.session("bc01", 5, ANN, put=[STRANGE])
    counter.tells("bc01")
    assert counter.cases() == ["foreign"]

    counter.session("bc01", 9, ANN, took=[STRANGE])
    counter.tells("bc01", at_min=LATER_MIN + 1)

    assert counter.cases() == []
    assert counter.loans() == []


def test_a_return_on_a_chip_that_was_replaced_ends_the_loan_and_is_a_case(counter: Counter) -> None:
    counter.session("bc01", 5, ANN, took=[BOOK])
    counter.fact("kx01", 50, "returned", visit="1.1", tag=STRANGE, number="MH00000001", bin=3)
    counter.tells("bc01")
    counter.tells("kx01")

    assert counter.loans() == [(ANN_ID, "returned", 50)]
    assert counter.cases() == ["chip"]

    counter.settle(LATER_MIN + 1, counter.case("chip"), "reverse")

    assert counter.loans() == [(ANN_ID, "open", None)], "the number was a copy's, the book was not"
    assert counter.differences() == []


def test_a_chip_with_a_number_of_nobody_ends_no_loan(counter: Counter) -> None:
    counter.session("bc01", 5, ANN, took=[BOOK])
    counter.fact("kx01", 9, "returned", visit="1.1", tag=STRANGE, number="MH09999999")
    counter.tells("bc01")
    counter.tells("kx01")

    assert counter.loans() == [(ANN_ID, "open", None)]
    assert counter.cases() == ["foreign"]


def test_a_security_bit_that_could_not_be_written_is_a_case_until_it_is(counter: Counter) -> None:
    counter.fact("kx01", 5, "bit", tag=BOOK, on_loan=False, found="half", ok=False)
    counter.tells("kx01")
    assert counter.cases() == ["bit"]

    counter.fact("kx01", 6, "bit", tag=BOOK, on_loan=False, found="swapped", ok=True)
    counter.fact("kx01", 7, "bit", tag=BOOK, on_loan=False, found="right", ok=False)
    counter.fact("kx01", 8, "bit", tag=STRANGE, on_loan=False, found="half", ok=False)
    counter.tells("kx01", at_min=LATER_MIN + 1)
    assert counter.cases() == ["bit"], "it failed again"

    counter.fact("kx01", 9, "bit", tag=BOOK, on_loan=False, found="half", ok=True)
    counter.tells("kx01", at_min=LATER_MIN + 2)
    assert counter.cases() == []


# --- A renewal was granted offline, but a hold exists.


def test_a_renewal_granted_offline_keeps_the_day_that_was_shown_though_somebody_waits(
    counter: Counter,
) -> None:
    counter.fact("kx01", 5, "lent", visit="1.1", reader=ANN, tag=BOOK, due=20261216)
    counter.fact("kx01", 90, "renewed", visit="1.2", reader=ANN, tag=BOOK, due=20270113, policy=7)
    counter.say(60, "promised", tag=BOOK, reader=BEN)

    counter.tells("kx01")

    assert counter.desk.rows("SELECT due, renewals, state FROM loan") == [(20270113, 1, "open")]
    assert counter.desk.one("SELECT state FROM copy_promise") == "held"
    assert counter.cases() == []


# --- The same number with other content.


def test_the_same_number_with_other_content_quarantines_the_stream(counter: Counter) -> None:
    clone = Machine(journal="0" * 8)
    clone.session(1, BEN, took=[OTHER])
    counter.session("bc01", 5, ANN, took=[BOOK])
    counter.tells("bc01")

    ((_name, ack),) = counter.hears("bc01", clone.payload(), LATER_MIN)

    assert ack["renew"]
    assert counter.cases() == ["quarantine"]
    assert counter.loans() == [(ANN_ID, "open", None)]


# --- A gap in the numbers.


def test_a_gap_is_asked_for_and_what_comes_after_waits(counter: Counter) -> None:
    for number in range(3):
        counter.session("bc01", number + 1, ANN, took=[TAGS[number]])
    whole = counter.machines["bc01"]
    counter.hears("bc01", whole.payload(1, 1), 10)

    ((_name, ack),) = counter.hears("bc01", whole.payload(3, 3), 11)

    assert ack["number"] == 1
    assert counter.loans() == [(ANN_ID, "open", None)]
    assert counter.cases() == []


def test_a_gap_that_lasts_is_an_alarm_and_ends_with_what_was_missing(counter: Counter) -> None:
    for number in range(3):
        counter.session("bc01", number + 1, ANN, took=[TAGS[number]])
    whole = counter.machines["bc01"]
    counter.hears("bc01", whole.payload(1, 1), 10)
    counter.hears("bc01", whole.payload(3, 3), 11)

    counter.hears("bc01", whole.payload(3, 3), 30)
    assert counter.cases() == ["gap"]

    counter.hears("bc01", whole.payload(2, 3), 31)
    assert counter.cases() == []
    assert len(counter.loans()) == 3


# --- Two devices claim one copy at overlapping times.


def test_two_machines_that_have_one_copy_inside_are_a_contradiction(counter: Counter) -> None:
    counter.fact("bc01", 1, "stocked", door=2, tags=[BOOK])
    counter.session("bc02", 30, ANN, took=[BOOK])

    counter.tells("bc02")
    counter.tells("bc01")

    assert counter.holder() == str(ANN_ID), "kept in the order in which it happened"
    assert counter.loans() == [(ANN_ID, "open", None)]
    assert counter.cases() == ["contradiction"]


def test_a_copy_that_went_from_one_machine_to_the_other_is_none(counter: Counter) -> None:
    counter.fact("bc01", 1, "stocked", door=2, tags=[BOOK])
    counter.session("bc01", 5, ANN, took=[BOOK], door=2)
    counter.session("bc02", 20, ANN, put=[BOOK])
    counter.session("bc02", 30, BEN, took=[BOOK])

    counter.tells("bc02")
    counter.tells("bc01")

    assert counter.loans() == [(ANN_ID, "returned", 20), (BEN_ID, "open", None)]
    assert counter.cases() == []


# --- The second count does not hear what the first one did.


def test_a_book_heard_through_the_glass_goes_onto_the_loan_of_the_session_that_took_it(
    counter: Counter,
) -> None:
    counter.session("bc01", 5, ANN, due=20270101)
    counter.counted("bc01", 7, session=5, gone=[BOOK])

    counter.tells("bc01")

    assert counter.loans() == [(ANN_ID, "open", None)]
    assert counter.holder() == str(ANN_ID)
    assert counter.cases() == []

    counter.session("bc01", 30, ANN, put=[BOOK])
    counter.tells("bc01", at_min=LATER_MIN + 1)
    assert counter.loans() == [(ANN_ID, "returned", 30)]


def test_a_book_that_came_in_the_same_session_and_is_gone_never_came(counter: Counter) -> None:
    """It was heard through the glass: whoever had it still has it."""
    counter.session("bc01", 1, ANN, took=[BOOK])
    counter.session("bc02", 30, ANN, put=[BOOK])
    counter.counted("bc02", 32, session=30, gone=[BOOK])

    counter.tells("bc02")
    counter.tells("bc01")

    assert counter.holder() == str(ANN_ID)
    assert counter.loans() == [(ANN_ID, "open", None)]
    assert counter.cases() == []


def test_a_book_that_is_gone_after_a_session_of_nobody_is_nobodys(counter: Counter) -> None:
    counter.session("bc01", 5, "", how="nobody")
    counter.counted("bc01", 7, session=5, gone=[BOOK])

    counter.tells("bc01")

    assert counter.loans() == []
    assert counter.cases() == ["gone"]
