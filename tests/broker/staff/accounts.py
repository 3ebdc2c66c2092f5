"""Accounts of staff over any ledger, with hashes that take no time: what tests of pages share."""

import threading
from collections.abc import Callable
from typing import TypeVar

from argon2 import PasswordHasher
from sqlalchemy import Engine

from broker.ledger.store import Database
from broker.staff.hashes import Hasher
from broker.staff.office import Staff

T = TypeVar("T")

DISTRICT_KEY = bytes(range(32))
# Argon2 as in a deployment, on the least memory and time that it takes.
QUICK = Hasher(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


class InTurn:
    """Runs something in a transaction of its own, one at a time, as the writer does."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.lock = threading.Lock()

    def __call__(self, run: Callable[[Database], T]) -> T:
        with self.lock:
            self._db.begin()
            try:
                result = run(self._db)
                self._db.commit()
            except BaseException:
                self._db.rollback()
                raise
            return result


def staff_over(
    db: Database, engine: Engine, now_ms: Callable[[], int], turn: InTurn | None = None
) -> Staff:
    """`turn` is for a ledger that others write to as well: they hold its lock."""
    return Staff(
        do=turn or InTurn(db),
        engine=engine,
        district_key=DISTRICT_KEY,
        now_ms=now_ms,
        hasher=QUICK,
    )


def link(staff: Staff, role: str = "manager") -> str:
    """Return the key of a link that signs in somebody who has this role, named after it."""
    staff.put(role, role, "test")
    return staff.link(role, "test")
