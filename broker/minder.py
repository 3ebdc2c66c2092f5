"""The minder: does the service's duties at their times, and keeps how each one ended.

Of several processes on one ledger one does a turn: whoever claims it first.  A turn that a dying
process left undone is done again after an hour.
"""

import threading
from collections.abc import Callable
from typing import NamedTuple

import structlog

from broker import duties
from broker.accounts.till import Do
from broker.duties import DUTIES, Duty, Means
from broker.ledger.store import Database

log = structlog.get_logger()

LOOK_S = 60.0
UNDONE_MS = 3_600_000
OUTCOME_SIZE_MAX = 300

# A duty that is new waits for its next time: nobody is held up by a first start.
_NEW = """INSERT INTO duty (name, turn, begun_ms, ended_ms, ok, outcome)
VALUES (?, ?, 0, 0, 1, '') ON CONFLICT (name) DO NOTHING"""
_CLAIM = """UPDATE duty SET turn = ?, begun_ms = ?, ended_ms = NULL
WHERE name = ? AND (turn <> ? OR (ended_ms IS NULL AND begun_ms < ?)) RETURNING name"""
_ENDED = "UPDATE duty SET ended_ms = ?, ok = ?, outcome = ? WHERE name = ?"
_LAST = "SELECT name, begun_ms, ended_ms, ok, outcome FROM duty"


class Last(NamedTuple):
    """How a duty ended last: `ended_ms` 0 is under way, or the service died meanwhile."""

    name: str
    at: str
    begun_ms: int
    ended_ms: int
    ok: bool
    outcome: str


class Minder(threading.Thread):
    """`means` gives what duties work with, at a time (ms)."""

    def __init__(self, do: Do, means: Callable[[int], Means], now_ms: Callable[[], int]) -> None:
        super().__init__(name="minder", daemon=True)
        self._do = do
        self._means = means
        self._now_ms = now_ms
        self._stopped = threading.Event()

    def stop(self) -> None:
        """End after the duty that is under way."""
        self._stopped.set()

    def run(self) -> None:
        while not self._stopped.wait(LOOK_S):
            self.look()

    def look(self) -> list[str]:
        """Do what is due; return the names of the duties that were."""
        return [duty.name for duty in DUTIES if not self._stopped.is_set() and self._mind(duty)]

    def _mind(self, duty: Duty) -> bool:
        """Do a duty when its turn has come; whatever goes wrong with one, the others are done."""
        try:
            if not self._claim(duty):
                return False
            outcome, ok = self._done(duty), True
        except Exception as error:
            outcome, ok = f"{type(error).__name__}: {error}", False
            log.warning("duty_failed", duty=duty.name, text=str(error))
        try:
            values = (self._now_ms(), int(ok), outcome[:OUTCOME_SIZE_MAX], duty.name)
            self._do(lambda db: db.execute(_ENDED, values))
        except Exception as error:
            log.warning("minder_waits", text=str(error))
        return True

    def _claim(self, duty: Duty) -> bool:
        now_ms = self._now_ms()
        turn = duties.turn(duty.at, now_ms, self._means(now_ms).zone)
        values = (turn, now_ms, duty.name, turn, now_ms - UNDONE_MS)

        def claim(db: Database) -> bool:
            db.execute(_NEW, (duty.name, turn))
            return bool(db.execute(_CLAIM, values).fetchall())

        return self._do(claim)

    def _done(self, duty: Duty) -> str:
        means = self._means(self._now_ms())
        return duty.run(means) if duty.outside else self._do(lambda _db: duty.run(means))


def last(db: Database) -> list[Last]:
    """Return how each duty ended last, in the order of the table; never done has zeros."""
    known = {row[0]: row[1:] for row in db.execute(_LAST)}
    found = []
    for duty in DUTIES:
        begun_ms, ended_ms, ok, outcome = known.get(duty.name, (0, 0, 0, ""))
        found.append(Last(duty.name, duty.at, begun_ms, ended_ms or 0, bool(ok), outcome))
    return found
