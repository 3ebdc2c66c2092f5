"""The grain of all figures: how often something was counted at one place, for one kind of copy.

Live cells are asked of the ledger; those of a closed month are its booked lines (closing.py).
Every figure of a report is a sum of cells, so that both are added up by the same code.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from broker.reports import queries
from broker.reports.measures import AT_THE_END
from broker.reports.periods import Bucket
from broker.reports.uptime import Spans

CIRCULATED = ("loans", "returns", "renewals")
RUNNING = ("served_ms", "expected_ms", "outages")

# Asks one of the statements of queries.py, which have no values.
Rows = Callable[[str], Iterable[Sequence[Any]]]


class Cell(NamedTuple):
    """`device` is empty for what no machine did; `audience` is `both` for a visit with copies of
    both; `class_` is the first letter of the classification."""

    bucket: int
    measure: str
    site: str
    device: str
    audience: str
    class_: str
    value: int


class Ledger(NamedTuple):
    """What live cells are counted from."""

    rows: Rows
    spans: Spans
    now_ms: int


def count(ledger: Ledger, measures: Iterable[str], buckets: Sequence[Bucket]) -> list[Cell]:
    """Return the cells of counted measures in each bucket; a cell of nothing is left out."""
    wanted = set(measures)
    found: list[Cell] = []
    if wanted & set(CIRCULATED):
        found += _cells(ledger.rows(queries.circulation(buckets)))
    if "circulating_visits" in wanted:
        found += _cells(ledger.rows(queries.visits(buckets)))
    if "cards_issued" in wanted:
        found += _cells(ledger.rows(queries.cards(buckets)))
    if wanted & set(AT_THE_END):
        for bucket in buckets:
            if bucket.begin_ms <= ledger.now_ms:
                found += _cells(ledger.rows(queries.held(bucket, now_ms=ledger.now_ms)))
    if wanted & set(RUNNING):
        found += _running(ledger, buckets)
    return [cell for cell in found if cell.measure in wanted and cell.value]


def _cells(rows: Iterable[Sequence[Any]]) -> list[Cell]:
    return [Cell(*row) for row in rows]


def _running(ledger: Ledger, buckets: Sequence[Bucket]) -> list[Cell]:
    return [
        Cell(bucket.name, measure, machine.site, machine.device, "", "", value)
        for bucket in buckets
        for machine in ledger.spans
        for measure, value in zip(RUNNING, machine.between(bucket, ledger.now_ms), strict=True)
    ]
