"""The service's own duties: what is done at which times, without anybody asking.

Each duty finds what it has to do in the ledger, so missing a turn loses nothing, and doing one
twice does no more.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from broker.accounts.reconcile import Report
from broker.accounts.retire import retire as detach
from broker.catalogue.index import Index
from broker.circulation import days
from broker.desk import requests
from broker.ledger.cases import Cases
from broker.ledger.store import Database
from broker.reports import closing, periods
from broker.restock import rounds
from broker.staff import notes

MONTHS_BACK = 13  # What comes later still is corrected by `report correct`.
DAY_MS = 86_400_000

_SEEN = "SELECT outcome FROM duty WHERE name = 'corrections'"
_NEWS = "SELECT COALESCE(MIN(at_ms), 0), COALESCE(MAX(id), 0) FROM movement WHERE id > ?"


class Means(NamedTuple):
    """What duties work with.  `reconcile` asks a provider (name, day) and may wait for it."""

    db: Database
    cases: Cases
    zone: ZoneInfo
    now_ms: int
    providers: tuple[str, ...] = ()
    reconcile: Callable[[str, int], Report] | None = None
    history_days: int = 0  # After how many a reader's history is detached; 0 for never.


class Duty(NamedTuple):
    """`at` is a local time (03:00), or minutes between two turns (every 5).

    `run` is in a transaction of the writer, but for one that asks others (`outside`).
    """

    name: str
    at: str
    run: Callable[[Means], str]
    outside: bool = False


def turn(at: str, now_ms: int, zone: ZoneInfo) -> str:
    """Return which turn is the latest that has come: the same word until the next one comes."""
    kind, _space, minutes = at.partition(" ")
    if kind == "every":
        return str(now_ms // (int(minutes) * 60_000))
    now = datetime.fromtimestamp(now_ms / 1000, zone)
    day = now.date() if now.strftime("%H:%M") >= at else now.date() - timedelta(days=1)
    return day.isoformat()


def _shortfalls(means: Means) -> str:
    missing = rounds.tell_shortfalls(means.db, means.cases, means.now_ms)
    return f"cases={missing}"


def _corrections(means: Means) -> str:
    """Count anew the closed months in which anything happened since the last time."""
    db, corrected = means.db, 0
    last = re.search(r"movement=(\d+)", (db.execute(_SEEN).fetchone() or ("",))[0])
    seen = int(last[1]) if last else 0
    first_ms, newest = db.execute(_NEWS, (seen,)).fetchone()
    for month in list(closing.months(db.execute))[-MONTHS_BACK:]:
        end_ms = periods.whole(periods.month(month), means.zone).end_ms
        if newest and first_ms < end_ms:
            corrected += closing.correct(db, month, zone=means.zone, now_ms=means.now_ms)
    return f"cells={corrected} movement={max(seen, newest)}"


def _requests(means: Means) -> str:
    return f"forgotten={requests.forget(means.db, means.now_ms)}"


def _log(means: Means) -> str:
    return f"forgotten={notes.prune(means.db, means.now_ms)}"


def _rank(means: Means) -> str:
    index = Index(means.db)
    missing, changed = index.add_missing(), index.rank()
    return f"indexed={missing} moved={changed.standings}"


def _retire(means: Means) -> str:
    if not means.history_days:
        return "kept: no history_days"
    before_ms = means.now_ms - means.history_days * DAY_MS
    done = detach(means.db, before_ms=before_ms, now_ms=means.now_ms)
    return " ".join(f"{name}={count}" for name, count in done._asdict().items())


def _reconcile(means: Means) -> str:
    """Compare yesterday's payments with each provider's statement."""
    yesterday = days.of(means.now_ms - DAY_MS, means.zone)
    told = []
    for name in means.providers:
        assert means.reconcile
        report = means.reconcile(name, yesterday)
        told.append(f"{name}: {report.matched} match, {len(report.differences)} differ")
    return "; ".join(told) or "no provider"


DUTIES = (
    # name           at         what
    Duty("shortfalls", "every 5", _shortfalls),
    Duty("corrections", "03:00", _corrections),
    Duty("requests", "03:10", _requests),
    Duty("log", "03:15", _log),
    Duty("rank", "03:30", _rank),
    Duty("retire", "04:00", _retire),
    Duty("reconcile", "06:00", _reconcile, outside=True),
)
