"""What readers were told to take and no fact has told of yet: it counts against their limits.

A grant is made in the transaction that says yes.  Whoever asks for the same account, at whatever
machine and process, first waits for that transaction to end, so the last place is given once and
no timing decides it.  A grant ends with the fact that lends the copy, or when its time is over.
"""

from broker.ledger.store import Database

GRANT_MS = 600_000  # Longer than any visit, and than the telling of its facts while in reach.

# On SQLite the transaction's own write lock keeps everybody else out.
_LOCK = "SELECT account FROM patron WHERE account = ? FOR UPDATE"
_SETTLE = """DELETE FROM lend_grant WHERE account = ? AND EXISTS
(SELECT 1 FROM observation JOIN request ON request.id = observation.request
WHERE observation.copy = lend_grant.copy AND request.device = lend_grant.device
AND request.ask = lend_grant.ask)"""
_EXPIRE = {
    "sqlite": "DELETE FROM lend_grant WHERE until_ms <= ?",
    # Another process may be at the same: what it has in its hands is left to it.
    "postgresql": """DELETE FROM lend_grant WHERE (account, copy) IN
    (SELECT account, copy FROM lend_grant WHERE until_ms <= ? FOR UPDATE SKIP LOCKED)""",
}
_STANDING = """SELECT copy.id, copy.tag FROM lend_grant JOIN copy ON copy.id = lend_grant.copy
WHERE lend_grant.account = ? AND lend_grant.until_ms > ? ORDER BY copy.id"""
_GRANT = """INSERT INTO lend_grant (account, copy, device, ask, granted_ms, until_ms)
VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (account, copy) DO UPDATE SET device = excluded.device,
ask = excluded.ask, granted_ms = excluded.granted_ms, until_ms = excluded.until_ms"""


class Grants:
    """Everything happens in the caller's transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def lock(self, account: int, now_ms: int) -> None:
        """Wait until nobody else decides for this account, and end what is settled or over.

        To be called before anything else of the account is read.
        """
        if self._db.kind == "postgresql":
            self._db.execute(_LOCK, (account,)).fetchone()
        self._db.execute(_EXPIRE[self._db.kind], (now_ms,))
        self._db.execute(_SETTLE, (account,))

    def standing(self, account: int, now_ms: int) -> dict[str, int]:
        """Return the copies granted, by tag.  To be read before the loans: then a fact that is
        committed in between is counted twice, which the caller sees, and never not at all."""
        found = self._db.execute(_STANDING, (account, now_ms)).fetchall()
        return {tag: copy for copy, tag in found}

    def grant(self, account: int, copies: list[int], *, device: int, ask: str, now_ms: int) -> None:
        until_ms = now_ms + GRANT_MS
        self._db.executemany(
            _GRANT, [(account, copy, device, ask, now_ms, until_ms) for copy in copies]
        )
