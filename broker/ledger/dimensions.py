"""Condition and promise of a copy beside its custody and its loan: rows that follow from its life.

A copy of which nothing was ever said has no row, which is nearly every one.
"""

from broker.ledger.fold import Condition, Life, Promise
from broker.ledger.store import Database

_CONDITION = "SELECT damaged, withdrawn, disinfect_ms FROM copy_condition WHERE copy = ?"
_SET_CONDITION = """INSERT INTO copy_condition (copy, damaged, withdrawn, disinfect_ms)
VALUES (?, ?, ?, ?)"""
_PROMISE = "SELECT account, until_ms, state, cause FROM copy_promise WHERE copy = ?"
_SET_PROMISE = """INSERT INTO copy_promise (copy, account, until_ms, state, cause)
VALUES (?, ?, ?, ?, ?)"""
_IRREGULAR = """SELECT 1 FROM copy_condition WHERE copy = ?
UNION ALL SELECT 1 FROM copy_promise WHERE copy = ?
UNION ALL SELECT 1 FROM loan WHERE copy = ? AND state IN ('lost', 'claimed')
UNION ALL SELECT 1 FROM observation WHERE copy = ? AND sure = 0 LIMIT 1"""

# Of many copies at once (PostgreSQL).
IRREGULAR_OF = """WITH asked (copy) AS (SELECT unnest(CAST(? AS BIGINT[])))
SELECT copy FROM copy_condition JOIN asked USING (copy)
UNION SELECT copy FROM copy_promise JOIN asked USING (copy)
UNION SELECT copy FROM loan JOIN asked USING (copy) WHERE state IN ('lost', 'claimed')
UNION SELECT copy FROM observation JOIN asked USING (copy) WHERE sure = 0"""


def held(db: Database, copy: int) -> tuple[Condition, Promise | None]:
    """Return what the rows say."""
    fit = db.execute(_CONDITION, (copy,)).fetchone()
    promised = db.execute(_PROMISE, (copy,)).fetchone()
    condition = Condition(bool(fit[0]), bool(fit[1]), fit[2]) if fit else Condition()
    return condition, Promise(*promised) if promised else None


def correct(db: Database, copy: int, life: Life) -> bool:
    """Make the rows say what a life says; return whether its promise changed."""
    condition, promise = held(db, copy)
    if condition != life.condition:
        damaged, withdrawn, disinfect_ms = life.condition
        db.execute("DELETE FROM copy_condition WHERE copy = ?", (copy,))
        if life.condition != Condition():
            values = (copy, int(damaged), int(withdrawn), disinfect_ms)
            db.execute(_SET_CONDITION, values)
    if promise == life.promise:
        return False
    db.execute("DELETE FROM copy_promise WHERE copy = ?", (copy,))
    if life.promise:
        db.execute(_SET_PROMISE, (copy, *life.promise))
    return True


def irregular(db: Database, copy: int) -> bool:
    """Say whether a copy's next step depends on more than where it is and who has it on loan."""
    return db.execute(_IRREGULAR, (copy,) * 4).fetchone() is not None
