"""The truth of the year: where each copy is, who has it, and until when.  Knows no ledger."""

from collections import defaultdict, deque
from collections.abc import Iterable
from typing import NamedTuple

from hw_sim.year.quotas import STREAMS, Stream
from hw_sim.year.town import Shelved

Place = tuple[str, int]  # A site and door 0 for its shelf, or a bookcase and a door.
Pile = tuple[Place, str]  # Copies of one audience at a place.


class Loan(NamedTuple):
    account: int
    due: int
    stream: Stream


class Stock:
    """What is brought back on a day stands on the shelf again the next morning."""

    def __init__(self, shelves: Iterable[Shelved]) -> None:
        self.loans: dict[int, Loan] = {}
        self.of_reader: dict[int, set[int]] = defaultdict(set)
        self.moved: dict[int, Place] = {}  # Where copies are that once left their first shelf.
        self._piles: dict[Pile, list[int]] = defaultdict(list)
        self._evening: list[tuple[Pile, int]] = []
        self._oldest: dict[Stream, deque[int]] = {stream: deque() for stream in STREAMS}
        for row in shelves:
            # The first copies are taken first.
            self._piles[(row.site, 0), row.audience] = list(range(row.last - 1, row.first - 1, -1))

    def morning(self) -> None:
        for pile, copy in self._evening:
            self._piles[pile].append(copy)
        self._evening.clear()

    def count(self, place: Place, audience: str) -> int:
        return len(self._piles[place, audience])

    def take(self, place: Place, audience: str, count: int) -> list[int]:
        """Take copies off a place; `lend` or `put` follows."""
        pile = self._piles[place, audience]
        assert len(pile) >= count, (place, audience)
        taken = pile[len(pile) - count :]
        del pile[len(pile) - count :]
        return taken

    def put(self, place: Place, audience: str, copies: Iterable[int]) -> None:
        """Put copies to a place, to be taken from now on."""
        for copy in copies:
            self._piles[place, audience].append(copy)
            self.moved[copy] = place

    def lend(self, copy: int, loan: Loan) -> None:
        self.keep(copy, loan)
        self._oldest[loan.stream].append(copy)

    def keep(self, copy: int, loan: Loan) -> None:
        """Note a loan that does not come back."""
        self.loans[copy] = loan
        self.of_reader[loan.account].add(copy)

    def oldest(self, stream: Stream, count: int) -> list[int]:
        """Return the copies that have been out longest, which now come back."""
        queue = self._oldest[stream]
        return [queue.popleft() for _copy in range(count)]

    def bring(self, copy: int, place: Place) -> Loan:
        """End a copy's loan; it lies at the place until the morning."""
        loan = self.loans.pop(copy)
        mine = self.of_reader[loan.account]
        mine.discard(copy)
        if not mine:
            del self.of_reader[loan.account]
        self.moved[copy] = place
        self._evening.append(((place, loan.stream[1]), copy))
        return loan
