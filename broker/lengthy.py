"""Chores that are too long for one transaction: looked up first, then done slice by slice.

Each slice is a transaction of its own, so machines never wait for the whole.  A chore that ends
half-way has done whole slices, and to do it again is as good: it finds what is left.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple, TypeVar

from broker.accounts.settle import CostOf, Settlement
from broker.accounts.till import Do
from broker.catalogue.index import Index, Move
from broker.catalogue.work import Work
from broker.desk.requests import Answer
from broker.ledger.store import Database

T = TypeVar("T")

LOANS_A_SLICE = 200
TITLES_A_SLICE = 1_000


class Hands(NamedTuple):
    """What a lengthy chore works with: `do` is a transaction, `read` a look between two."""

    do: Do
    read: Do
    now_ms: Callable[[], int]


# Tells after each slice how far it is: `what` in the plural, `done` of `total`, and what it found.
Lengthy = Callable[[Hands], Iterator[Answer]]


def settle(cost_of: CostOf, day: Callable[[int], int], since_ms: int) -> Lengthy:
    """Settle again what ended since a time; `changed` are the charges that are others now."""

    def run(hands: Hands) -> Iterator[Answer]:
        def work(db: Database, things: Sequence[tuple[int, int]]) -> Answer:
            settlement, now_ms = Settlement(db, cost_of, day), hands.now_ms()
            changed = [found for loan in things for found in settlement.settle(*loan, now_ms)]
            return {"changed": [found._asdict() for found in changed]}

        loans = hands.read(lambda db: Settlement(db, cost_of, day).since(since_ms))
        yield from _sliced(hands, "loans", loans, LOANS_A_SLICE, work)

    return run


def rank(hands: Hands) -> Iterator[Answer]:
    """Index what is not, and give every title its standing; `moved` are those that had another."""

    def enter(db: Database, things: Sequence[Work]) -> Answer:
        index = Index(db)
        for title in things:
            index.put(title)
        return {"indexed": len(things)}

    def place(db: Database, things: Sequence[Move]) -> Answer:
        changed = Index(db).place(things)
        return {"moved": changed.standings, "between_tiers": changed.tiers}

    missing = hands.read(lambda db: Index(db).missing())
    yield from _sliced(hands, "new titles", missing, TITLES_A_SLICE, enter)
    moves = hands.read(lambda db: Index(db).ranking())
    yield from _sliced(hands, "titles", moves, TITLES_A_SLICE, place)
    hands.do(lambda db: Index(db).tidy(moves))


def _sliced(
    hands: Hands,
    what: str,
    things: Sequence[T],
    size: int,
    work: Callable[..., Answer],  # db, things
) -> Iterator[Answer]:
    for begin in range(0, len(things), size):
        some = things[begin : begin + size]
        found = hands.do(partial(work, things=some))
        yield {"what": what, "done": begin + len(some), "total": len(things), **found}
