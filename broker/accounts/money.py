"""Money as double entry: one row a movement of fen from purse to purse, appended and never changed.

`Money` books and reverses; the database keeps the balances and refuses what does not add up
(guards.py).  Everything happens in the caller's transaction.
"""

from collections.abc import Iterable
from typing import NamedTuple

from broker.accounts import words
from broker.ledger.store import Database

FEN_MAX = 10_000_000  # 100,000 yuan: a larger amount is a mistake.

_BOOK = """INSERT INTO money (key, kind, source, source_account, target, target_account, fen,
cause_kind, cause, rule, calendar, words_zh, words_en, at_ms, recorded_ms, actor, reverses)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (key) DO NOTHING RETURNING id"""
_BOOKED = "SELECT 1 FROM money WHERE key = ?"
_ROW = """SELECT id, key, kind, source, source_account, target, target_account, fen, cause_kind,
cause, rule, calendar, words_zh, words_en, at_ms, recorded_ms, actor, reverses FROM money"""
_BALANCE = "SELECT fen FROM balance WHERE purse = ? AND account = ?"
_HELD = "SELECT purse, account, fen FROM balance"
_MOVED = """SELECT purse, account, SUM(fen) FROM (SELECT target AS purse, target_account AS account,
fen FROM money UNION ALL SELECT source, source_account, -fen FROM money) AS moved
GROUP BY purse, account"""
_STANDING = f"""{_ROW} m WHERE cause_kind = ? AND cause = ? AND kind = ? AND reverses IS NULL
AND NOT EXISTS (SELECT 1 FROM money r WHERE r.reverses = m.id) ORDER BY id"""
_COUNT = "SELECT COUNT(*) FROM money WHERE cause_kind = ? AND cause = ? AND kind = ?"
_OF_ACCOUNT = f"{_ROW} WHERE source_account = ? OR target_account = ? ORDER BY id"

_WAYS = {kind: (source, target) for kind, source, target in words.MONEY}


class MoneyError(Exception):
    """A movement of money that cannot be: too much, nothing, or of nobody.  The message says."""


class Cause(NamedTuple):
    """What made money move: a loan, a payment, a case, or the desk's decision."""

    kind: str
    id: str


class Reason(NamedTuple):
    """Why, for the reader and for an auditor; `rule` and `calendar` are empty for the desk's."""

    words_zh: str
    words_en: str
    rule: str = ""
    calendar: str = ""


class Row(NamedTuple):
    """A row of `money`."""

    id: int
    key: str
    kind: str
    source: str
    source_account: int
    target: str
    target_account: int
    fen: int
    cause_kind: str
    cause: str
    rule: str
    calendar: str
    words_zh: str
    words_en: str
    at_ms: int
    recorded_ms: int
    actor: str
    reverses: int | None


class Money:
    """`key` names what a movement is for: the same key is booked once, whoever asks again."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def book(
        self,
        kind: str,
        account: int,
        fen: int,
        *,
        key: str,
        cause: Cause,
        reason: Reason,
        at_ms: int,
        now_ms: int,
        actor: str = "",
    ) -> int:
        """Move fen the way that `kind` goes; return the row's id, or 0 when the key was booked."""
        if not 0 < fen <= FEN_MAX:
            raise MoneyError(f"{fen} fen: an amount is 1 to {FEN_MAX}")
        source, target = _WAYS[kind]
        purses = (*_purse(source, account), *_purse(target, account))
        reasons = (reason.rule, reason.calendar, reason.words_zh, reason.words_en)
        values = (kind, *purses, fen, *cause, *reasons, at_ms, now_ms, actor, None)
        return self._book(key, values)

    def reverse(self, row: Row, reason: Reason, *, now_ms: int, actor: str = "") -> int:
        """Take a movement back by its mirror; return the mirror's id, or 0 when there is one."""
        mirrored = (row.target, row.target_account, row.source, row.source_account)
        reasons = (row.rule, row.calendar, reason.words_zh, reason.words_en)
        values = (row.kind, *mirrored, row.fen, row.cause_kind, row.cause, *reasons)
        return self._book(f"reverse:{row.id}", (*values, row.at_ms, now_ms, actor, row.id))

    def standing(self, cause: Cause, kind: str) -> list[Row]:
        """Return the rows of a cause that nothing took back, oldest first."""
        return _rows(self._db.execute(_STANDING, (*cause, kind)))

    def next_key(self, cause: Cause, kind: str) -> str:
        """Return the key for one more row of a cause: two writers at once would make the same."""
        (count,) = self._db.execute(_COUNT, (*cause, kind)).fetchone()
        return f"{kind}:{cause.kind}:{cause.id}:{count}"

    def row(self, number: int) -> Row | None:
        found = _rows(self._db.execute(f"{_ROW} WHERE id = ?", (number,)))
        return found[0] if found else None

    def of(self, account: int) -> list[Row]:
        """Return all rows of a reader's account, oldest first."""
        return _rows(self._db.execute(_OF_ACCOUNT, (account, account)))

    def owed(self, account: int) -> int:
        """Return what a reader owes in fen; below zero, what the library owes back."""
        return self._balance("receivable", account)

    def deposit(self, account: int) -> int:
        """Return the deposit that the library holds of a reader, in fen."""
        return -self._balance("deposit", account)

    def _book(self, key: str, values: tuple[object, ...]) -> int:
        if self._db.execute(_BOOKED, (key,)).fetchone():
            return 0
        # Another process may have booked it meanwhile.
        row = self._db.execute(_BOOK, (key, *values)).fetchone()
        return int(row[0]) if row else 0

    def _balance(self, purse: str, account: int) -> int:
        row = self._db.execute(_BALANCE, (purse, account)).fetchone()
        return int(row[0]) if row else 0


def differences(db: Database) -> list[str]:
    """Build the balances anew and compare; return what differs, a line each."""
    wanted, held = (
        {(purse, account): fen for purse, account, fen in db.execute(question)}
        for question in (_MOVED, _HELD)
    )
    lines = [
        f"purse {purse} of {account}: holds {held.get((purse, account), 0)} fen, "
        f"by its rows {wanted.get((purse, account), 0)}"
        for purse, account in sorted(wanted.keys() | held.keys())
        if wanted.get((purse, account), 0) != held.get((purse, account), 0)
    ]
    if sum(held.values()):
        lines.append(f"the sum over all purses is {sum(held.values())} fen and not 0")
    return lines


def _purse(kind: str, account: int) -> tuple[str, int]:
    return kind, account if kind in words.READERS_PURSES else 0


def _rows(found: Iterable[tuple[object, ...]]) -> list[Row]:
    return [Row(*row) for row in found]  # type: ignore[arg-type]
