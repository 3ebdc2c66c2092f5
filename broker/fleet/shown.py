"""Codes that phones showed: one nonce at two machines means that a code was copied.

A machine takes each nonce once; what one took another cannot know while both are offline, so it is
found when their facts come, in whatever order.
"""

from broker.ledger.cases import Cases, Subject
from broker.ledger.inbox import Fact
from broker.ledger.store import Database

KEPT_MS = 90 * 86_400_000  # No machine is out of reach for longer.

_FIRST = "SELECT device FROM shown_code WHERE nonce = ?"
_NOTE = "INSERT INTO shown_code (nonce, device, at_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_FORGET = "DELETE FROM shown_code WHERE at_ms < ?"


class Shown:
    """Everything happens in the caller's transaction."""

    def __init__(self, db: Database, cases: Cases) -> None:
        self._db = db
        self._cases = cases

    def look(self, device: int, fact: Fact, happened_ms: int) -> None:
        """Look at a door session's nonce: at another machine it is a case, here a door more."""
        nonce = fact.body.get("nonce")
        if not nonce or not isinstance(nonce, str):
            return
        row = self._db.execute(_FIRST, (nonce,)).fetchone()
        if row is None:
            self._db.execute(_NOTE, (nonce, device, happened_ms))
            self._db.execute(_FORGET, (happened_ms - KEPT_MS,))
        elif row[0] != device:
            subject = Subject("code_twice", nonce, device, cause=fact.id)
            evidence: dict[str, object] = {"how": fact.body.get("how", ""), "first": row[0]}
            self._cases.open(subject, evidence, happened_ms)
