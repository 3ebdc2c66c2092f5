"""The printed table beside the one that the product's own report makes from the ledger."""

from typing import NamedTuple

from broker.ledger.store import Database
from broker.reports import periods
from broker.reports.build import Report, build
from broker.reports.layouts import BY_NAME
from broker.reports.periods import Period
from hw_sim.year.printed import YEAR, Month
from hw_sim.year.visits import ZONE

# Column of the report: field of the printed month.
COLUMNS = (
    ("items_circulated", "items"),
    ("items_circulated_juvenile", "items_juvenile"),
    ("visits_circulating", "visits"),
    ("visits_circulating_juvenile", "visits_juvenile"),
    ("items_circulated_street_branches", "street"),
    ("new_cards", "cards"),
    ("new_cards_juvenile", "cards_juvenile"),
)


class Pair(NamedTuple):
    month: int
    column: str
    printed: int
    reported: int


def report(db: Database, name: str, now_ms: int, period: Period | None = None) -> Report:
    """Return one of the product's reports over a period, or over the year."""
    asked = period or periods.year(YEAR)
    return build(db.execute, BY_NAME[name], asked, zone=ZONE, now_ms=now_ms)


def pairs(monthly: Report, printed: list[Month]) -> list[Pair]:
    """Return every printed figure with the reported one, month by month."""
    keys = [column.key for column in monthly.layout.columns]
    found = []
    for line, month in zip(monthly.lines, printed, strict=True):
        values = dict(zip(keys, line.values, strict=True))
        said = month._asdict()
        found += [
            Pair(month.number, column, said[field], values[column] or 0)
            for column, field in COLUMNS
        ]
    return found
