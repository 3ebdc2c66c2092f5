"""Who or what stands for a reader: deposits, credit, institutions, and a child's guardians."""

from typing import NamedTuple

from broker.accounts.money import Money
from broker.accounts.people import AccountError
from broker.accounts.words import GUARANTEES
from broker.ledger.store import Database

FOREVER = 99991231

_NOTE = """INSERT INTO guarantee (account, kind, reference, accepted, limit_set, first_day,
last_day, made_ms, actor) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"""
_GUARANTEES = """SELECT id, account, kind, reference, accepted, limit_set, first_day, last_day,
made_ms, actor, ended_ms FROM guarantee WHERE account = ? ORDER BY id"""
_END = """UPDATE guarantee SET ended_ms = ?
WHERE id = ? AND account = ? AND ended_ms IS NULL RETURNING id"""
_GUARD = """INSERT INTO guardian (account, guardian, hash, relation, verified, verified_ms, actor)
VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id"""
_GUARDIANS = """SELECT id, account, guardian, hash, relation, verified, verified_ms, actor, ended_ms
FROM guardian WHERE account = ? AND ended_ms IS NULL ORDER BY id"""


class Guarantee(NamedTuple):
    """A row of `guarantee`: a decision and its reference, never a score."""

    id: int
    account: int
    kind: str
    reference: str
    accepted: int
    limit_set: str
    first_day: int
    last_day: int
    made_ms: int
    actor: str
    ended_ms: int | None


class Guardian(NamedTuple):
    """A row of `guardian`; `hash` is keyed, of the guardian's ID number."""

    id: int
    account: int
    guardian: int | None
    hash: str
    relation: str
    verified: str
    verified_ms: int
    actor: str
    ended_ms: int | None


class Sureties:
    """Guarantees and guardians.  Everything happens in the caller's transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def note(
        self,
        account: int,
        kind: str,
        *,
        reference: str,
        accepted: bool,
        now_ms: int,
        actor: str,
        limit_set: str = "",
        first_day: int = 0,
        last_day: int = FOREVER,
    ) -> int:
        """Note a guarantee that was decided on, also one that was refused; return its id."""
        if kind not in GUARANTEES:
            raise AccountError(f"a guarantee is one of {', '.join(GUARANTEES)}")
        if first_day > last_day:
            raise AccountError("a guarantee ends after it begins")
        if kind == "deposit" and accepted and not Money(self._db).deposit(account):
            raise AccountError("no deposit of this reader is held")
        values = (account, kind, reference, int(accepted), limit_set, first_day, last_day)
        (number,) = self._db.execute(_NOTE, (*values, now_ms, actor)).fetchone()
        return int(number)

    def end(self, account: int, number: int, now_ms: int) -> None:
        if self._db.execute(_END, (now_ms, number, account)).fetchone() is None:
            raise AccountError(f"guarantee {number} is not in force")

    def guarantees(self, account: int) -> list[Guarantee]:
        rows = self._db.execute(_GUARANTEES, (account,)).fetchall()
        return [Guarantee(*row) for row in rows]

    def guard(
        self,
        account: int,
        *,
        hash: str,
        relation: str,
        verified: str,
        now_ms: int,
        actor: str,
        guardian: int | None = None,
    ) -> int:
        """Note a guardian whose papers were looked at; `verified` says how."""
        if not verified.strip() or not hash:
            raise AccountError("a guardian is verified by a document, and it is said how")
        values = (account, guardian, hash, relation, verified, now_ms, actor)
        (number,) = self._db.execute(_GUARD, values).fetchone()
        return int(number)

    def guardians(self, account: int) -> list[Guardian]:
        rows = self._db.execute(_GUARDIANS, (account,)).fetchall()
        return [Guardian(*row) for row in rows]
