"""What readers ask, and what is answered with which line: arrears, renewals, holds, closures."""

import pytest

from broker.circulation import calendar, rules
from broker.circulation.asked import Book, Reader
from broker.circulation.decide import Answer
from tests.broker.circulation.minhang import (
    ADULT,
    APP,
    BOOK,
    BOOKCASE,
    CALENDAR,
    PICTURES,
    ask,
    held,
    whys,
)

TODAY = 20261121
OWING = ADULT._replace(owed_fen=5001)
SUSPENDED = ADULT._replace(suspended_until=TODAY)
OVERDUE = held(6, due=20261120)


def books(answer: Answer) -> list[dict[str, object]]:
    found = answer["books"]
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize(
    ("reader", "loans", "why", "line"),
    [
        (OWING, (), "owes", "5: refuse owing over 5000 fen"),
        (ADULT, OVERDUE, "overdue", "6: refuse overdue over 5 copies"),
        (SUSPENDED, (), "suspended", "16: fine any any -> 20 fen a day up to 2000 fen"),
    ],
)
def test_b11_whoever_is_refused_is_told_so_at_the_door_and_may_still_return(
    reader: Reader, loans: tuple[Book, ...], why: str, line: str
) -> None:
    """edge-sip2 SIP2-310, 313: the reader sees ok and is refused afterwards."""
    opened = ask("open", TODAY, reader=reader, loans=loans, place=BOOKCASE)

    assert (opened["ok"], opened["why"], opened["left"], opened["line"]) == (True, why, 0, line)
    for op in ("lend", "renew", "hold"):
        answer = ask(op, TODAY, BOOK, reader=reader, loans=loans)
        assert (answer["ok"], answer["why"], answer["line"]) == (False, why, line)
    account = ask("account", TODAY, reader=reader, loans=loans)
    assert (account["ok"], account["why"], account["left"]) == (True, why, 0)
    assert ask("return", TODAY, BOOK, reader=reader)["ok"]


@pytest.mark.parametrize(
    ("reader", "loans"),
    [
        (OWING._replace(owed_fen=5000), ()),
        (ADULT, OVERDUE[:5]),
        (ADULT._replace(suspended_until=TODAY - 1), ()),
    ],
)
def test_b12_a_reader_in_good_standing_is_not_shown_as_blocked(
    reader: Reader, loans: tuple[Book, ...]
) -> None:
    """SIP2-177: every reader was shown as blocked.  Up to the limit of each rule nothing is."""
    answer = ask("lend", TODAY, BOOK, reader=reader, loans=loans)

    assert whys(answer) == [""]


def test_a2_a_copy_on_somebody_elses_card_is_neither_lent_nor_renewed() -> None:
    """Aleph renews for patron A when patron B checks the copy out."""
    of_another = BOOK._replace(lent=True, due=20261201)

    assert whys(ask("lend", TODAY, of_another)) == ["on_loan"]
    assert whys(ask("renew", TODAY, of_another)) == ["not_on_loan"]


def test_b15_another_readers_request_stops_a_renewal() -> None:
    (loan,) = held(1, due=20261130)

    assert whys(ask("renew", TODAY, loan._replace(wanted=True))) == ["held"]
    assert whys(ask("renew", TODAY, loan._replace(promise="held"))) == ["held"]


def test_b14_a_renewal_says_title_new_due_day_and_line() -> None:
    (loan,) = held(1, due=20261130)

    (book,) = books(ask("renew", TODAY, loan, place=APP))

    assert (book["title"], book["due"]) == ("红楼梦", 20261228)
    assert book["line"] == "15: renew any any -> 1 time of 28 days"


@pytest.mark.parametrize(
    ("loan", "why", "line"),
    [
        (held(1, due=20261130)[0]._replace(renewals=1), "renewals", "15: renew any any -> 1 time"),
        (held(1, due=20261120)[0], "overdue", ""),
        (BOOK, "not_on_loan", ""),
        (BOOK._replace(barcode=""), "unknown_tag", ""),
    ],
)
def test_a_renewal_is_refused_with_its_reason(loan: Book, why: str, line: str) -> None:
    answer = ask("renew", TODAY, loan)

    assert (answer["ok"], answer["why"]) == (False, why)
    assert str(answer["line"]).startswith(line)


def test_all_loans_are_renewed_at_once_each_with_its_own_answer() -> None:
    """SIP2 65: 14 of 15 can be renewed; the list is complete."""
    loans = (*held(14, due=20261130), PICTURES._replace(mine=True, lent=True, due=20261101))

    answer = ask("renew", TODAY, loans=loans)

    assert answer["ok"]
    assert whys(answer) == [""] * 14 + ["overdue"]


def test_a_renewal_of_nothing_is_no_failure() -> None:
    assert ask("renew", TODAY)["ok"]


def test_a_renewal_waits_for_the_service_to_be_open() -> None:
    shut = calendar.parse("from 2026-11-01: closed renew juvenile at street\nclosed renew by app")

    answer = ask("renew", TODAY, *held(1, due=20261130), place=APP, open_by=shut)

    assert (answer["why"], answer["line"]) == ("closed", "calendar 2: closed renew by app")


def test_a_renewed_day_inside_a_closure_moves_to_the_first_day_of_returns() -> None:
    shut = calendar.parse("from 2026-12-24 until 2027-01-03: closed return")

    (book,) = books(ask("renew", TODAY, *held(1, due=20261130), open_by=shut))

    assert book["due"] == 20270104


def test_a4_a_copy_that_waits_for_another_reader_is_not_lent() -> None:
    """3M store and forward: reserved items are lent."""
    assert whys(ask("lend", TODAY, BOOK._replace(promise="held"))) == ["held"]
    assert whys(ask("lend", TODAY, BOOK._replace(promise="mine"))) == [""]


def test_a_copy_in_disinfection_is_not_lent() -> None:
    assert whys(ask("lend", TODAY, BOOK._replace(condition="disinfect"))) == ["not_fit"]


def test_what_is_read_here_only_is_refused_by_its_line() -> None:
    (book,) = books(ask("lend", TODAY, BOOK._replace(type="reference")))

    assert (book["why"], book["line"]) == ("not_lendable", "13: loan reference any -> none")


def test_a_reader_waits_for_so_many_titles_and_not_for_what_is_at_home() -> None:
    wanted = [BOOK._replace(tag=f"W{n}") for n in range(3)]
    four = ADULT._replace(holds=4)
    (mine,) = held(1)

    answer = ask("hold", TODAY, wanted[0], mine, wanted[1]._replace(waiting=True), wanted[2],
                 reader=four)  # fmt: skip

    assert whys(answer) == ["", "have_it", "", "holds"]
    assert (answer["line"], answer["left"]) == ("18: holds any 5", 0)


def test_a_reader_stops_waiting_even_when_the_card_is_blocked() -> None:
    blocked = ADULT._replace(blocked="lost", holds=1)

    answer = ask("unhold", TODAY, BOOK._replace(waiting=True), PICTURES, reader=blocked)

    assert whys(answer) == ["", "not_held"]


def test_b18_fifteen_loans_are_all_told() -> None:
    assert len(books(ask("account", TODAY, loans=held(15)))) == 15


def test_an_overdue_loan_is_shown_as_such_but_not_for_days_of_closure() -> None:
    (book,) = books(ask("account", 20200310, loans=held(1, due=20200201)))
    (late,) = books(ask("account", 20200315, loans=held(1, due=20200201)))

    assert (book["overdue_days"], late["overdue_days"]) == (0, 2)


def test_a_return_is_taken_in_the_closure_and_tells_what_it_costs() -> None:
    loan = BOOK._replace(due=20200120, lent=True, patron="adult")

    (closed,) = books(ask("return", 20200201, loan))
    (reopened,) = books(ask("return", 20200313, loan))

    assert (closed["ok"], closed["overdue_days"], closed["fen"]) == (True, 2, 40)
    assert (reopened["overdue_days"], reopened["fen"]) == (3, 60)


def test_a_door_stays_shut_only_when_nothing_can_be_done_behind_it() -> None:
    assert not ask("open", 20201111, place=BOOKCASE)["ok"]
    assert ask("open", 20200313)["ok"], "returns are taken"


def test_no_rule_means_no_loan_and_never_a_guess() -> None:
    answer = ask("lend", TODAY, BOOK, by=rules.Rules(()), open_by=CALENDAR)

    assert whys(answer) == ["not_lendable"]
