"""A district in 2020: each dated change of its policy, on the day before and on the day."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from broker.circulation import days
from broker.circulation.late import Loan, fine
from hw_sim.year import printed
from tests.broker.circulation.minhang import (
    APP,
    BOOK,
    BOOKCASE,
    CALENDAR,
    CHILD,
    DESK,
    KIOSK,
    PICTURES,
    RULES,
    STREET,
    ask,
    held,
    whys,
)

EVENTS = printed.DATA / "policy_events.csv"


def lends(day: int) -> list[object]:
    """Say why books for adults and for children are not lent; "" where they are."""
    return whys(ask("lend", day, BOOK, PICTURES))


def opened(service: str, audience: str = "any") -> Callable[[int], bool]:
    return lambda day: CALENDAR.open_on(service, audience, DESK, day)


def quota(audience: str) -> Callable[[int], int | None]:
    return lambda day: CALENDAR.quota_on("enter", audience, DESK, day)


def left(day: int) -> list[object]:
    return [ask("open", day, loans=held(8), place=place)["left"] for place in (KIOSK, STREET)]


def at_a_bookcase(day: int) -> list[object]:
    answer = ask("open", day, place=BOOKCASE)
    return [answer["ok"], answer.get("why", ""), answer.get("left", 0)]


def overdue_of_a_loan_of_the_day_before_closing(day: int) -> int:
    """Say on how many days a loan that was due on 2020-01-22 is late when it comes back."""
    return fine(Loan(20200122, "adult", place=KIOSK), day, RULES, CALENDAR).days


def closing_time(day: int) -> int:
    return CALENDAR.hours_on("lend", "adult", DESK, day)[1] // 60


# The day of an event: what is asked, the answer on the day before, the answer on the day.
CHANGES: tuple[tuple[str, Callable[[int], object], object, object], ...] = (
    ("2020-01-23", lends, ["", ""], ["closed", "closed"]),
    ("2020-01-23", opened("enter", "adult"), True, False),
    ("2020-01-23", opened("return"), True, False),
    ("2020-01-23", opened("card_issue"), True, False),
    ("2020-01-23", overdue_of_a_loan_of_the_day_before_closing, 0, 0),
    ("2020-03-13", opened("return"), False, True),
    ("2020-03-13", lends, ["closed", "closed"], ["closed", "closed"]),
    ("2020-03-13", overdue_of_a_loan_of_the_day_before_closing, 0, 1),
    ("2020-03-13", quota("any"), None, 200),
    ("2020-03-13", opened("enter", "adult"), False, True),
    ("2020-03-24", lends, ["closed", "closed"], ["", "closed"]),
    ("2020-04-15", opened("card_issue"), False, True),
    ("2020-05-22", quota("any"), 200, 400),
    ("2020-06-12", lends, ["", "closed"], ["", ""]),
    ("2020-06-12", quota("juvenile"), 400, 40),
    ("2020-06-12", opened("enter", "juvenile"), False, False),
    ("2020-07-30", quota("juvenile"), 40, 200),
    ("2020-07-30", quota("any"), 400, 700),
    ("2020-09-08", opened("enter", "juvenile"), False, True),
    ("2020-09-10", closing_time, 17, 20),
    ("2020-10-27", left, [2, 2], [7, 2]),
    ("2020-11-12", at_a_bookcase, [False, "closed", 0], [True, "", 15]),
)


@pytest.mark.parametrize(("day", "asked", "before", "after"), CHANGES)
def test_a_change_of_policy_takes_effect_on_its_day(
    day: str, asked: Callable[[int], object], before: object, after: object
) -> None:
    on = days.parse(day)

    assert (asked(days.plus(on, -1)), asked(on)) == (before, after)


def test_every_published_event_is_among_the_changes() -> None:
    with EVENTS.open(encoding="utf-8", newline="") as file:
        published = [row["date"] for row in csv.DictReader(file)]

    assert len(published) == 11
    assert {day for day, *_rest in CHANGES} == set(published)


def test_every_published_event_is_named_in_the_calendar() -> None:
    text = (Path(days.__file__).with_name("minhang.calendar")).read_text()
    with EVENTS.open(encoding="utf-8", newline="") as file:
        missing = [row["date"] for row in csv.DictReader(file) if f"# {row['date']}" not in text]

    assert missing == []


def test_returns_only_means_that_a_door_opens_and_nothing_may_be_taken() -> None:
    answer = ask("open", 20200313)

    assert (answer["ok"], answer["why"], answer["left"]) == (True, "closed", 0)
    assert answer["line"] == "calendar 40: from 2020-01-23: closed enter lend return card_issue"


def test_the_closure_was_not_known_on_the_day_before_it() -> None:
    known = CALENDAR.as_of(20200122)

    assert known.open_on("return", "adult", KIOSK, 20200201)
    assert not CALENDAR.as_of(20200123).open_on("return", "adult", KIOSK, 20200201)


def test_no_overdue_accrues_in_the_closure() -> None:
    inside = fine(Loan(20200210, "adult", place=KIOSK), 20200313, RULES, CALENDAR)
    before = fine(Loan(20200120, "adult", place=KIOSK), 20200313, RULES, CALENDAR)

    assert (inside.days, inside.forgiven, inside.fen) == (0, 32, 0)
    # 21 and 22 January, and 13 March itself.
    assert (before.days, before.forgiven, before.fen) == (3, 50, 60)
    assert before.lines == (
        "16: fine any any -> 20 fen a day up to 2000 fen",
        "calendar 40: from 2020-01-23: closed enter lend return card_issue",
    )


def test_a_loan_of_january_is_due_on_the_day_that_was_shown_and_renewed_beyond_the_closure() -> (
    None
):
    shown = ask("lend", 20200120, BOOK, open_by=CALENDAR.as_of(20200120))["books"]
    assert isinstance(shown, list)
    assert shown[0]["due"] == 20200217

    renewed = ask("renew", 20200210, loans=held(1, due=20200214), place=APP)["books"]

    assert isinstance(renewed, list)
    # 28 days on is 13 March: the first day on which returns are taken.
    assert renewed[0]["due"] == 20200313


def test_a_child_borrows_at_a_kiosk_as_soon_as_childrens_books_are_lent() -> None:
    assert whys(ask("lend", 20200611, PICTURES, reader=CHILD)) == ["closed"]
    assert whys(ask("lend", 20200612, PICTURES, reader=CHILD)) == [""]
