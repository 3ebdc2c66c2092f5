"""Who and what the wire's names mean: tags are copies, readers are patrons, doors are holders.

Looked up once and remembered; `forget_patrons` when cards, blocks or readers have changed.  A
reader may have had several cards: a lost one stands for a suspect, whom nobody knows, since then.
"""

from collections.abc import Collection
from typing import NamedTuple, TypeVar

from broker.ledger.store import Database

K = TypeVar("K")
V = TypeVar("V")

REMEMBERED_MAX = 200_000  # Copies, and as many patrons; beyond that all is forgotten and read anew.

_COPY = """SELECT copy.id, copy.barcode, title.title, title.author, title.class, title.audience,
COALESCE(copy_type.type, 'book') FROM copy JOIN title ON title.id = copy.title
LEFT JOIN copy_type ON copy_type.copy = copy.id WHERE copy.tag = ?"""
_NUMBERED = _COPY.replace("copy.tag = ?", "copy.barcode = ?")
_READERS = "SELECT account, id FROM holder WHERE account = ANY(?)"
_CARDS = """SELECT card.reader, patron.account, patron.kind, patron.language, patron.blocked,
patron.name, card.state, card.lost_ms, card.suspect
FROM card JOIN patron ON patron.account = card.account WHERE card.reader = ANY(?)"""
_CARD = """SELECT patron.account, patron.kind, patron.language, patron.blocked, patron.name,
card.state, card.lost_ms, card.suspect
FROM card JOIN patron ON patron.account = card.account WHERE card.reader = ?"""
LOST = "lost"  # Why a suspect is blocked.
_COMPARTMENT = ("device", "door")
_SHELF = ("site",)
_READER = ("account",)


# The same of many, which begins with the tag (PostgreSQL).
_COPIES = _COPY.replace("SELECT ", "SELECT copy.tag, ", 1).replace("tag = ?", "tag = ANY(?)")


class Copy(NamedTuple):
    id: int
    barcode: str
    title: str
    author: str
    class_number: str
    audience: str
    type: str  # A word of circulation.terms.TYPES.


class Patron(NamedTuple):
    account: int
    kind: str
    language: str
    blocked: str
    name: str


class _Card(NamedTuple):
    """A card and its holder; `lost_ms` and `suspect` are None unless it was reported lost."""

    holder: Patron
    state: str
    lost_ms: int | None
    suspect: int | None

    def at(self, at_ms: int | None) -> Patron | None:
        """Return who this card stood for at a time, None for now."""
        if self.lost_ms is not None and (at_ms is None or at_ms >= self.lost_ms):
            return self.holder._replace(account=self.suspect or 0, blocked=LOST, name="")
        return None if at_ms is None and self.state == "ended" else self.holder


class Directory:
    def __init__(self, db: Database) -> None:
        self._db = db
        self._copies: dict[str, Copy | None] = {}
        self._cards: dict[str, _Card | None] = {}
        self._holders: dict[tuple[str, object, object], int] = {}

    def copy(self, tag: str) -> Copy | None:
        if tag not in self._copies:
            row = self._db.execute(_COPY, (tag,)).fetchone()
            _remember(self._copies, tag, Copy(*row) if row else None)
        return self._copies[tag]

    def numbered(self, barcode: str) -> Copy | None:
        """Return the copy with this barcode, whatever its tag."""
        row = self._db.execute(_NUMBERED, (barcode,)).fetchone()
        return Copy(*row) if row else None

    def patron(self, reader: str, at_ms: int | None = None) -> Patron | None:
        """Return who a pseudonym stands for now, or stood for when something happened."""
        if reader not in self._cards:
            row = self._db.execute(_CARD, (reader,)).fetchone()
            card = _Card(Patron(*row[:5]), *row[5:]) if row else None
            _remember(self._cards, reader, card)
        card = self._cards[reader]
        return card.at(at_ms) if card else None

    def recall(self, readers: Collection[str], tags: Collection[str]) -> None:
        """Look up all at once what will be asked for one by one (PostgreSQL).

        Cards are looked up anew: other processes may have changed them.
        """
        self._cards.clear()
        new = sorted(tag for tag in tags if tag not in self._copies)
        cards = self._db.execute(_CARDS, (sorted(readers),)) if readers else ()
        copies = self._db.execute(_COPIES, (new,)) if new else ()
        for row in cards:
            self._cards[row[0]] = _Card(Patron(*row[1:6]), *row[6:])
        for row in copies:
            _remember(self._copies, row[0], Copy(*row[1:]))
        accounts = {card.holder.account for card in self._cards.values() if card}
        unknown = [a for a in sorted(accounts) if ("reader", a, a) not in self._holders]
        if unknown:
            for account, holder in self._db.execute(_READERS, (unknown,)):
                _remember(self._holders, ("reader", account, account), holder)

    def forget_patrons(self) -> None:
        self._cards.clear()

    def compartment(self, device: int, door: int) -> int:
        return self._holder("compartment", _COMPARTMENT, device, door)

    def shelf(self, site: str) -> int:
        return self._holder("shelf", _SHELF, site)

    def reader(self, account: int) -> int:
        return self._holder("reader", _READER, account)

    def forget(self) -> None:
        """After a rollback: a holder that was made in it does not exist."""
        self._holders.clear()

    def _holder(self, kind: str, columns: tuple[str, ...], *values: object) -> int:
        """Return the holder's id, made at the first need; columns are constants of this file."""
        key = (kind, values[0], values[-1])
        if key not in self._holders:
            where = " AND ".join(f"{column} = ?" for column in columns)
            found = self._db.execute(f"SELECT id FROM holder WHERE {where}", values).fetchone()
            if found is None:
                marks = ", ".join("?" for _ in values)
                names = ", ".join(columns)
                insert = f"INSERT INTO holder (kind, {names}) VALUES (?, {marks}) RETURNING id"
                found = self._db.execute(insert, (kind, *values)).fetchone()
            _remember(self._holders, key, int(found[0]))
        return self._holders[key]


def _remember(remembered: dict[K, V], key: K, value: V) -> None:
    if len(remembered) >= REMEMBERED_MAX:
        remembered.clear()
    remembered[key] = value
