"""Which service is open to whom on a day, read from a text file (docs/calendar.md).  Pure.

Of the lines that fit and are in force on the day, the first one decides; where none fits, a service
is open, and at all hours.  Write what is announced later above what was announced before, and never
take a line away: what was known on an earlier day can then still be said.
"""

from collections.abc import Callable
from typing import NamedTuple

from broker.circulation import days
from broker.circulation import text as written
from broker.circulation.terms import ANY, AUDIENCES, CHANNELS, FOREVER, LEVELS, SERVICES, Place
from broker.circulation.text import RuleError, Words

__all__ = ["ALWAYS", "Calendar", "Line", "RuleError", "errors", "parse"]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MIN = 24 * 60
LOOK_DAYS = 1100  # Three years: how far ahead an opening is looked for.


class Line(NamedTuple):
    """A line of the calendar.

    kind: open, closed, hours or quota; `weekdays` are 0 (Monday) to 6; `opens` and `shuts` minutes
    of the day, both 0 on a weekday that is closed; `value` a quota.  `declared` is the day on which
    it was made known; `version` the calendar's number since then.
    """

    kind: str
    services: tuple[str, ...] = SERVICES
    audience: str = ANY
    site: str = ANY
    level: str = ANY
    channel: str = ANY
    weekdays: tuple[int, ...] = tuple(range(7))
    opens: int = 0
    shuts: int = DAY_MIN
    value: int = 0
    first_day: int = 0
    last_day: int = FOREVER
    declared: int = 0
    version: int = 1
    number: int = 0
    text: str = ""

    @property
    def quoted(self) -> str:
        return f"calendar {self.number}: {self.text}"


class Calendar(NamedTuple):
    """Days are yyyymmdd.  What is for no audience in particular is asked for as for adults."""

    lines: tuple[Line, ...] = ()

    @property
    def version(self) -> int:
        return max((line.version for line in self.lines), default=1)

    def as_of(self, day: int) -> "Calendar":
        """Return the calendar as it was known at the end of a day."""
        return Calendar(tuple(line for line in self.lines if line.declared <= day))

    def closed_by(self, service: str, audience: str, place: Place, day: int) -> Line | None:
        """Return the line that closes a service on a day; None when it is open."""
        line = self._find(("open", "closed"), service, audience, place, day)
        if line and line.kind == "closed":
            return line
        hours = self._find(("hours",), service, audience, place, day)
        return hours if hours and not hours.shuts else None

    def open_on(self, service: str, audience: str, place: Place, day: int) -> bool:
        return self.closed_by(service, audience, place, day) is None

    def hours_on(self, service: str, audience: str, place: Place, day: int) -> tuple[int, int]:
        """Return when a service opens and shuts, in minutes of the day; (0, 0) when it does not."""
        if self.closed_by(service, audience, place, day):
            return 0, 0
        line = self._find(("hours",), service, audience, place, day)
        return (line.opens, line.shuts) if line else (0, DAY_MIN)

    def next_open(self, service: str, audience: str, place: Place, day: int) -> int:
        """Return the first day from this one on when a service is open; 0 if none is known."""
        for _count in range(LOOK_DAYS):
            if self.open_on(service, audience, place, day):
                return day
            day = days.plus(day, 1)
        return 0

    def days_counted(self, first: int, last: int, audience: str, place: Place) -> int:
        """Return how many of the days from first to last, both included, returns are open."""
        count = 0
        while first <= last:
            count += self.open_on("return", audience, place, first)
            first = days.plus(first, 1)
        return count

    def quota_on(self, service: str, audience: str, place: Place, day: int) -> int | None:
        """Return how many reservations there are for a day; None when none is needed."""
        line = self._find(("quota",), service, audience, place, day)
        return line.value if line else None

    def _find(
        self, kinds: tuple[str, ...], service: str, audience: str, place: Place, day: int
    ) -> Line | None:
        audience = "adult" if audience == ANY else audience
        for line in self.lines:
            if (
                line.first_day <= day <= line.last_day
                and line.kind in kinds
                and service in line.services
                and line.audience in (ANY, audience)
                and line.site in (ANY, place.site)
                and line.level in (ANY, place.level)
                and line.channel in (ANY, place.channel)
                and days.weekday(day) in line.weekdays
            ):
                return line
        return None


ALWAYS = Calendar()


def parse(text: str) -> Calendar:
    """Return the calendar in a text, or raise the first RuleError."""
    lines, wrong = written.read(text, _line)
    if wrong:
        raise wrong[0]
    return Calendar(tuple(lines))


def errors(text: str) -> list[RuleError]:
    """Return what is wrong with a text, the first error of each line."""
    return written.read(text, _line)[1]


def _line(words: Words) -> Line:
    first_day, last_day = words.validity()
    kind = words.one_of(*_KINDS)
    line = _declared(words, _KINDS[kind](words, Line(kind, declared=first_day)))
    return line._replace(
        first_day=first_day, last_day=last_day, number=words.number, text=words.text
    )


def _state(words: Words, line: Line) -> Line:
    return _where(words, line._replace(services=_services(words)))


def _hours(words: Words, line: Line) -> Line:
    line = _where(words, line._replace(services=_services(words)))
    line = line._replace(weekdays=_weekdays(words))
    opens, shuts = (0, 0) if words.next_is("closed") else words.times()
    return line._replace(opens=opens, shuts=shuts)


def _quota(words: Words, line: Line) -> Line:
    line = _where(words, line._replace(services=(words.one_of(*SERVICES),)))
    line = line._replace(value=words.count())
    words.one_of("a")
    words.one_of("day")
    return line


def _services(words: Words) -> tuple[str, ...]:
    if words.next_is("all"):
        return SERVICES
    named = [words.one_of(*SERVICES, "all")]
    while more := words.next_of(SERVICES):
        named.append(more)
    return tuple(named)


def _where(words: Words, line: Line) -> Line:
    line = line._replace(audience=words.next_of(AUDIENCES) or ANY)
    if words.next_is("at", "site"):
        line = line._replace(site=words.word("a site"))
    elif words.next_is("at"):
        line = line._replace(level=words.one_of(*LEVELS, "site"))
    if words.next_is("by"):
        line = line._replace(channel=words.one_of(*CHANNELS))
    return line


def _weekdays(words: Words) -> tuple[int, ...]:
    if words.next_is("daily"):
        return tuple(range(7))
    found = [WEEKDAYS.index(words.one_of(*WEEKDAYS, "daily"))]
    while more := words.next_of(WEEKDAYS):
        found.append(WEEKDAYS.index(more))
    return tuple(found)


def _declared(words: Words, line: Line) -> Line:
    if not words.next_is("declared"):
        return line
    line = line._replace(declared=words.day())
    if words.next_is("in", "version"):
        line = line._replace(version=words.count())
    return line


_KINDS: dict[str, Callable[[Words, Line], Line]] = {
    "open": _state,
    "closed": _state,
    "hours": _hours,
    "quota": _quota,
}
