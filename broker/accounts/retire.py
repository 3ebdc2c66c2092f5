"""History past its time is detached from its readers; figures stay.

The ledger's rows are never changed, so the reader is: with nothing open, a reader gets a new random
account, and the old one, with all that it did, leads to nobody any more.  It keeps the kind of card
for statistics.  Who has something open, owes or has paid a deposit waits, and is counted.
"""

from typing import NamedTuple

from broker.accounts import people
from broker.accounts.consents import Consents
from broker.accounts.personal import hindrances
from broker.ledger.store import Database

_OLD = """SELECT DISTINCT patron.account, patron.kind FROM patron
JOIN loan ON loan.account = patron.account WHERE loan.in_ms < ? ORDER BY patron.account"""
_CASES = "SELECT COUNT(*) FROM exception_case WHERE account = ? AND closed_ms IS NULL"
_MOVED = ("patron", "card", "contact", "identity", "block", "guarantee", "guardian", "consent")
_WARDS = "UPDATE guardian SET guardian = ? WHERE guardian = ?"
_LEFT = "INSERT INTO nameless (account, kind, why, since_ms) VALUES (?, ?, 'retired', ?)"
_NOTICES = "DELETE FROM notice WHERE made_ms < ? AND state IN ('sent', 'dead', 'dropped')"
_LETTERS = "DELETE FROM notice WHERE account = ?"
_BODIES = "UPDATE inbox SET body = NULL WHERE received_ms < ? AND body IS NOT NULL"


class Retired(NamedTuple):
    """How many readers were detached, wait for something open, or agreed to be kept; and rows."""

    detached: int
    waiting: int
    kept: int
    notices: int
    bodies: int


def retire(db: Database, *, before_ms: int, now_ms: int) -> Retired:
    """Detach what ended before a time.  In the caller's transaction; doing it again does no more.

    All of a reader's ended loans are detached with the old ones, also newer ones.
    """
    detached = waiting = kept = 0
    for account, kind in db.execute(_OLD, (before_ms,)).fetchall():
        if Consents(db).holds(account, "history"):
            kept += 1
        elif hindrances(db, account) or db.execute(_CASES, (account,)).fetchone()[0]:
            waiting += 1
        else:
            _detach(db, account, kind, now_ms)
            detached += 1
    notices = db.execute(_NOTICES, (before_ms,)).rowcount
    bodies = db.execute(_BODIES, (before_ms,)).rowcount
    if detached:
        people.note_change(db)
    return Retired(detached, waiting, kept, notices, bodies)


def _detach(db: Database, account: int, kind: str, now_ms: int) -> None:
    fresh = people.new_account()
    for table in _MOVED:
        db.execute(f"UPDATE {table} SET account = ? WHERE account = ?", (fresh, account))
    db.execute(_WARDS, (fresh, account))
    db.execute(_LETTERS, (account,))
    db.execute(_LEFT, (account, kind, now_ms))
