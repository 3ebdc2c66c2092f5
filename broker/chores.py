"""What is done to a whole ledger now and then: by a command, over the API, by the service itself.

Each is in the caller's transaction and answers what a person is told.
"""

from collections.abc import Callable
from typing import NamedTuple
from zoneinfo import ZoneInfo

from broker.accounts import reconcile as statements
from broker.accounts.retire import retire as detach
from broker.desk.requests import Answer
from broker.ledger.store import Database
from broker.reports import closing, uptime
from broker.reports.waiting import say

_DARK = """INSERT INTO dark_hours (site, first_minute, last_minute) VALUES (?, ?, ?)
ON CONFLICT (site) DO UPDATE SET first_minute = excluded.first_minute,
last_minute = excluded.last_minute"""
_SITE = "SELECT 1 FROM site WHERE id = ?"


class Now(NamedTuple):
    """When it is done, where, and by whom."""

    ms: int
    zone: ZoneInfo
    actor: str


# Does a chore in a transaction.
Chore = Callable[[Database, Now], Answer]


def close_month(month: int, *, anyway: bool) -> Chore:
    """Publish a month (yyyymm); raises NotClosed.  Answers what machines had still to tell."""

    def run(db: Database, now: Now) -> Answer:
        unknown = closing.close(
            db, month, zone=now.zone, now_ms=now.ms, actor=now.actor, anyway=anyway
        )
        return {"month": month, "waiting": [say(reason, "en") for reason in unknown]}

    return run


def correct_months(db: Database, now: Now) -> Answer:
    """Book what came late for closed months; answers how many cells of each changed."""
    changed = {
        str(month): closing.correct(db, month, zone=now.zone, now_ms=now.ms)
        for month in closing.months(db.execute)
    }
    return {"corrected": changed}


def retire(before: int) -> Chore:
    """Detach what ended before a day (yyyymmdd) from its readers; answers how many of each."""

    def run(db: Database, now: Now) -> Answer:
        before_ms, _end_ms = statements.midnights(before, now.zone)
        return detach(db, before_ms=before_ms, now_ms=now.ms)._asdict()

    return run


def reconcile(provider: str, day: int, text: str) -> Chore:
    """Compare a provider's statement of a day with the ledger; raises StatementError."""

    def run(db: Database, now: Now) -> Answer:
        report = statements.compare(
            db,
            provider,
            day,
            text,
            midnight_ms=statements.midnights(day, now.zone),
            now_ms=now.ms,
        )
        differences = [found._asdict() for found in report.differences]
        return {"matched": report.matched, "differences": differences}

    return run


def darken(site: str, hours: str) -> Chore:
    """Note when a place has no power (22:00-07:00); ValueError for no such site or hours."""

    def run(db: Database, _now: Now) -> Answer:
        if db.execute(_SITE, (site,)).fetchone() is None:
            raise ValueError(f"no site {site}")
        db.execute(_DARK, (site, *uptime.dark(hours)))
        return {"site": site, "hours": hours}

    return run
