"""Loans that changed: what they cost is settled, and their readers are told.

The database itself notes every change of a loan (`loan_news`), in the transaction that makes it; so
nothing is missed, whoever changed it and whenever this stopped.  Everything happens in the caller's
transaction.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import NamedTuple

from broker.accounts.cards import Cards
from broker.accounts.settle import CostOf, Settlement
from broker.ledger.cases import Cases, Subject
from broker.ledger.store import Database
from broker.notices import schedule
from broker.notices.post import Post
from broker.notices.texts import Line

BATCH_MAX = 200

_NEWS = "SELECT id, copy, cause, account FROM loan_news ORDER BY id LIMIT ?"
_READ = "DELETE FROM loan_news WHERE id = ?"
_LOAN = """SELECT loan.account, loan.state, loan.due, loan.out_ms, loan.in_ms, title.title
FROM loan JOIN copy ON copy.id = loan.copy JOIN title ON title.id = copy.title
WHERE loan.copy = ? AND loan.cause = ?"""
_SUSPECT = "SELECT card FROM card WHERE suspect = ? OR (account = ? AND lost_ms IS NOT NULL)"
_TOLD = "SELECT 1 FROM notice WHERE account = ? AND key LIKE ? LIMIT 1"
TOLD = ("open", "returned", "inferred", "void")


class _Loan(NamedTuple):
    account: int
    state: str
    due: int
    out_ms: int
    in_ms: int | None
    title: str


class News:
    """`cards` puts loans right that a corrected clock has moved across a card's loss."""

    def __init__(
        self, db: Database, cost_of: CostOf, day: Callable[[int], int], cards: Cards | None = None
    ) -> None:
        self._db = db
        self._settlement = Settlement(db, cost_of, day)
        self._post = Post(db)
        self._cases = Cases(db)
        self._cards = cards

    def take(self, now_ms: int) -> int:
        """Draw the consequences of the oldest changes; return how many there were."""
        skip = " FOR UPDATE SKIP LOCKED" if self._db.kind == "postgresql" else ""
        rows = self._db.execute(_NEWS + skip, (BATCH_MAX,)).fetchall()
        changed = dict.fromkeys((copy, cause) for _id, copy, cause, _account in rows)
        told: defaultdict[int, list[tuple[str, Line]]] = defaultdict(list)
        for copy, cause in changed:
            self._settlement.settle(copy, cause, now_ms)
            loan = self._loan(copy, cause)
            if loan is None:
                continue
            if loan.in_ms is not None:
                self._cases.close(Subject("lost_card", str(cause)).key, loan.in_ms, "returned")
            happened_ms = loan.out_ms if loan.in_ms is None else loan.in_ms
            if loan.state in TOLD and schedule.is_news(happened_ms, now_ms):
                about = f"{copy}:{cause}:{loan.state}:{loan.due}"
                told[loan.account].append((about, Line(loan.state, loan.title, loan.due)))
        for account, lines in told.items():
            self._tell(account, lines, now_ms)
        for account in {row[3] for row in rows}:
            self._put_right(account, now_ms)
        for row in rows:
            self._db.execute(_READ, (row[0],))
        return len(rows)

    def _loan(self, copy: int, cause: int) -> _Loan | None:
        row = self._db.execute(_LOAN, (copy, cause)).fetchone()
        return _Loan(*row) if row else None

    def _tell(self, account: int, lines: list[tuple[str, Line]], now_ms: int) -> None:
        """One notice for what happened together, at whatever hour: it may be a thief."""
        new = [(about, line) for about, line in lines if not self._told(account, about)]
        if new:
            key = "changed:+" + "+".join(about for about, _line in new) + "+"
            books = tuple(line for _about, line in new)
            self._post.put("changed", account, key=key, now_ms=now_ms, lines=books)

    def _told(self, account: int, about: str) -> bool:
        return bool(self._db.execute(_TOLD, (account, f"changed:%+{about}+%")).fetchone())

    def _put_right(self, account: int, now_ms: int) -> None:
        if self._cards:
            for (card,) in self._db.execute(_SUSPECT, (account, account)).fetchall():
                self._cards.put_right(card, now_ms)
