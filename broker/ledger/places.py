"""Places held for a reader who was let in at a machine and whose door session is not told yet.

Two machines that are asked at once would both say that one more may be taken.  What one of them was
told counts at the others, until the session is told or HELD_MS have passed: a reader who has taken
nothing and walks over to the next machine waits no longer than that.  Everything happens in the
caller's transaction, after the account's lock (grants.py).
"""

from broker.ledger.store import Database

HELD_MS = 180_000  # Longer than most visits; a longer one may end over the limit, and is a case.

_EXPIRE = "DELETE FROM held_place WHERE account = ? AND (until_ms <= ? OR device = ?)"
_ELSEWHERE = "SELECT COALESCE(SUM(places), 0) FROM held_place WHERE account = ?"
_HOLD = """INSERT INTO held_place (device, account, ask, places, until_ms) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (device, account) DO UPDATE SET ask = excluded.ask, places = excluded.places,
until_ms = excluded.until_ms"""
_RELEASE = "DELETE FROM held_place WHERE device = ? AND ask = ?"


class Places:
    def __init__(self, db: Database) -> None:
        self._db = db

    def hold(self, account: int, left: int, *, device: int, ask: str, now_ms: int) -> int:
        """Return how many of these may be taken here, and hold them."""
        self._db.execute(_EXPIRE, (account, now_ms, device))
        (elsewhere,) = self._db.execute(_ELSEWHERE, (account,)).fetchone()
        free = max(0, left - int(elsewhere))
        if free:
            self._db.execute(_HOLD, (device, account, ask, free, now_ms + HELD_MS))
        return free

    def release(self, device: int, ask: str) -> None:
        """The door session that this ask opened is told: its loans count now."""
        self._db.execute(_RELEASE, (device, ask))
