"""The rules of lending, read from a text file (docs/rules.md).  Pure: no clock and no database.

Of the lines of one kind that fit and are in force on the day, the first one decides.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from broker.circulation import text as written
from broker.circulation.terms import ANY, CHANNELS, FOREVER, GUARANTEES, ITEMS, LEVELS, PEOPLE
from broker.circulation.text import RuleError, Words

__all__ = ["LEVELS", "Line", "RuleError", "Rules", "errors", "parse"]

LIMITS = ("limit", "limit of")


class Line(NamedTuple):
    """A rule.  `number` and `text` are what a reader is told.

    kind         value                     unit        days, after, most
    loan         days; 0: not lent
    renew        times                                 days of one renewal
    limit        copies in all
    limit of     copies of `item`
    late         fen or days for a day     fen, days   free days, and the most in all (0: no end)
    holds        titles waited for
    pickup       days on the hold shelf
    deposit      fen
    charge       fen                       lost, damaged, card
    refuse       over so many fen/copies   blocked, owing, overdue
    offline      copies or hours           copies, hours
    """

    kind: str
    value: int = 0
    item: str = ANY
    patron: str = ANY
    level: str = ANY
    channel: str = ANY
    guarantee: str = ANY
    unit: str = ""
    days: int = 0
    after: int = 0
    most: int = 0
    first_day: int = 0
    last_day: int = FOREVER
    number: int = 0
    text: str = ""

    @property
    def quoted(self) -> str:
        return f"{self.number}: {self.text}"


@dataclass(frozen=True)
class Rules:
    lines: tuple[Line, ...]
    _by_kind: dict[str, list[Line]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_kind: dict[str, list[Line]] = {}
        for line in self.lines:
            by_kind.setdefault(line.kind, []).append(line)
        object.__setattr__(self, "_by_kind", by_kind)

    def find(
        self,
        kind: str,
        day: int,
        *,
        item: str = ANY,
        type: str = ANY,
        patron: str = ANY,
        level: str = ANY,
        channel: str = ANY,
        guarantee: str = ANY,
    ) -> Line | None:
        """Return the line that decides, or None when there is none.

        `item` is for whom the copy is, `type` what it is: a line names one of the two.
        """
        for line in self._by_kind.get(kind, ()):
            if (
                line.first_day <= day <= line.last_day
                and line.item in (ANY, item, type)
                and line.patron in (ANY, patron)
                and line.level in (ANY, level)
                and line.channel in (ANY, channel)
                and line.guarantee in (ANY, guarantee)
            ):
                return line
        return None

    @property
    def least_limit(self) -> int:
        """Return a count of loans that no limit, in force or not, is below."""
        return min((line.value for line in self.lines if line.kind in LIMITS), default=0)


def parse(text: str) -> Rules:
    """Return the rules in a text, or raise the first RuleError."""
    lines, wrong = written.read(text, _line)
    if wrong:
        raise wrong[0]
    return Rules(tuple(lines))


def errors(text: str) -> list[RuleError]:
    """Return what is wrong with a text, the first error of each line."""
    return written.read(text, _line)[1]


def _line(words: Words) -> Line:
    first_day, last_day = words.validity()
    kind = words.one_of(*_KINDS)
    return _KINDS[kind](words)._replace(
        first_day=first_day, last_day=last_day, number=words.number, text=words.text
    )


def _loan(words: Words) -> Line:
    line = _fits(words, "loan", item=True)
    words.one_of("->")
    return line if words.next_is("none") else line._replace(value=_days(words))


def _renew(words: Words) -> Line:
    line = _fits(words, "renew", item=True)
    words.one_of("->")
    if words.next_is("none"):
        return line
    times = words.count()
    words.one_of("time", "times")
    words.one_of("of")
    return line._replace(value=times, days=_days(words))


def _limit(words: Words) -> Line:
    patron = words.one_of(*PEOPLE)
    of = words.next_is("of")
    item = words.one_of(*ITEMS[1:]) if of else ANY
    line = _where(words, Line("limit of" if of else "limit", item=item, patron=patron))
    return line._replace(value=words.count())


def _fine(words: Words) -> Line:
    line = _fits(words, "late", item=True)
    words.one_of("->")
    line = line._replace(value=_fen(words), unit="fen")
    return _bounds(words, line, _fen)


def _suspend(words: Words) -> Line:
    line = _fits(words, "late", item=True)
    words.one_of("->")
    line = line._replace(value=_days(words), unit="days")
    return _bounds(words, line, _days)


def _bounds(words: Words, line: Line, most: Callable[[Words], int]) -> Line:
    words.one_of("a")
    words.one_of("day")
    if words.next_is("after"):
        line = line._replace(after=_days(words))
    if words.next_is("up", "to"):
        line = line._replace(most=most(words))
    return line


def _holds(words: Words) -> Line:
    line = _fits(words, "holds")
    return line._replace(value=words.count())


def _pickup(words: Words) -> Line:
    line = _fits(words, "pickup", item=True)
    words.one_of("->")
    return line._replace(value=_days(words))


def _deposit(words: Words) -> Line:
    line = _fits(words, "deposit")
    words.one_of("->")
    return line._replace(value=_fen(words))


def _charge(words: Words) -> Line:
    unit = words.one_of("lost", "damaged", "card")
    line = _fits(words, f"charge {unit}", item=unit != "card")
    words.one_of("->")
    return line._replace(value=_fen(words), unit=unit)


def _refuse(words: Words) -> Line:
    unit = words.one_of("blocked", "owing", "overdue")
    line = Line(f"refuse {unit}", unit=unit)
    if unit == "blocked":
        return line
    words.one_of("over")
    if unit == "owing":
        return line._replace(value=_fen(words))
    value = words.count()
    words.one_of("copies", "copy")
    return line._replace(value=value)


def _offline(words: Words) -> Line:
    unit = words.one_of("copies", "hours")
    line = _where(words, Line(f"offline {unit}", unit=unit))
    return line._replace(value=words.count())


def _fits(words: Words, kind: str, *, item: bool = False) -> Line:
    """Take whom and what a rule is for, and where."""
    of = words.one_of(*ITEMS) if item else ANY
    return _where(words, Line(kind, item=of, patron=words.one_of(*PEOPLE)))


def _where(words: Words, line: Line) -> Line:
    if words.next_is("at"):
        line = line._replace(level=words.one_of(*LEVELS))
    if words.next_is("by"):
        line = line._replace(channel=words.one_of(*CHANNELS))
    if words.next_is("with"):
        line = line._replace(guarantee=words.one_of(*GUARANTEES))
    return line


def _days(words: Words) -> int:
    count = words.count()
    words.one_of("days", "day")
    return count


def _fen(words: Words) -> int:
    count = words.count()
    words.one_of("fen")
    return count


_KINDS: dict[str, Callable[[Words], Line]] = {
    "loan": _loan,
    "renew": _renew,
    "limit": _limit,
    "fine": _fine,
    "suspend": _suspend,
    "holds": _holds,
    "pickup": _pickup,
    "deposit": _deposit,
    "charge": _charge,
    "refuse": _refuse,
    "offline": _offline,
}
