"""How many more copies a reader may take: the limit in all, and limits of one kind of copy.  Pure.

All limits are judged where the reader stands, against everything on the card: with 12 copies on
it, a place with a limit of 15 lends three more and one with a limit of 10 none.
"""

from collections.abc import Iterable

from broker.circulation.asked import Book, Reader
from broker.circulation.rules import Line, Rules
from broker.circulation.terms import ANY, Place


class Room:
    """Counts what is taken.  `line` is the limit in all; without one nothing is lent."""

    def __init__(self, rules: Rules, day: int, reader: Reader, place: Place) -> None:
        self._rules = rules
        self._day = day
        self._reader = reader
        self._place = place
        self._taken: list[Book] = []
        self.line = self._limit("limit")

    def take(self, books: Iterable[Book]) -> None:
        self._taken += books

    @property
    def left(self) -> int:
        """How many more copies at most; fewer when some kind of them has a limit of its own."""
        left = self._free(self.line)
        return min(left, sum(min(left, self._left_of(item)) for item in ("adult", "juvenile")))

    def refusal(self, book: Book) -> tuple[str, Line | None]:
        """Return why this copy is one too many ("" when it is not) and the line that says so."""
        if self._free(self.line) <= 0:
            return self.why_none, self.line
        line = self._limit("limit of", item=book.audience, type=book.type)
        if line and self._free(line) <= 0:
            return "limit_of_kind", line
        return "", self.line

    @property
    def why_none(self) -> str:
        """Why nothing more may be taken, where that is so."""
        line = self.line
        return "no_guarantee" if line and line.guarantee != ANY and not line.value else "limit"

    def _left_of(self, item: str) -> int:
        line = self._limit("limit of", item=item)
        return self._free(line or self.line)

    def _free(self, line: Line | None) -> int:
        if line is None:
            return 0
        taken = sum(line.item in (ANY, book.audience, book.type) for book in self._taken)
        return max(0, line.value - taken)

    def _limit(self, kind: str, *, item: str = ANY, type: str = ANY) -> Line | None:
        return self._rules.find(
            kind,
            self._day,
            item=item,
            type=type,
            patron=self._reader.kind,
            level=self._place.level,
            channel=self._place.channel,
            guarantee=self._reader.guarantee,
        )
