"""What a restored ledger does not have: records that a machine has let go of since the backup.

A machine lets go of what was acknowledged.  After a restore it says hello with a number that the
ledger has not reached: neither it nor its flash is at fault.  Its stream ends there; under a new
journal it tells all that it still has, and a case says which records are missing.
"""

from datetime import UTC, datetime

from broker.ledger.store import Database

_PICTURE = """SELECT made_ms FROM restoration WHERE restored_ms >= COALESCE(
(SELECT received_ms FROM inbox WHERE stream = ? AND number = ?), 0) ORDER BY id DESC LIMIT 1"""


def picture(db: Database, stream: int, number: int) -> str:
    """Return when the backup was taken that explains why a stream ends at a number.

    Empty when none does: the stream went on after the last restore, or there was none.
    """
    row = db.execute(_PICTURE, (stream, number)).fetchone()
    if row is None:
        return ""
    return datetime.fromtimestamp(row[0] / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
