"""How long machines were served, of the time in which they are expected to be.  Pure.

A machine is expected from when it was first heard; at a place with dark hours (the power goes off
at night, say) only outside of them.  Dark hours are minutes of the day; they may pass midnight.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from broker.reports.periods import Bucket, begin_ms

DAY_MINUTES = 1440

Span = tuple[int, int]  # From the first millisecond to before the last.


class Dark(NamedTuple):
    """Minutes after midnight in the library's time zone; from 1320 to 420 is 22:00 to 7:00."""

    first: int
    last: int


class Change(NamedTuple):
    """A machine came within reach, or went out of it."""

    at_ms: int
    served: bool


class Machine(NamedTuple):
    """`changes` are in order of time."""

    device: str
    site: str
    changes: Sequence[Change]
    dark: Dark | None
    zone: ZoneInfo

    def between(self, bucket: Bucket, now_ms: int) -> tuple[int, int, int]:
        """Return (ms served, ms expected, outages) in a bucket, as far as it has passed."""
        if not self.changes:
            return 0, 0, 0
        begin = max(bucket.begin_ms, self.changes[0].at_ms)
        end = min(bucket.end_ms, now_ms)
        expected = list(self._expected(begin, end))
        served = _common(_served(self.changes, end), expected)
        outages = sum(
            not change.served and any(first <= change.at_ms < last for first, last in expected)
            for change in _turns(self.changes)
        )
        return _length(served), _length(expected), outages

    def _expected(self, begin: int, end: int) -> Iterator[Span]:
        """Yield what lies between two times and outside of the dark hours."""
        at = begin
        for first, last in self._nights(begin, end) if self.dark else ():
            if first > at:
                yield at, min(first, end)
            at = max(at, last)
        if at < end:
            yield at, end

    def _nights(self, begin: int, end: int) -> Iterator[Span]:
        assert self.dark
        day = datetime.fromtimestamp(begin / 1000, self.zone).date() - timedelta(days=1)
        while (midnight := begin_ms(day, self.zone)) < end:
            next_day = day + timedelta(days=1)
            over = self.dark.last <= self.dark.first
            first = _at(midnight, self.dark.first)
            last = _at(begin_ms(next_day, self.zone) if over else midnight, self.dark.last)
            if last > begin and first < end:
                yield first, last
            day = next_day


Spans = Iterable[Machine]


def dark(text: str) -> Dark:
    """Return the dark hours written as 22:00-07:00, or raise ValueError."""
    first, last = (_minute(part) for part in text.split("-"))
    if first == last:
        raise ValueError(f"{text}: they begin when they end")
    return Dark(first, last)


def _minute(text: str) -> int:
    hour, minute = map(int, text.split(":"))
    if not (0 <= hour < 24 and 0 <= minute < 60):
        raise ValueError(f"{text} is no time of the day")
    return hour * 60 + minute


def _at(midnight_ms: int, minute: int) -> int:
    return midnight_ms + minute * 60_000


def _turns(changes: Sequence[Change]) -> Iterator[Change]:
    """Yield the changes that are any: what is said twice happened once."""
    before: bool | None = None
    for change in changes:
        if change.served != before:
            yield change
        before = change.served


def _served(changes: Sequence[Change], end: int) -> Iterator[Span]:
    since: int | None = None
    for change in _turns(changes):
        if change.served:
            since = change.at_ms
        elif since is not None:
            yield since, change.at_ms
            since = None
    if since is not None and since < end:
        yield since, end


def _common(one: Iterable[Span], other: Sequence[Span]) -> list[Span]:
    return [
        (max(first, begin), min(last, end))
        for first, last in one
        for begin, end in other
        if max(first, begin) < min(last, end)
    ]


def _length(spans: Iterable[Span]) -> int:
    return sum(last - first for first, last in spans)
