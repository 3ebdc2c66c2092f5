"""Periods of a report: days, months and the times at which they begin.  Pure.

A day is an integer yyyymmdd, a month yyyymm, both in the library's time zone.  A day begins at its
midnight there, however long the day before was.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)


class Bucket(NamedTuple):
    """A piece of a period: `name` is its day or month, or 0 for the whole."""

    name: int
    begin_ms: int
    end_ms: int


class Period(NamedTuple):
    """From the first day to the last, both included."""

    first: date
    last: date

    def months(self) -> list[int]:
        """Return the months that the period touches, in order."""
        found = []
        at = self.first.replace(day=1)
        while at <= self.last:
            found.append(at.year * 100 + at.month)
            at = _next_month(at)
        return found

    def whole_months(self) -> bool:
        return self.first.day == 1 and (self.last + ONE_DAY).day == 1

    def days(self) -> Iterator[date]:
        at = self.first
        while at <= self.last:
            yield at
            at += ONE_DAY


def year(number: int) -> Period:
    return Period(date(number, 1, 1), date(number, 12, 31))


def month(number: int) -> Period:
    """Return the period of a month yyyymm, or raise ValueError."""
    first = date(number // 100, number % 100, 1)
    return Period(first, _next_month(first) - ONE_DAY)


def day_of(at_ms: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(at_ms / 1000, zone).date()


def begin_ms(day: date, zone: ZoneInfo) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) * 1000


def whole(period: Period, zone: ZoneInfo) -> Bucket:
    return Bucket(0, begin_ms(period.first, zone), begin_ms(period.last + ONE_DAY, zone))


def by_month(period: Period, zone: ZoneInfo) -> list[Bucket]:
    """Return a bucket for each month, those at the ends cut to the period."""
    buckets = []
    for number in period.months():
        inside = month(number)
        cut = Period(max(inside.first, period.first), min(inside.last, period.last))
        buckets.append(whole(cut, zone)._replace(name=number))
    return buckets


def by_day(period: Period, zone: ZoneInfo) -> list[Bucket]:
    return [
        whole(Period(day, day), zone)._replace(name=day.year * 10000 + day.month * 100 + day.day)
        for day in period.days()
    ]


def _next_month(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)
