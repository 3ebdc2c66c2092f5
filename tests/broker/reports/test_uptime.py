"""Uptime equals a count minute by minute, dark hours and all."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.reports import periods, uptime
from broker.reports.periods import Period
from broker.reports.uptime import Change, Dark, Machine

SHANGHAI = ZoneInfo("Asia/Shanghai")
BUCKET = periods.whole(Period(date(2020, 5, 1), date(2020, 5, 2)), SHANGHAI)
MINUTE_MS = 60_000
LATER_MS = BUCKET.end_ms + MINUTE_MS


def machine(*changes: tuple[int, bool], dark: Dark | None = None) -> Machine:
    """Times are minutes after the bucket's begin."""
    told = [Change(BUCKET.begin_ms + at * MINUTE_MS, served) for at, served in changes]
    return Machine("bc01", "mall01", told, dark, SHANGHAI)


def minutes(found: tuple[int, int, int]) -> tuple[int, int, int]:
    return found[0] // MINUTE_MS, found[1] // MINUTE_MS, found[2]


def test_an_hour_away_is_an_hour_away() -> None:
    found = machine((-600, True), (60, False), (120, True)).between(BUCKET, LATER_MS)

    assert minutes(found) == (2820, 2880, 1)


def test_nobody_expects_a_machine_in_the_dark() -> None:
    found = machine((-600, True), (1320, False), (1440 + 420, True), dark=Dark(1320, 420))

    assert minutes(found.between(BUCKET, LATER_MS)) == (1800, 1800, 0)


def test_a_machine_is_expected_from_when_it_was_first_heard() -> None:
    found = machine((2000, True)).between(BUCKET, LATER_MS)

    assert minutes(found) == (880, 880, 0)


def test_what_has_not_passed_is_not_counted() -> None:
    found = machine((-10, True)).between(BUCKET, BUCKET.begin_ms + 90 * MINUTE_MS)

    assert minutes(found) == (90, 90, 0)


def test_a_machine_that_was_never_heard_is_not_counted() -> None:
    assert machine().between(BUCKET, LATER_MS) == (0, 0, 0)


DARKS = st.none() | st.builds(Dark, st.integers(0, 700), st.integers(701, 1439)) | st.builds(
    Dark, st.integers(701, 1439), st.integers(0, 700)
)  # fmt: skip


@given(st.lists(st.tuples(st.integers(-500, 3200), st.booleans()), max_size=8), DARKS)
def test_uptime_is_the_count_of_its_minutes(
    changes: list[tuple[int, bool]], dark: Dark | None
) -> None:
    changes = sorted({at: (at, served) for at, served in changes}.values())
    served, expected, _outages = minutes(machine(*changes, dark=dark).between(BUCKET, LATER_MS))

    lit = [
        at
        for at in range(2880)
        if changes and at >= changes[0][0] and not _is_dark(at % 1440, dark)
    ]
    assert expected == len(lit)
    assert served == sum(_served(at, changes) for at in lit)


def _is_dark(minute: int, dark: Dark | None) -> bool:
    if dark is None:
        return False
    if dark.first < dark.last:
        return dark.first <= minute < dark.last
    return minute >= dark.first or minute < dark.last


def _served(at: int, changes: list[tuple[int, bool]]) -> bool:
    return [False, *(served for when, served in changes if when <= at)][-1]


@pytest.mark.parametrize("text", ["22:00", "25:00-07:00", "22:00-22:00", "a-b"])
def test_dark_hours_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        uptime.dark(text)


def test_dark_hours_are_read_as_written() -> None:
    assert uptime.dark("22:00-07:30") == Dark(1320, 450)
    assert datetime.fromtimestamp(BUCKET.begin_ms / 1000, SHANGHAI).hour == 0
