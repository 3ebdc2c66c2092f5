"""Which notices a day brings, decided from open loans and the day alone.  Pure.

A notice is named by what it is about, so that deciding twice makes it once: by reader, due day and
how many reminders there were.  A renewal brings another due day, and so other notices.
"""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from broker.circulation import days
from broker.notices.texts import Line

COURTESY_DAYS = 3  # Before the due day.
OVERDUE_DAYS = (1, 7, 14, 30)  # After it.
OVERDUE_LOOK_DAYS = 3  # A service that was down catches up so many days, and no further.
QUIET = (21, 8)  # From 21 o'clock to 8 nobody is reminded of anything.
LATE_MS = 86_400_000  # A change that is told a day later is no news any more.
HOUR_MS = 3_600_000


class OpenLoan(NamedTuple):
    account: int
    title: str
    due: int


class Due(NamedTuple):
    """A notice that is due: one for each reader, kind and day, with all books that it is about."""

    key: str
    account: int
    kind: str
    day: int
    late: int
    lines: tuple[Line, ...]


def due(loans: Iterable[OpenLoan], today: int) -> list[Due]:
    """Return the notices of today, each reader's books in one, in a fixed order."""
    wanted = sorted(
        ((loan.account, kind, loan.due), loan)
        for loan in loans
        for kind in (_kind(loan.due, today),)
        if kind
    )
    found = []
    for (account, kind, day), group in groupby(wanted, key=lambda pair: pair[0]):
        books = [loan for _key, loan in group]
        stage = _stage(day, today)
        found.append(
            Due(
                f"{kind}:{account}:{day}:{stage}",
                account,
                kind,
                day,
                max(0, days.between(day, today)),
                tuple(Line("plain", book.title, day) for book in books),
            )
        )
    return found


def span_of(today: int) -> tuple[int, int]:
    """Return the first and the last due day that today's notices can be about."""
    return (
        days.plus(today, -max(OVERDUE_DAYS) - OVERDUE_LOOK_DAYS),
        days.plus(today, COURTESY_DAYS),
    )


def not_before(now_ms: int, zone: ZoneInfo, *, urgent: bool) -> int:
    """Return when a notice made now may be sent: in quiet hours the next morning."""
    hour = datetime.fromtimestamp(now_ms / 1000, zone).hour
    begin, end = QUIET
    if urgent or end <= hour < begin:
        return now_ms
    past = now_ms % HOUR_MS
    return now_ms - past + ((end - hour) % 24) * HOUR_MS


def is_news(happened_ms: int, now_ms: int) -> bool:
    """After an outage nobody is told of yesterday's loans one by one."""
    return now_ms - happened_ms <= LATE_MS


def _kind(due_day: int, today: int) -> str:
    late = days.between(due_day, today)
    if -COURTESY_DAYS <= late < 0:
        return "courtesy"
    return "overdue" if _stage(due_day, today) else ""


def _stage(due_day: int, today: int) -> int:
    """Return which reminder it is, 1 for the first; 0 for none."""
    late = days.between(due_day, today)
    for number, after in reversed(list(enumerate(OVERDUE_DAYS, 1))):
        if after <= late < after + OVERDUE_LOOK_DAYS:
            return number
    return 0
