"""Reports for whoever asks while the service serves: any thread, one moment of the ledger."""

from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, text

from broker.reports import periods
from broker.reports.build import Report, build
from broker.reports.layouts import Layout
from broker.reports.periods import Period

YEARS_MAX = 3  # A longer period is asked for in pieces.
DAYS_MAX = 92  # Of a report that has a line for each day.


class TooLong(ValueError):
    """A period that nobody reads at once.  The message says how long it may be."""


def report(engine: Engine, layout: Layout, asked: Period, *, zone: ZoneInfo, now_ms: int) -> Report:
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        return build(
            lambda statement: connection.execute(text(statement)),
            layout,
            asked,
            zone=zone,
            now_ms=now_ms,
        )


def period(
    layout: Layout, *, year: int = 0, month: int = 0, first: str = "", last: str = ""
) -> Period | None:
    """Return the period that was asked for; None for no word about it.

    Raises ValueError for days that are none, in the wrong order, or too many.
    """
    if year:
        return periods.year(year)
    if month:
        return periods.month(month)
    if not first and not last:
        return None
    asked = Period(date.fromisoformat(first or last), date.fromisoformat(last or first))
    days = (asked.last - asked.first).days + 1
    if days < 1:
        raise ValueError(f"{asked.last} is before {asked.first}")
    if days > (DAYS_MAX if layout.line == "day" else YEARS_MAX * 366):
        raise TooLong(f"{days} days: a day report has {DAYS_MAX}, others {YEARS_MAX} years")
    return asked


def usual(layout: Layout, now_ms: int, zone: ZoneInfo) -> Period:
    """Return what a report shows when nobody says: the month for days, else the year."""
    today = periods.day_of(now_ms, zone)
    if layout.line == "day":
        return periods.month(today.year * 100 + today.month)
    return periods.year(today.year)
