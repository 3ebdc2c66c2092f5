"""Days as integers yyyymmdd, as the wire has them.  Pure."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


def of(time_ms: int, zone: ZoneInfo) -> int:
    """Return the day of a time in milliseconds since 1970 UTC."""
    at = datetime.fromtimestamp(time_ms / 1000, UTC).astimezone(zone)
    return at.year * 10000 + at.month * 100 + at.day


def in_zone(zone: ZoneInfo) -> Callable[[int], int]:
    return lambda time_ms: of(time_ms, zone)


def plus(day: int, count: int) -> int:
    return _number(_date(day) + timedelta(days=count))


def between(first: int, last: int) -> int:
    """Return how many days `last` is after `first`; negative when it is before."""
    return (_date(last) - _date(first)).days


def noon_ms(day: int, zone: ZoneInfo) -> int:
    """Return a time that is on this day, in milliseconds since 1970 UTC."""
    moment = _date(day)
    noon = datetime(moment.year, moment.month, moment.day, 12, tzinfo=zone)
    return int(noon.timestamp() * 1000)


def weekday(day: int) -> int:
    """Return 0 for a Monday to 6 for a Sunday."""
    return _date(day).weekday()


def parse(text: str) -> int:
    """Return the day written as 2020-10-27, or raise ValueError that says so."""
    try:
        return _number(date.fromisoformat(text))
    except ValueError:
        raise ValueError(f"{text!r} is no day like 2020-10-27") from None


def _date(day: int) -> date:
    return date(day // 10000, day // 100 % 100, day % 100)


def _number(day: date) -> int:
    return day.year * 10000 + day.month * 100 + day.day
