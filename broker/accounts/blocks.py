"""Blocks: why somebody may not borrow, from when until when, by whom.

`patron.blocked`, which answers and offline policies are made of, is a projection of these rows: the
reason of the oldest block in force.  A suspension by the rules is no block: it follows from loans.
"""

from typing import NamedTuple

from broker.accounts import people
from broker.accounts.people import AccountError
from broker.ledger.store import Database

CARD_LOST = "card lost"

_PUT = """INSERT INTO block (account, reason, from_ms, until_ms, actor, lifted_by)
VALUES (?, ?, ?, ?, ?, '') RETURNING id"""
_LIFT = """UPDATE block SET lifted_ms = ?, lifted_by = ?
WHERE id = ? AND account = ? AND lifted_ms IS NULL RETURNING id"""
_OF = """SELECT id, account, reason, from_ms, until_ms, actor, lifted_ms, lifted_by FROM block
WHERE account = ? ORDER BY id"""
# The reason of the oldest block in force, or nothing.
_REASON = """COALESCE((SELECT reason FROM block WHERE id = (SELECT MIN(id) FROM block
WHERE block.account = patron.account AND lifted_ms IS NULL
AND from_ms <= ? AND (until_ms IS NULL OR until_ms > ?))), '')"""
# Whoever has no rows here keeps what he was loaded with.
_REFRESH = f"""UPDATE patron SET blocked = {_REASON}
WHERE account IN (SELECT account FROM block) AND blocked <> {_REASON}"""


class Block(NamedTuple):
    """A row of `block`; `until_ms` None lasts until it is lifted."""

    id: int
    account: int
    reason: str
    from_ms: int
    until_ms: int | None
    actor: str
    lifted_ms: int | None
    lifted_by: str

    def in_force(self, at_ms: int) -> bool:
        ended = self.until_ms is not None and self.until_ms <= at_ms
        return self.lifted_ms is None and self.from_ms <= at_ms and not ended


class Blocks:
    """Everything happens in the caller's transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def put(
        self,
        account: int,
        reason: str,
        *,
        now_ms: int,
        actor: str,
        from_ms: int = 0,
        until_ms: int | None = None,
    ) -> int:
        """Block a reader from now, or from later on; return the block's id."""
        begin = from_ms or now_ms
        if not reason.strip():
            raise AccountError("a block has a reason")
        if until_ms is not None and until_ms <= begin:
            raise AccountError("a block ends after it begins")
        values = (account, reason.strip(), begin, until_ms, actor)
        (number,) = self._db.execute(_PUT, values).fetchone()
        self.refresh(now_ms)
        return int(number)

    def lift(self, account: int, number: int, *, now_ms: int, actor: str) -> None:
        row = self._db.execute(_LIFT, (now_ms, actor, number, account)).fetchone()
        if row is None:
            raise AccountError(f"block {number} is not in force")
        self.refresh(now_ms)

    def lift_all(self, account: int, reason: str, *, now_ms: int, actor: str) -> None:
        for block in self.of(account):
            if block.reason == reason and block.lifted_ms is None:
                self._db.execute(_LIFT, (now_ms, actor, block.id, account))
        self.refresh(now_ms)

    def of(self, account: int) -> list[Block]:
        """Return all blocks of a reader, also those that have ended, oldest first."""
        return [Block(*row) for row in self._db.execute(_OF, (account,)).fetchall()]

    def refresh(self, now_ms: int) -> bool:
        """Bring `patron.blocked` up to date with what begins and ends by itself; say whether."""
        changed = self._db.execute(_REFRESH, (now_ms,) * 4).rowcount
        if changed:
            people.note_change(self._db)
        return bool(changed)
