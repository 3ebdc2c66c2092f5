"""What staff and the service say of a copy: renewals, lost, found, claimed, fit or not."""

import pytest

from broker.desk.desk import DeskRefused
from tests.broker.contract.counter import (
    ANN,
    ANN_ID,
    BEN,
    BEN_ID,
    BOOK,
    DAY_MIN,
    LATER_MIN,
    Counter,
)
from tests.broker.desk import MINUTE_MS, START_MS

SHOWN, RENEWED, AGAIN = 20261216, 20270113, 20270210


def lent(counter: Counter, minute: int = 5) -> None:
    counter.session("bc01", minute, ANN, took=[BOOK], due=SHOWN)
    counter.tells("bc01", at_min=minute + 1)


def renew(counter: Counter, minute: int, due: int = RENEWED) -> None:
    counter.say(minute, "renewed", reader=ANN, tag=BOOK, due=due, line="9: renew")


def loan(counter: Counter) -> tuple[object, ...]:
    (row,) = counter.desk.rows("SELECT state, due, renewals FROM loan")
    return row


# --- Renewals.


def test_a_renewal_moves_the_due_day_and_counts(counter: Counter) -> None:
    lent(counter)

    renew(counter, 60)
    renew(counter, 90, AGAIN)

    assert loan(counter) == ("open", AGAIN, 2)


def test_a_renewal_survives_a_fact_that_comes_late(counter: Counter) -> None:
    lent(counter)
    renew(counter, 60)
    counter.session("bc02", 2, BEN, put=[BOOK])

    counter.tells("bc02")

    assert loan(counter) == ("open", RENEWED, 1)


def test_a_renewal_known_before_its_loan_finds_it(counter: Counter) -> None:
    renew(counter, 60)
    assert counter.loans() == []

    counter.session("bc01", 5, ANN, took=[BOOK], due=SHOWN)
    counter.tells("bc01")

    assert loan(counter) == ("open", RENEWED, 1)


def test_a_renewal_of_a_loan_that_had_ended_is_void_and_no_case(counter: Counter) -> None:
    lent(counter)
    renew(counter, 60)
    counter.session("bc02", 50, ANN, put=[BOOK])

    counter.tells("bc02")

    assert loan(counter) == ("returned", SHOWN, 0)
    assert counter.cases() == []


def test_a_void_renewal_is_a_case_when_money_depends_on_it(counter: Counter) -> None:
    lent(counter)
    renew(counter, 61 * DAY_MIN)
    counter.session("bc02", 60 * DAY_MIN, ANN, put=[BOOK])

    counter.tells("bc02")

    assert loan(counter) == ("returned", SHOWN, 0)
    assert counter.cases() == ["renewal"]


# --- Lost and found.


def test_a_lost_copy_ends_its_loan_as_lost_and_nobody_knows_where_it_is(counter: Counter) -> None:
    lent(counter)

    counter.say(100, "declared", tag=BOOK, what="lost")

    assert counter.loans() == [(ANN_ID, "lost", 100)]
    assert counter.holder() == "unknown"


@pytest.mark.parametrize("how", ["brought back", "declared", "taken by another"])
def test_a_lost_copy_that_turns_up_is_found(counter: Counter, how: str) -> None:
    lent(counter)
    counter.say(100, "declared", tag=BOOK, what="lost")

    if how == "brought back":
        counter.session("bc02", 200, ANN, put=[BOOK])
    elif how == "taken by another":
        counter.session("bc02", 200, BEN, took=[BOOK])
    else:
        counter.say(200, "declared", tag=BOOK, what="found")
    counter.tells("bc02") if how != "declared" else None

    assert counter.loans()[0] == (ANN_ID, "found", 100)
    assert counter.cases() == []


def test_a_copy_returned_before_it_was_declared_lost_was_never_lost(counter: Counter) -> None:
    lent(counter)
    counter.say(100, "declared", tag=BOOK, what="lost")
    counter.session("bc02", 90, ANN, put=[BOOK])

    counter.tells("bc02")

    assert counter.loans() == [(ANN_ID, "returned", 90)]
    assert counter.holder() == "unknown", "staff looked for it later and did not find it"


def test_a_copy_that_staff_find_was_brought_back_unseen(counter: Counter) -> None:
    lent(counter)

    counter.say(100, "declared", tag=BOOK, what="found")

    assert counter.loans() == [(ANN_ID, "inferred", 100)]
    assert counter.holder() == "transit"


# --- Claimed returned.


def test_a_claim_stops_the_overdue_clock_and_is_a_case(counter: Counter) -> None:
    lent(counter)

    counter.say(100, "declared", tag=BOOK, what="claimed")

    assert counter.loans() == [(ANN_ID, "claimed", 100)]
    assert counter.cases() == ["claimed"]


def test_a_claimed_copy_that_turns_up_was_returned_when_it_was_claimed(counter: Counter) -> None:
    lent(counter)
    counter.say(100, "declared", tag=BOOK, what="claimed")
    counter.session("bc02", 90 * DAY_MIN, BEN, put=[BOOK])

    counter.tells("bc02")

    assert counter.loans() == [(ANN_ID, "returned", 100)]
    assert counter.cases() == []


def test_a_claim_that_is_taken_back_opens_the_loan_again(counter: Counter) -> None:
    lent(counter)
    counter.say(100, "declared", tag=BOOK, what="claimed")

    counter.settle(200, counter.case("claimed"), "reverse")

    assert counter.loans() == [(ANN_ID, "open", None)]
    assert counter.holder() == str(ANN_ID)
    assert counter.cases() == []


def test_a_claim_is_given_up_and_the_copy_is_lost(counter: Counter) -> None:
    lent(counter)
    counter.say(100, "declared", tag=BOOK, what="claimed")

    counter.say(200, "declared", tag=BOOK, what="lost")

    assert counter.loans() == [(ANN_ID, "lost", 100)]
    assert counter.cases() == []


# --- Condition.


def test_condition_is_said_and_taken_back(counter: Counter) -> None:
    condition = "SELECT damaged, withdrawn, disinfect_ms FROM copy_condition WHERE copy = 1"
    until_ms = START_MS + DAY_MIN * MINUTE_MS

    counter.say(1, "declared", tag=BOOK, what="damaged")
    counter.say(2, "declared", tag=BOOK, what="disinfect", until_ms=until_ms)
    assert counter.desk.rows(condition) == [(1, 0, until_ms)]

    counter.say(3, "declared", tag=BOOK, what="repaired")
    counter.say(4, "declared", tag=BOOK, what="disinfect")
    assert counter.desk.rows(condition) == []

    counter.say(5, "declared", tag=BOOK, what="withdrawn")
    assert counter.desk.rows(condition) == [(0, 1, 0)]


# --- Where staff write it to be.


@pytest.mark.parametrize(
    ("place", "holder"),
    [
        ({"place": "compartment", "device": "bc02", "door": 3}, "bc02/3"),
        ({"place": "shelf", "site": "lib01"}, "lib01"),
        ({"place": "transit"}, "transit"),
        ({"place": "unknown"}, "unknown"),
    ],
)
def test_staff_write_where_a_copy_is(
    counter: Counter, place: dict[str, object], holder: str
) -> None:
    lent(counter)

    counter.say(100, "moved", tag=BOOK, **place)

    assert counter.holder() == holder
    assert counter.loans() == [(ANN_ID, "returned", 100)]


# --- What is said is checked, and said once.


@pytest.mark.parametrize(
    ("kind", "body", "reason"),
    [
        ("declared", {"tag": "E2", "what": "lost"}, "unknown_tag"),
        ("declared", {"tag": BOOK, "what": "eaten"}, "unknown_word"),
        ("declared", {"tag": BOOK, "what": "lost", "reason": " "}, "no_reason"),
        ("declared", {"tag": BOOK, "what": "lost", "reason": "书" * 201}, "too_long"),
        ("declared", {"tag": BOOK, "what": "lost", "until_ms": "soon"}, "unknown_word"),
        ("renewed", {"tag": BOOK, "reader": "nobody", "due": 1}, "unknown_reader"),
        ("renewed", {"tag": BOOK, "reader": ANN}, "unknown_word"),
        ("moved", {"tag": BOOK, "place": "compartment"}, "unknown_place"),
        ("moved", {"tag": BOOK, "place": "compartment", "device": "bc01", "door": 5},
         "unknown_place"),
        ("moved", {"tag": BOOK, "place": "shelf", "site": "nowhere"}, "unknown_place"),
        ("moved", {"tag": BOOK, "place": "reader"}, "unknown_place"),
        ("session", {"tag": BOOK}, "unknown_word"),
    ],
    ids=range(12),
)  # fmt: skip
def test_what_cannot_be_said_is_refused_and_nothing_is_written(
    counter: Counter, kind: str, body: dict[str, object], reason: str
) -> None:
    with pytest.raises(DeskRefused) as refused:
        counter.say(1, kind, **body)

    assert refused.value.reason == reason
    assert counter.desk.one("SELECT COUNT(*) FROM inbox") == 0


def test_a_request_told_twice_is_done_once(counter: Counter) -> None:
    lent(counter)

    first = counter.say(60, "renewed", key="k1", reader=ANN, tag=BOOK, due=RENEWED)
    again = counter.say(61, "renewed", key="k1", reader=ANN, tag=BOOK, due=RENEWED)

    assert again == first
    assert loan(counter) == ("open", RENEWED, 1)


def test_a_key_that_was_used_for_something_else_is_refused(counter: Counter) -> None:
    lent(counter)
    counter.say(60, "renewed", key="k1", reader=ANN, tag=BOOK, due=RENEWED)

    with pytest.raises(DeskRefused) as refused:
        counter.say(61, "renewed", key="k1", reader=ANN, tag=BOOK, due=AGAIN)

    assert refused.value.reason == "key_reused"
    assert loan(counter) == ("open", RENEWED, 1)


def test_what_the_desk_says_is_chained_like_any_journal(counter: Counter) -> None:
    lent(counter)
    renew(counter, 60)
    renew(counter, 90, AGAIN)

    rows = counter.desk.rows(
        "SELECT device.kind, inbox.number, inbox.before, inbox.chain FROM inbox"
        " JOIN stream ON stream.id = inbox.stream JOIN device ON device.id = stream.device"
        " WHERE device.name = 'desk' ORDER BY inbox.number"
    )
    assert [row[:2] for row in rows] == [("desk", 1), ("desk", 2)]
    assert rows[1][2] == rows[0][3]


def test_no_machine_can_say_what_the_desk_says(counter: Counter) -> None:
    lent(counter)
    counter.session("bc01", 60, ANN)
    forged = counter.machines["bc01"].records[-1].replace(b'"session"', b'"declared"', 1)
    counter.machines["bc01"].records[-1] = forged

    counter.tells("bc01", at_min=LATER_MIN)

    assert counter.loans() == [(ANN_ID, "open", None)]
    assert counter.desk.rows("SELECT reason FROM counter WHERE kind = 'unknown'") == [("declared",)]


# --- Cases: what staff do with them.


def test_to_accept_closes_a_case_and_changes_nothing(counter: Counter) -> None:
    counter.session("bc01", 5, took=[BOOK])
    counter.tells("bc01")

    counter.settle(LATER_MIN, counter.case("taken_unknown"), "accept", reason="camera is broken")

    assert counter.cases() == []
    assert counter.holder() == "unknown"
    assert counter.desk.rows("SELECT action, reason, actor FROM case_action") == [
        ("accept", "camera is broken", "li")
    ]


def test_to_reverse_takes_back_what_was_made_of_the_fact(counter: Counter) -> None:
    counter.session("bc01", 5, took=[BOOK])
    counter.tells("bc01")

    counter.settle(LATER_MIN, counter.case("taken_unknown"), "reverse", reason="it is inside")

    assert counter.holder() == "bc01/1"
    assert counter.cases() == []
    kinds = counter.desk.rows("SELECT kind FROM movement WHERE copy = 1 ORDER BY id")
    assert kinds == [("load",), ("take",), ("undo",)]


def test_to_waive_frees_the_reader_of_the_loan_in_doubt(counter: Counter) -> None:
    lent(counter)
    counter.session("bc02", 60 * DAY_MIN, BEN, took=[BOOK])
    counter.tells("bc02")

    counter.settle(LATER_MIN, counter.case("inferred"), "waive")

    assert counter.desk.rows("SELECT account, waived FROM loan ORDER BY out_ms") == [
        (ANN_ID, 1),
        (BEN_ID, 0),
    ]
    assert counter.cases() == []


def test_to_write_moves_the_copy_and_closes_the_case(counter: Counter) -> None:
    counter.session("bc01", 5, took=[BOOK])
    counter.tells("bc01")

    place = {"place": "shelf", "site": "lib01"}
    counter.settle(LATER_MIN, counter.case("taken_unknown"), "write", place=place)

    assert counter.holder() == "lib01"
    assert counter.cases() == []


def test_staffs_word_on_a_case_is_not_overruled_by_a_late_fact(counter: Counter) -> None:
    counter.session("bc01", 5, took=[BOOK])
    counter.tells("bc01")
    counter.settle(200, counter.case("taken_unknown"), "accept")

    counter.session("bc02", 2, BEN, put=[BOOK])
    counter.tells("bc02")

    assert "taken_unknown" not in counter.cases()


@pytest.mark.parametrize(
    ("action", "more", "reason"),
    [
        ("waive", {}, "other_action"),
        ("burn", {}, "other_action"),
        ("accept", {"reason": ""}, "no_reason"),
        ("write", {}, "unknown_place"),
        ("write", {"place": {"place": "compartment", "device": "bc09", "door": 1}},
         "unknown_place"),
    ],
)  # fmt: skip
def test_what_a_case_does_not_know_is_refused(
    counter: Counter, action: str, more: dict[str, object], reason: str
) -> None:
    counter.session("bc01", 5, took=[BOOK])
    counter.tells("bc01")

    with pytest.raises(DeskRefused) as refused:
        counter.settle(LATER_MIN, counter.case("taken_unknown"), action, **more)

    assert refused.value.reason == reason
    assert counter.cases() == ["taken_unknown"]


def test_a_case_is_settled_once(counter: Counter) -> None:
    counter.session("bc01", 5, took=[BOOK])
    counter.tells("bc01")
    number = counter.case("taken_unknown")
    counter.settle(LATER_MIN, number, "accept", key="k1")

    again = counter.settle(LATER_MIN, number, "accept", key="k1")
    with pytest.raises(DeskRefused) as refused:
        counter.settle(LATER_MIN, number, "reverse")

    assert set(again) == {"fact"}
    assert refused.value.reason == "closed_case"
    with pytest.raises(DeskRefused, match="unknown_case"):
        counter.settle(LATER_MIN, 99, "accept")
