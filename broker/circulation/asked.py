"""What is asked, and all that is known of who asks and of the copies.  Pure."""

from typing import NamedTuple

from broker.circulation.terms import ANY, ANYWHERE, Place


class Reader(NamedTuple):
    """Who asks.  `suspended_until` is the last day (yyyymmdd) without loans, 0 for none; `holds`
    is how many titles the reader waits for."""

    kind: str
    language: str
    blocked: str
    name: str
    guarantee: str = "none"
    owed_fen: int = 0
    suspended_until: int = 0
    holds: int = 0


class Book(NamedTuple):
    """A copy that was asked about.

    due, lent, mine, renewals, patron and place are of its open loan: `patron` is the kind of card
    that has it, `place` where it was lent.  contract, condition and promise are words of
    lendable.py.  `granted`: this reader was told yes and the loan has not been told yet; `wanted`:
    somebody else waits for its title; `waiting`: this reader does.
    """

    tag: str
    barcode: str
    title: str
    author: str
    class_number: str
    audience: str
    due: int = 0
    lent: bool = False
    mine: bool = False
    type: str = "book"
    renewals: int = 0
    patron: str = ANY
    place: Place = ANYWHERE
    contract: str = "none"
    condition: str = "fit"
    promise: str = "free"
    granted: bool = False
    wanted: bool = False
    waiting: bool = False


class Ask(NamedTuple):
    """`books` are in the order asked; one with an empty barcode is unknown.  `granted` are copies
    that the reader was told to take and that no fact has told of yet: they count as taken."""

    op: str
    reader: Reader | None
    loans: tuple[Book, ...]
    books: tuple[Book, ...]
    place: Place
    granted: tuple[Book, ...] = ()
