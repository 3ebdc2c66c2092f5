"""What a late return costs: days, closures, caps, suspensions, and the reason in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.circulation import calendar, days, rules
from broker.circulation.late import Loan, due, fine
from broker.circulation.terms import Place
from tests.broker.circulation.minhang import KIOSK

OPEN = calendar.ALWAYS
SHUT = calendar.parse("from 2020-02-03 until 2020-02-05: closed return")
FINES = rules.parse("fine any any -> 20 fen a day up to 200 fen\nloan any any -> 28 days")
LOAN = Loan(20200201, "adult", patron="adult", place=KIOSK)


def test_rules_overdue_is_twenty_fen_a_day_with_closure_days_removed() -> None:
    assert fine(LOAN, 20200207, FINES, OPEN).fen == 120
    assert fine(LOAN, 20200207, FINES, SHUT).fen == 60


@pytest.mark.parametrize(
    ("due_day", "in_day", "late"),
    [
        (20200131, 20200202, 2),  # The closure is after it.
        (20200201, 20200203, 1),  # It came back on the first closed day, through a flap.
        (20200201, 20200206, 2),
        (20200202, 20200206, 1),  # Due on the day before the closure.
        (20200203, 20200206, 0),  # Due on its first day: due on the first open one.
        (20200205, 20200206, 0),  # Due on its last day.
        (20200205, 20200207, 1),
        (20200206, 20200207, 1),  # The closure is before it.
        (20200207, 20200207, 0),
    ],
)
def test_rules_a_closure_inside_at_the_edges_of_and_after_the_loan_period(
    due_day: int, in_day: int, late: int
) -> None:
    found = fine(LOAN._replace(due=due_day), in_day, FINES, SHUT)

    assert (found.days, found.fen) == (late, late * 20)


@pytest.mark.parametrize(("first", "shown"), [(20200105, 20200202), (20200107, 20200206)])
def test_rules_a_due_day_inside_a_closure_moves_to_the_first_day_of_returns(
    first: int, shown: int
) -> None:
    day, lines = due(FINES, first, item="adult", patron="adult", place=KIOSK, calendar=SHUT)

    assert day == shown
    assert lines.startswith("2: loan any any -> 28 days")
    assert ("calendar 1" in lines) == (first == 20200107)


def test_rules_a_24_hour_return_at_02_00_on_a_closed_day_counts_to_that_day_only() -> None:
    closed_on_mondays = calendar.parse("hours return mon closed")

    # Due on Saturday 1 February, dropped in the night to Monday the 3rd, found on Tuesday.
    dropped = fine(LOAN, 20200203, FINES, closed_on_mondays)
    found = fine(LOAN, 20200204, FINES, closed_on_mondays)

    assert (dropped.days, dropped.forgiven, found.days) == (1, 1, 2)


def test_a_closure_that_is_declared_afterwards_forgives_what_was_reckoned_before() -> None:
    declared = calendar.parse(
        "from 2020-02-03 until 2020-02-05: closed return declared 2020-02-20 in version 3"
    )

    assert fine(LOAN, 20200207, FINES, declared.as_of(20200207)).fen == 120
    assert fine(LOAN, 20200207, FINES, declared).fen == 60


def test_a_fine_is_capped_and_says_why_in_both_languages() -> None:
    found = fine(LOAN, 20200220, FINES, SHUT)

    assert (found.days, found.forgiven, found.fen) == (16, 3, 200)
    assert found.words_zh == "逾期 16 天，闭馆 3 天不计，逾期费 2.00 元，已达上限。"
    assert found.words_en == (
        "16 days late; 3 days of closure not counted; 2.00 yuan to pay; the most there is."
    )
    assert found.lines == (
        "1: fine any any -> 20 fen a day up to 200 fen",
        "calendar 1: from 2020-02-03 until 2020-02-05: closed return",
    )


def test_in_time_costs_nothing_and_quotes_nothing() -> None:
    found = fine(LOAN, 20200201, FINES, SHUT)

    assert found == (0, 0, 0, 0, (), "按时归还，没有费用。", "Back in time; nothing to pay.")


def test_the_first_days_may_be_free() -> None:
    grace = rules.parse("fine any any -> 20 fen a day after 3 days")

    assert [fine(LOAN, day, grace, OPEN).fen for day in (20200204, 20200205)] == [0, 20]


def test_children_may_be_suspended_where_adults_pay() -> None:
    by = rules.parse(
        "suspend any juvenile -> 2 days a day up to 30 days\n" + "fine any any -> 20 fen a day"
    )

    child = fine(LOAN._replace(patron="juvenile"), 20200204, by, OPEN)
    adult = fine(LOAN, 20200204, by, OPEN)

    assert (child.fen, child.suspension_days) == (0, 6)
    assert (adult.fen, adult.suspension_days) == (60, 0)
    assert child.words_en == "3 days late; no loans for 6 days."


def test_a_loan_without_a_due_day_is_never_late() -> None:
    assert fine(LOAN._replace(due=0), 20991231, FINES, OPEN).days == 0


def test_a_site_of_its_own_calendar_forgives_only_its_own_loans() -> None:
    by = calendar.parse("from 2020-02-03 until 2020-02-05: closed return at site lib02")

    here = fine(LOAN, 20200207, FINES, by)
    there = fine(LOAN._replace(place=Place("lib02", "district", "kiosk")), 20200207, FINES, by)

    assert (here.days, there.days) == (6, 3)


A_DAY = st.dates(days.date(2020, 1, 1), days.date(2021, 12, 31)).map(
    lambda day: day.year * 10000 + day.month * 100 + day.day
)


@given(due_day=A_DAY, in_day=A_DAY, first=A_DAY, length=st.integers(0, 90))
def test_a_closure_never_costs_anybody_more(
    due_day: int, in_day: int, first: int, length: int
) -> None:
    last = days.plus(first, length)
    closure = calendar.Line("closed", ("return",), first_day=first, last_day=last)
    loan = LOAN._replace(due=due_day)

    with_it = fine(loan, in_day, FINES, calendar.Calendar((closure,)))
    without = fine(loan, in_day, FINES, OPEN)

    assert 0 <= with_it.fen <= without.fen <= 200
    assert with_it.days + with_it.forgiven == without.days
    assert with_it.days >= without.days - length - 1
