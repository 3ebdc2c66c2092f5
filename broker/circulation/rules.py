"""The rules of lending, read from a text file (docs/rules.md).  Pure: no clock and no database.

Of the lines of one kind that fit and are in force on the day, the first one decides.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from broker.circulation import days

PEOPLE = ("any", "adult", "juvenile")
ITEMS = ("any", "adult", "juvenile")
LEVELS = ("any", "city", "district", "street")
FOREVER = 99991231


class RuleError(Exception):
    """The text cannot be understood.  The message names line, column and what was expected."""


class Line(NamedTuple):
    """A rule.  `value` is days, copies or hours; `number` and `text` are what a reader is told."""

    kind: str
    item: str
    patron: str
    level: str
    value: int
    first_day: int
    last_day: int
    number: int
    text: str

    @property
    def quoted(self) -> str:
        return f"{self.number}: {self.text}"


class Rules(NamedTuple):
    lines: tuple[Line, ...]

    def find(
        self, kind: str, day: int, *, item: str = "any", patron: str = "any", level: str = "any"
    ) -> Line | None:
        """Return the line that decides, or None when there is none."""
        for line in self.lines:
            if (
                line.kind == kind
                and line.first_day <= day <= line.last_day
                and line.item in ("any", item)
                and line.patron in ("any", patron)
                and line.level in ("any", level)
            ):
                return line
        return None


def parse(text: str) -> Rules:
    """Return the rules in a text, or raise RuleError."""
    lines = []
    for number, written in enumerate(text.splitlines(), start=1):
        words = _Words(number, written.split("#")[0])
        if not words.ended:
            lines.append(_line(words, number))
    return Rules(tuple(lines))


class _Words:
    """The words of one line, taken one after the other."""

    def __init__(self, number: int, text: str) -> None:
        self.text = text.strip()
        self._number = number
        self._found = [(m.start() + 1, m.group()) for m in re.finditer(r"->|[^\s:]+|:", text)]
        self._end = len(text.rstrip()) + 1

    @property
    def ended(self) -> bool:
        return not self._found

    def next_is(self, word: str) -> bool:
        """Take the next word if it is this one."""
        if self._found and self._found[0][1] == word:
            self._found.pop(0)
            return True
        return False

    def one_of(self, *words: str) -> str:
        column, word = self._take()
        if word not in words:
            raise self._error(column, f"expected {', '.join(words)}; found {word!r}")
        return word

    def count(self) -> int:
        column, word = self._take()
        if not (word.isascii() and word.isdecimal()) or len(word) > 4:
            raise self._error(column, f"expected a number; found {word!r}")
        return int(word)

    def day(self) -> int:
        column, word = self._take()
        try:
            return days.parse(word)
        except ValueError:
            raise self._error(column, f"expected a day like 2020-10-27; found {word!r}") from None

    def end(self) -> None:
        if self._found:
            raise self._error(
                self._found[0][0], f"expected nothing more; found {self._found[0][1]!r}"
            )

    def _take(self) -> tuple[int, str]:
        return self._found.pop(0) if self._found else (self._end, "")

    def _error(self, column: int, message: str) -> RuleError:
        return RuleError(f"line {self._number}, column {column}: {message}")


class _Rule(NamedTuple):
    value: int = 0
    item: str = "any"
    patron: str = "any"
    level: str = "any"
    unit: str = ""


def _line(words: _Words, number: int) -> Line:
    first_day = words.day() if words.next_is("from") else 0
    last_day = words.day() if words.next_is("until") else FOREVER
    if first_day or last_day != FOREVER:
        words.one_of(":")
    kind = words.one_of(*_KINDS)
    rule = _KINDS[kind](words)
    words.end()
    return Line(
        kind=f"{kind} {rule.unit}".strip(),
        item=rule.item,
        patron=rule.patron,
        level=rule.level,
        value=rule.value,
        first_day=first_day,
        last_day=last_day,
        number=number,
        text=words.text,
    )


def _loan(words: _Words) -> _Rule:
    item, patron = words.one_of(*ITEMS), words.one_of(*PEOPLE)
    words.one_of("->")
    value = words.count()
    words.one_of("days")
    return _Rule(value, item=item, patron=patron)


def _limit(words: _Words) -> _Rule:
    patron = words.one_of(*PEOPLE)
    level = words.one_of(*LEVELS) if words.next_is("at") else "any"
    return _Rule(words.count(), patron=patron, level=level)


def _refuse(words: _Words) -> _Rule:
    words.one_of("blocked")
    return _Rule()


def _offline(words: _Words) -> _Rule:
    unit = words.one_of("copies", "hours")
    return _Rule(words.count(), unit=unit)


_KINDS: dict[str, Callable[[_Words], _Rule]] = {
    "loan": _loan,
    "limit": _limit,
    "refuse": _refuse,
    "offline": _offline,
}
