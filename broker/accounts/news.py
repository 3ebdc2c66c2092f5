"""Loans that changed: what they cost is settled, and their readers are told.

The database itself notes every change of a loan (`loan_news`), in the transaction that makes it; so
nothing is missed, whoever changed it and whenever this stopped.  Everything happens in the caller's
transaction.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
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
# The same of many, as one statement (PostgreSQL).
_READ_MANY = "DELETE FROM loan_news WHERE id = ANY(?)"
_LOANS = """SELECT loan.copy, loan.cause, loan.account, loan.state, loan.due, loan.out_ms,
loan.in_ms, title.title, EXISTS (SELECT 1 FROM contact WHERE contact.account = loan.account)
FROM loan_news n JOIN loan ON loan.copy = n.copy AND loan.cause = n.cause
JOIN copy ON copy.id = loan.copy JOIN title ON title.id = copy.title
WHERE n.id BETWEEN ? AND ?"""
_LOST_CARD = """SELECT n.copy, n.cause FROM loan_news n
JOIN exception_case c ON c.key = 'lost_card:' || n.cause AND c.closed_ms IS NULL
WHERE n.id BETWEEN ? AND ?"""
_CARDS = """SELECT n.account, card.card FROM loan_news n JOIN card ON card.suspect = n.account
WHERE n.id BETWEEN ? AND ? UNION SELECT n.account, card.card FROM loan_news n
JOIN card ON card.account = n.account AND card.lost_ms IS NOT NULL
WHERE n.id BETWEEN ? AND ? ORDER BY 1, 2"""
_TOLD = "SELECT 1 FROM notice WHERE account = ? AND key LIKE ? LIMIT 1"
TOLD = ("open", "returned", "inferred", "void")


class _Loan(NamedTuple):
    copy: int
    cause: int
    account: int
    state: str
    due: int
    out_ms: int
    in_ms: int | None
    title: str
    heard: bool  # Whether its reader wants to be told of anything.


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
        """Draw the consequences of the oldest changes; return how many there were.

        What is the same for all is asked once: a question for each would keep the writer for long.
        """
        skip = " FOR UPDATE SKIP LOCKED" if self._db.kind == "postgresql" else ""
        rows = self._db.execute(_NEWS + skip, (BATCH_MAX,)).fetchall()
        if not rows:
            return 0
        # Another process may have some of those between: what is asked of them does no harm.
        span = rows[0][0], rows[-1][0]
        changed = dict.fromkeys((copy, cause) for _id, copy, cause, _account in rows)
        loans = {row[:2]: _Loan(*row) for row in self._db.execute(_LOANS, span)}
        self._settlement.settle_news(changed, *span, now_ms)
        self._close_cases(loans, span)
        self._tell([loans[key] for key in changed if key in loans], now_ms)
        self._put_right({row[3] for row in rows}, span, now_ms)
        self._read([row[0] for row in rows])
        return len(rows)

    def _read(self, numbers: list[int]) -> None:
        if self._db.kind == "postgresql":
            self._db.execute(_READ_MANY, (numbers,))
        else:
            self._db.executemany(_READ, [(number,) for number in numbers])

    def _close_cases(self, loans: Mapping[tuple[int, int], _Loan], span: tuple[int, int]) -> None:
        """What a lost card had taken is back."""
        for key in self._db.execute(_LOST_CARD, span).fetchall():
            loan = loans.get(key)
            if loan and loan.in_ms is not None:
                self._cases.close(Subject("lost_card", str(loan.cause)).key, loan.in_ms, "returned")

    def _tell(self, loans: Iterable[_Loan], now_ms: int) -> None:
        """One notice for what happened together, at whatever hour: it may be a thief."""
        told: defaultdict[int, list[tuple[str, Line]]] = defaultdict(list)
        for loan in loans:
            happened_ms = loan.out_ms if loan.in_ms is None else loan.in_ms
            if loan.heard and loan.state in TOLD and schedule.is_news(happened_ms, now_ms):
                about = f"{loan.copy}:{loan.cause}:{loan.state}:{loan.due}"
                if not self._told(loan.account, about):
                    told[loan.account].append((about, Line(loan.state, loan.title, loan.due)))
        for account, lines in told.items():
            key = "changed:+" + "+".join(about for about, _line in lines) + "+"
            books = tuple(line for _about, line in lines)
            self._post.put("changed", account, key=key, now_ms=now_ms, lines=books)

    def _told(self, account: int, about: str) -> bool:
        return bool(self._db.execute(_TOLD, (account, f"changed:%+{about}+%")).fetchone())

    def _put_right(self, accounts: set[int], span: tuple[int, int], now_ms: int) -> None:
        if self._cards:
            for account, card in self._db.execute(_CARDS, span * 2).fetchall():
                if account in accounts:
                    self._cards.put_right(card, now_ms)
