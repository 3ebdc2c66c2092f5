"""Which copies a bookcase wants, and which it should give away.  Pure: numbers in, a plan out.

A bookcase keeps places free for what readers bring back until the next round.  What is left is
shared among kinds of books (audience and class) as readers of that place borrow them; a kind that
nobody borrows there still has a small share, or nobody ever could.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

DEMAND_DAYS = 28
NEXT_ROUND_DAYS = 3
FREE_MIN_PERCENT = 10
SHARE_OF_ALL = 1  # Loans that every kind is taken to have had, so that none is forgotten.

Kind = tuple[str, str]  # Audience, first letter of the class.


class Case(NamedTuple):
    """A bookcase as it stands; `loans` and `returns` are of the last DEMAND_DAYS at its place."""

    device: str
    capacity: int
    inside: Mapping[Kind, int]
    loans: Mapping[Kind, int]
    returns: int

    @property
    def copies(self) -> int:
        return sum(self.inside.values())


class Candidate(NamedTuple):
    """A copy on a shelf that may be lent; `loans` of its title everywhere say how it is liked."""

    copy: int
    title: str
    kind: Kind
    loans: int


class Wanted(NamedTuple):
    """`room` are places for what is brought; negative, so many copies are to be taken out."""

    device: str
    keep_free: int
    room: int
    kinds: dict[Kind, int]


def wanted(case: Case, kinds: Iterable[Kind]) -> Wanted:
    """Return how many copies of each kind a bookcase wants, of those kinds that there are."""
    expected = math.ceil(case.returns * NEXT_ROUND_DAYS / DEMAND_DAYS)
    least = math.ceil(case.capacity * FREE_MIN_PERCENT / 100)
    keep_free = min(case.capacity, max(expected, least))
    room = case.capacity - case.copies - keep_free
    weights = {kind: case.loans.get(kind, 0) + SHARE_OF_ALL for kind in sorted(set(kinds))}
    aims = _shared(case.capacity - keep_free, weights)
    lacking = {kind: max(0, aim - case.inside.get(kind, 0)) for kind, aim in aims.items()}
    brought = min(max(0, room), sum(lacking.values()))
    return Wanted(case.device, keep_free, room, +Counter(_shared(brought, lacking)))


def picked(
    wanted: Wanted, candidates: Sequence[Candidate], inside: Iterable[str], taken: set[int]
) -> list[Candidate]:
    """Choose copies for what is wanted: liked titles first, and none that is inside already.

    `taken` are copies that another bookcase gets; those that are chosen are added.
    """
    titles = set(inside)
    chosen: list[Candidate] = []
    for kind, count in sorted(wanted.kinds.items()):
        of_kind = [c for c in candidates if c.kind == kind and c.copy not in taken]
        for candidate in sorted(of_kind, key=lambda c: (-c.loans, c.copy)):
            if count == 0:
                break
            if candidate.title not in titles:
                titles.add(candidate.title)
                taken.add(candidate.copy)
                chosen.append(candidate)
                count -= 1
    return chosen


def _shared(total: int, weights: Mapping[Kind, int]) -> dict[Kind, int]:
    """Share a number by weights, whole: the largest remainders get what is left over."""
    whole = sum(weights.values())
    if not whole or total <= 0:
        return dict.fromkeys(weights, 0)
    shares = {kind: total * weight // whole for kind, weight in weights.items()}
    by_rest = sorted(weights, key=lambda kind: (-(total * weights[kind] % whole), kind))
    for kind in by_rest[: total - sum(shares.values())]:
        shares[kind] += 1
    return shares
