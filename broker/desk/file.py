"""A case's file: what it is about, what staff may do with it, and what they did.  Only reads."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Engine, text

from broker.desk import contract

_FILE = """SELECT c.kind, c.closed_by, copy.barcode, patron.card,
a.action, a.reason, a.actor, a.at_ms FROM exception_case c LEFT JOIN copy ON copy.id = c.copy
LEFT JOIN patron ON patron.account = c.account LEFT JOIN case_action a ON a.case_key = c.key
WHERE c.id = :id"""
_DOORS = """SELECT device.name, device.doors, site.name_zh, site.name_en FROM device
JOIN site ON site.id = device.site WHERE device.doors > 0 ORDER BY device.name"""
_SHELVES = """SELECT site.id, site.name_zh, site.name_en FROM site
JOIN holder ON holder.site = site.id WHERE holder.kind = 'shelf' ORDER BY site.id"""

_ON_LOAN = """SELECT 1 FROM loan JOIN copy ON copy.id = loan.copy
JOIN patron ON patron.account = loan.account
WHERE patron.card = :card AND copy.barcode = :barcode AND loan.in_ms IS NULL"""


class Settled(NamedTuple):
    """What staff did with a case."""

    action: str
    reason: str
    actor: str
    at_ms: int


class File(NamedTuple):
    """`closed_by` is the word of what closed it, `staff` when `settled` says more."""

    kind: str
    barcode: str
    card: str
    closed_by: str
    actions: tuple[str, ...]
    proposed: str
    settled: Settled | None


class Spot(NamedTuple):
    """Places that staff may write down: a bookcase with its doors, or a shelf (no doors)."""

    ref: str
    name_zh: str
    name_en: str
    doors: int = 0


class Files:
    """Any thread may ask."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def case(self, number: int) -> File | None:
        rows = self._rows(_FILE, id=number)
        if not rows:
            return None
        kind, closed_by, barcode, card, *done = rows[0]
        settled = Settled(*done) if done[0] else None
        ways = contract.actions(kind), contract.proposed(kind)
        return File(kind, barcode or "", card or "", closed_by, *ways, settled)

    def spots(self) -> list[Spot]:
        """Return where a copy may be written to be, beside staff and nowhere."""
        cases = [Spot(name, zh, en, doors) for name, doors, zh, en in self._rows(_DOORS)]
        return cases + [Spot(*row) for row in self._rows(_SHELVES)]

    def tag(self, barcode: str) -> str:
        """Return the tag of a copy; empty when there is none."""
        rows = self._rows("SELECT tag FROM copy WHERE barcode = :barcode", barcode=barcode)
        return str(rows[0][0]) if rows else ""

    def reader(self, card: str) -> str:
        """Return the pseudonym of a card in use; empty when there is none."""
        rows = self._rows("SELECT reader FROM patron WHERE card = :card", card=card)
        return str(rows[0][0]) if rows else ""

    def has_on_loan(self, card: str, barcode: str) -> bool:
        return bool(self._rows(_ON_LOAN, card=card, barcode=barcode))

    def _rows(self, query: str, **values: object) -> Sequence[Any]:
        with self._engine.connect() as connection:
            return connection.execute(text(query), values).all()
