"""The calendar's text: what is open on a day, what was known when, and where it is wrong."""

import pytest

from broker.circulation import calendar
from broker.circulation.terms import ANYWHERE, Place

STREET = Place("st03", "street", "desk")
CASE = Place("mall1", "district", "bookcase")


def test_the_first_line_that_fits_decides_and_is_quoted() -> None:
    found = calendar.parse("from 2020-03-24: open lend adult\nfrom 2020-01-23: closed lend")

    assert found.open_on("lend", "adult", ANYWHERE, 20200324)
    closing = found.closed_by("lend", "juvenile", ANYWHERE, 20200324)
    assert closing
    assert closing.quoted == "calendar 2: from 2020-01-23: closed lend"


def test_where_no_line_fits_a_service_is_open_at_all_hours() -> None:
    assert calendar.ALWAYS.open_on("return", "adult", CASE, 20200101)
    assert calendar.ALWAYS.hours_on("return", "adult", CASE, 20200101) == (0, 1440)
    assert calendar.ALWAYS.quota_on("enter", "adult", CASE, 20200101) is None


def test_a_weekday_without_hours_is_a_closed_day() -> None:
    found = calendar.parse("hours all at street mon closed\nhours all at street daily 09:00-17:30")

    # 2020-06-01 was a Monday.
    assert found.hours_on("lend", "adult", STREET, 20200601) == (0, 0)
    assert found.hours_on("lend", "adult", STREET, 20200602) == (540, 1050)
    assert found.open_on("lend", "adult", CASE, 20200601)
    assert found.next_open("return", "adult", STREET, 20200601) == 20200602


def test_a_site_may_be_closed_by_itself_and_so_may_its_bookcases() -> None:
    found = calendar.parse(
        "from 2020-05-01 until 2020-05-05: closed all at site st03\n"
        "until 2020-11-11: closed lend by bookcase"
    )

    assert not found.open_on("return", "adult", STREET, 20200505)
    assert found.open_on("return", "adult", STREET, 20200506)
    assert found.open_on("return", "adult", CASE, 20200505)
    assert not found.open_on("lend", "adult", CASE, 20201111)


def test_days_without_returns_are_not_counted_at_the_edges_either() -> None:
    found = calendar.parse("from 2020-02-03 until 2020-02-05: closed return")

    counted = [
        found.days_counted(first, last, "adult", ANYWHERE)
        for first, last in (
            (20200201, 20200202),
            (20200202, 20200203),
            (20200203, 20200205),
            (20200205, 20200206),
            (20200201, 20200207),
            (20200207, 20200206),
        )
    ]

    assert counted == [2, 1, 0, 1, 4, 0]


def test_a_closure_without_an_end_has_no_next_opening() -> None:
    found = calendar.parse("from 2020-01-23: closed return")

    assert found.next_open("return", "adult", ANYWHERE, 20200124) == 0


def test_what_was_declared_afterwards_was_not_known_before() -> None:
    found = calendar.parse(
        "from 2020-02-01 until 2020-02-10: closed return declared 2020-02-20 in version 7"
    )

    assert found.version == 7
    assert found.as_of(20200219).open_on("return", "adult", ANYWHERE, 20200205)
    assert found.as_of(20200219).version == 1
    assert not found.as_of(20200220).open_on("return", "adult", ANYWHERE, 20200205)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("shut all", "line 1, column 1: expected open, closed, hours, quota; found 'shut'"),
        ("closed borrow", "line 1, column 8: expected enter, lend, return, renew, card_issue, all"),
        ("closed lend at mall", "line 1, column 16: expected any, city, district, street, site"),
        ("closed lend at site", "line 1, column 20: expected a site; found ''"),
        ("hours all daily 9-17", "line 1, column 17: expected a span like 09:00-20:00"),
        ("hours all daily 20:00-09:00", "line 1, column 17: expected a span like 09:00-20:00"),
        ("\nquota enter juvenile x a day", "line 2, column 22: expected a number; found 'x'"),
        ("closed all declared soon", "line 1, column 21: expected a day like 2020-10-27"),
        ("from 2020-02-02 until 2020-02-01: closed all", "line 1, column 23: expected a day that"),
    ],
)
def test_an_error_says_where_and_what_was_expected(text: str, where: str) -> None:
    with pytest.raises(calendar.RuleError) as error:
        calendar.parse(text)

    assert str(error.value).startswith(where)


def test_all_lines_that_are_wrong_are_told_at_once() -> None:
    found = calendar.errors("closed lend\nclosed\nquota lend 5 a week")

    assert [(error.line, error.column) for error in found] == [(2, 7), (3, 16)]
