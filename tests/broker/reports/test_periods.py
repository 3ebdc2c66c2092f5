"""Days and months begin at the library's own midnight."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from broker.reports import periods
from broker.reports.periods import Period

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
HOUR_MS = 3_600_000


def test_a_year_has_twelve_months_without_a_gap() -> None:
    buckets = periods.by_month(periods.year(2020), SHANGHAI)

    assert [bucket.name for bucket in buckets] == list(range(202001, 202013))
    assert all(a.end_ms == b.begin_ms for a, b in zip(buckets, buckets[1:], strict=False))
    assert buckets[0].begin_ms == 1_577_808_000_000  # 2020-01-01 00:00 in Shanghai


def test_months_at_the_ends_are_cut_to_the_period() -> None:
    buckets = periods.by_month(Period(date(2020, 2, 10), date(2020, 3, 1)), SHANGHAI)

    assert [bucket.name for bucket in buckets] == [202002, 202003]
    assert [(b.end_ms - b.begin_ms) // (24 * HOUR_MS) for b in buckets] == [20, 1]


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2020, 3, 29), 23), (date(2020, 10, 25), 25), (date(2020, 2, 29), 24)]
)
def test_a_day_is_as_long_as_its_clock_says(day: date, hours: int) -> None:
    (bucket,) = periods.by_day(Period(day, day), BERLIN)

    assert bucket.end_ms - bucket.begin_ms == hours * HOUR_MS


@pytest.mark.parametrize(
    ("period", "whole"),
    [
        (periods.year(2020), True),
        (periods.month(202002), True),
        (Period(date(2020, 2, 1), date(2020, 2, 28)), False),
        (Period(date(2020, 2, 2), date(2020, 2, 29)), False),
    ],
)
def test_whole_months_are_known(period: Period, whole: bool) -> None:
    assert period.whole_months() is whole


def test_a_month_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="month"):
        periods.month(202013)
