"""The words of a file of lines, taken one after the other; an error knows its line and column.

`#` starts a comment.  Columns are counted in characters from 1.  Pure.
"""

import re
from collections.abc import Callable
from typing import TypeVar

from broker.circulation import days
from broker.circulation.terms import FOREVER

T = TypeVar("T")
COUNT_DIGITS_MAX = 6
_WORD = re.compile(r"->|\d\d:\d\d-\d\d:\d\d|[^\s:]+|:")
_TIMES = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")
_DAY_MIN = 24 * 60


class RuleError(Exception):
    """The text cannot be understood.  The message names file, line, column, what was expected."""

    def __init__(self, line: int, column: int, expected: str, file: str = "") -> None:
        where = f"{file}, " if file else ""
        super().__init__(f"{where}line {line}, column {column}: {expected}")
        self.line = line
        self.column = column
        self.expected = expected


class Words:
    """The words of one line.  Every method takes words, or raises RuleError and takes none."""

    def __init__(self, number: int, text: str) -> None:
        self.number = number
        text = text.split("#")[0]
        self.text = text.strip()
        self._found = [(m.start() + 1, m.group()) for m in _WORD.finditer(text)]
        self._end = len(text.rstrip()) + 1

    @property
    def ended(self) -> bool:
        return not self._found

    def next_is(self, *words: str) -> bool:
        """Take the next words if they are these."""
        if [word for _column, word in self._found[: len(words)]] != list(words):
            return False
        del self._found[: len(words)]
        return True

    def next_of(self, words: tuple[str, ...]) -> str:
        """Take the next word if it is one of these; return "" if it is not."""
        if self._found and self._found[0][1] in words:
            return self._found.pop(0)[1]
        return ""

    def one_of(self, *words: str) -> str:
        if word := self.next_of(words):
            return word
        raise self.error(f"expected {', '.join(words)}; found {self._next()!r}")

    def word(self, meaning: str) -> str:
        """Take any word; `meaning` says what it should have been if there is none."""
        if self.ended:
            raise self.error(f"expected {meaning}; found ''")
        return self._found.pop(0)[1]

    def count(self) -> int:
        word = self._next()
        if not (word.isascii() and word.isdecimal()) or len(word) > COUNT_DIGITS_MAX:
            raise self.error(f"expected a number; found {word!r}")
        self._found.pop(0)
        return int(word)

    def day(self) -> int:
        word = self._next()
        try:
            day = days.parse(word)
        except ValueError:
            raise self.error(f"expected a day like 2020-10-27; found {word!r}") from None
        self._found.pop(0)
        return day

    def times(self) -> tuple[int, int]:
        """Take a span like 09:00-20:00; return its ends in minutes of the day."""
        word = self._next()
        found = _TIMES.fullmatch(word)
        hour, minute, end_hour, end_minute = map(int, found.groups()) if found else (0, 0, 0, 0)
        opens, shuts = hour * 60 + minute, end_hour * 60 + end_minute
        if minute > 59 or end_minute > 59 or not opens < shuts <= _DAY_MIN:
            raise self.error(f"expected a span like 09:00-20:00; found {word!r}")
        self._found.pop(0)
        return opens, shuts

    def validity(self) -> tuple[int, int]:
        """Take `from DAY until DAY :`, of which either half or all may be missing."""
        first_day, last_day = 0, FOREVER
        if self.next_is("from"):
            first_day = self.day()
        if self.next_is("until"):
            column = self._found[0][0] if self._found else self._end
            last_day = self.day()
            if last_day < first_day:
                raise RuleError(self.number, column, "expected a day that is not before the first")
        if first_day or last_day != FOREVER:
            self.one_of(":")
        return first_day, last_day

    def end(self) -> None:
        if self._found:
            raise self.error(f"expected nothing more; found {self._next()!r}")

    def error(self, expected: str) -> RuleError:
        """Return an error at the next word."""
        return RuleError(self.number, self._found[0][0] if self._found else self._end, expected)

    def _next(self) -> str:
        return self._found[0][1] if self._found else ""


def read(text: str, line: Callable[[Words], T]) -> tuple[list[T], list[RuleError]]:
    """Return what `line` makes of each line that is not empty, and the first error of each."""
    made: list[T] = []
    errors = []
    for number, written in enumerate(text.splitlines(), start=1):
        words = Words(number, written)
        if words.ended:
            continue
        try:
            made.append(line(words))
            words.end()
        except RuleError as error:
            errors.append(error)
    return made, errors
