"""Closed months: their figures are booked once, and change only by lines with their own date.

A fact that comes late changes what happened in a month that was published.  `correct` counts the
month anew and books the difference; what was published stays readable beside it.
"""

import json
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple
from zoneinfo import ZoneInfo

from broker.ledger.store import Database
from broker.reports import periods
from broker.reports.cells import RUNNING, Cell, Ledger, Rows, count
from broker.reports.measures import COUNTED, MEASURES
from broker.reports.places import spans
from broker.reports.rules import in_force
from broker.reports.waiting import Waiting, say, waiting

_MONTHS = "SELECT month, closed_ms, actor, waiting FROM report_month ORDER BY month"
_BOOKED = """SELECT month, measure, site, device, audience, class, SUM(value) AS value
FROM report_line WHERE month IN (%s) GROUP BY 1, 2, 3, 4, 5, 6"""
_VERSIONS = "SELECT DISTINCT measure, version FROM report_line WHERE month = %d"
_CORRECTIONS = """SELECT month, measure, recorded_ms, SUM(value) AS value
FROM report_line WHERE correction = 1 AND month IN (%s) GROUP BY 1, 2, 3 ORDER BY 3, 1, 2"""
_ALONE = "SELECT month FROM report_month WHERE month = ? FOR UPDATE"
_CLOSE = """INSERT INTO report_month (month, closed_ms, actor, rules, waiting)
VALUES (?, ?, ?, ?, ?)"""
_BOOK = """INSERT INTO report_line (month, measure, version, site, device, audience, class, value,
correction, recorded_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
# What facts change.  How long a machine was served is no fact, and a reader who was erased had a
# card all the same.
CORRECTED = tuple(m.name for m in COUNTED if m.name not in (*RUNNING, "cards_issued"))


class NotClosed(Exception):
    """The month cannot be closed.  The message says why."""


class Closed(NamedTuple):
    """`waiting` is what was not known when it was closed; a month closed in full has none."""

    month: int
    closed_ms: int
    actor: str
    waiting: list[str]


class Correction(NamedTuple):
    """How much a day's late facts added to a figure of a closed month."""

    month: int
    measure: str
    recorded_ms: int
    value: int


def months(rows: Rows) -> dict[int, Closed]:
    """Return the closed months by number, in order."""
    return {
        month: Closed(month, closed_ms, actor, json.loads(unknown))
        for month, closed_ms, actor, unknown in rows(_MONTHS)
    }


def booked(rows: Rows, numbers: Iterable[int]) -> list[Cell]:
    """Return the cells of closed months, corrections included."""
    found = rows(_BOOKED % _list(numbers))
    return [Cell(*row)._replace(value=int(row[6])) for row in found if row[6]]


def corrections(rows: Rows, numbers: Iterable[int]) -> list[Correction]:
    """Return what was corrected, oldest first."""
    found = rows(_CORRECTIONS % _list(numbers))
    return [Correction(row[0], row[1], row[2], int(row[3])) for row in found if row[3]]


def close(
    db: Database, month: int, *, zone: ZoneInfo, now_ms: int, actor: str, anyway: bool = False
) -> list[Waiting]:
    """Book a month's figures, in the caller's transaction; return what was not known.

    Raises NotClosed for a month that is closed or not over, and for one of which machines may still
    tell, unless that is accepted with `anyway`.
    """
    bucket = periods.whole(periods.month(month), zone)._replace(name=month)
    unknown = waiting(db.execute, bucket.end_ms, now_ms)
    if month in months(db.execute):
        raise NotClosed(f"{month} is closed")
    if bucket.end_ms > now_ms:
        raise NotClosed(f"{month} is not over")
    if unknown and not anyway:
        raise NotClosed(f"{month}: " + "; ".join(say(reason, "en") for reason in unknown))
    names = json.dumps([say(reason, "en") for reason in unknown])
    rules = " ".join(in_force(db.execute, bucket.begin_ms, bucket.end_ms))
    db.execute(_CLOSE, (month, now_ms, actor, rules, names))
    cells = _counted(db, month, zone, now_ms, [measure.name for measure in COUNTED])
    _book(db, cells, now_ms, correction=False)
    return unknown


def correct(db: Database, month: int, *, zone: ZoneInfo, now_ms: int) -> int:
    """Book what late facts changed in a closed month, in the caller's transaction.

    Returns how many cells changed.  A measure whose definition is another by now is left alone.
    """
    if db.kind == "postgresql":
        # Of several services one books the difference; the others then find none.
        db.execute(_ALONE, (month,)).fetchone()
    versions = dict(db.execute(_VERSIONS % month).fetchall())
    names = [n for n in CORRECTED if versions.get(n, MEASURES[n].version) == MEASURES[n].version]
    wanted = _counted(db, month, zone, now_ms, names)
    held = [cell for cell in booked(db.execute, [month]) if cell.measure in names]
    changed = _difference(wanted, held)
    _book(db, changed, now_ms, correction=True)
    return len(changed)


def _counted(
    db: Database, month: int, zone: ZoneInfo, now_ms: int, names: Iterable[str]
) -> list[Cell]:
    bucket = periods.whole(periods.month(month), zone)._replace(name=month)
    ledger = Ledger(db.execute, spans(db.execute, zone), now_ms)
    return count(ledger, names, [bucket])


def _difference(wanted: Iterable[Cell], held: Iterable[Cell]) -> list[Cell]:
    """A machine that has moved since keeps the place at which it was booked."""
    held = list(held)
    sites = {cell.device: cell.site for cell in held if cell.device}
    sums: Counter[Cell] = Counter()
    for sign, cells in ((1, wanted), (-1, held)):
        for cell in cells:
            site = sites.get(cell.device, cell.site)
            sums[cell._replace(site=site, value=0)] += sign * cell.value
    return [cell._replace(value=value) for cell, value in sorted(sums.items()) if value]


def _book(db: Database, cells: Iterable[Cell], now_ms: int, *, correction: bool) -> None:
    db.executemany(
        _BOOK,
        [
            (
                cell.bucket,
                cell.measure,
                MEASURES[cell.measure].version,
                cell.site,
                cell.device,
                cell.audience,
                cell.class_,
                cell.value,
                int(correction),
                now_ms,
            )
            for cell in cells
        ],
    )


def _list(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers)) or "0"
