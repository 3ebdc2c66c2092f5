"""The minder: now and then it looks after what nobody asks for, in transactions of the writer.

A day after a restock round what is missing becomes a case; at night what came late for a closed
month is booked as a correction, and old requests are forgotten.  All is found in the ledger, so
missing a turn loses nothing.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import structlog

from broker.desk import requests
from broker.ledger.cases import Cases
from broker.ledger.store import FAILURES, Database
from broker.reports import closing, periods
from broker.restock import rounds

log = structlog.get_logger()

TURN_S = 300.0
WAIT_S = 60.0
NIGHT_HOUR = 3  # When few machines speak: to count a month takes a second.
MONTHS_BACK = 13  # What comes later still is corrected by `report correct`.

_NEWS = "SELECT COALESCE(MIN(at_ms), 0), COALESCE(MAX(id), 0) FROM movement WHERE id > ?"


class Watch(NamedTuple):
    """What the minder works with.  `do` runs something in a transaction of the writer."""

    do: Callable[[Callable[[], str]], "Future[str]"]
    db: Database
    cases: Cases
    zone: ZoneInfo
    now_ms: Callable[[], int]


class Minder(threading.Thread):
    def __init__(self, watch: Watch) -> None:
        super().__init__(name="minder")
        self._watch = watch
        self._stopped = threading.Event()
        self._night: date | None = None
        self._seen = 0  # The newest movement that the last night has counted.

    def stop(self) -> None:
        self._stopped.set()

    def run(self) -> None:
        while not self._stopped.wait(TURN_S):
            try:
                self._watch.do(self.turn).result(WAIT_S)
            except (*FAILURES, TimeoutError) as error:
                log.warning("minder_waits", text=str(error))

    def turn(self) -> str:
        """Do what is due, in the caller's transaction; return it in words."""
        watch, now_ms = self._watch, self._watch.now_ms()
        missing = rounds.tell_shortfalls(watch.db, watch.cases, now_ms)
        now = datetime.fromtimestamp(now_ms / 1000, watch.zone)
        corrected = forgotten = 0
        if now.hour >= NIGHT_HOUR and now.date() != self._night:
            self._night = now.date()
            corrected = self._correct(now_ms)
            forgotten = requests.forget(watch.db, now_ms)
        return f"shortfalls={missing} corrected={corrected} forgotten={forgotten}"

    def _correct(self, now_ms: int) -> int:
        """Count anew the closed months in which anything that is new happened."""
        db, zone = self._watch.db, self._watch.zone
        first_ms, newest = db.execute(_NEWS, (self._seen,)).fetchone()
        changed = 0
        for month in list(closing.months(db.execute))[-MONTHS_BACK:]:
            end_ms = periods.whole(periods.month(month), zone).end_ms
            if newest and first_ms < end_ms:
                changed += closing.correct(db, month, zone=zone, now_ms=now_ms)
        self._seen = max(self._seen, newest)
        return changed
