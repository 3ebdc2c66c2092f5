"""A report: a layout filled with the figures of a period, and all that makes them trustworthy."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from broker.reports import closing, periods
from broker.reports.cells import Cell, Ledger, Rows, count
from broker.reports.layouts import Column, Layout
from broker.reports.measures import AT_THE_END, MEASURES, Measure, parts, value
from broker.reports.periods import Bucket, Period
from broker.reports.places import NOWHERE, Places, places, spans
from broker.reports.rules import in_force
from broker.reports.waiting import Waiting, waiting

# What lines of a dimension with a few fixed words are called.
NAMES = {
    "city": ("市级", "city"),
    "district": ("区级", "district"),
    "street": ("街镇", "street"),
    "bookcase": ("书柜", "bookcase"),
    "kiosk": ("借还机", "loan machine"),
    "desk": ("服务台", "staff's desk"),
    "adult": ("成人", "adult"),
    "juvenile": ("少儿", "juvenile"),
    "both": ("成人与少儿", "adult and juvenile"),
    "": ("未分", "none"),
}


class Line(NamedTuple):
    """A row of figures; one is None where it has no value."""

    key: str
    zh: str
    en: str
    values: tuple[int | None, ...]


class Report(NamedTuple):
    """`final` when only a correction can change it; `rules` are those in force, by sha256."""

    layout: Layout
    period: Period
    lines: list[Line]
    total: Line
    final: bool
    waiting: list[Waiting]
    closed: list[closing.Closed]
    corrections: list[closing.Correction]
    rules: list[str]
    measures: list[Measure]
    made_ms: int
    zone: ZoneInfo


def build(rows: Rows, layout: Layout, period: Period, *, zone: ZoneInfo, now_ms: int) -> Report:
    """Count what a layout shows of a period: closed months as booked, the rest live."""
    known = places(rows)
    buckets = _buckets(layout, period, zone)
    end = _standing(buckets, now_ms)
    whole = periods.whole(period, zone)
    named = {bucket.name for bucket in buckets} & set(_months(layout, period))
    closed = [month for number, month in closing.months(rows).items() if number in named]
    numbers = [month.month for month in closed]
    ledger = Ledger(rows, spans(rows, zone), now_ms)
    cells = _cells(ledger, layout, buckets, numbers, end)
    unknown = waiting(rows, whole.end_ms, now_ms)
    booked_all = len(numbers) == len(period.months()) and period.whole_months()
    return Report(
        layout=layout,
        period=period,
        lines=_lines(layout, buckets, cells, known, end),
        total=Line("", "合计", "total", _values(layout, _last(cells, end), known)),
        final=booked_all and not any(month.waiting for month in closed) or not unknown,
        waiting=unknown,
        closed=closed,
        corrections=closing.corrections(rows, numbers),
        rules=in_force(rows, whole.begin_ms, whole.end_ms),
        measures=[MEASURES[name] for name in dict.fromkeys(c.measure for c in layout.columns)],
        made_ms=now_ms,
        zone=zone,
    )


def _buckets(layout: Layout, period: Period, zone: ZoneInfo) -> list[Bucket]:
    """Whole months are counted month by month, since each may be closed."""
    if layout.line == "day":
        return periods.by_day(period, zone)
    if layout.line == "month" or period.whole_months():
        return periods.by_month(period, zone)
    return [periods.whole(period, zone)]


def _months(layout: Layout, period: Period) -> list[int]:
    """Return the months of which booked figures may be shown: whole ones, not days."""
    if layout.line == "day":
        return []
    return [n for n in period.months() if _within(periods.month(n), period)]


def _within(inner: Period, outer: Period) -> bool:
    return outer.first <= inner.first and inner.last <= outer.last


def _standing(buckets: Sequence[Bucket], now_ms: int) -> Bucket:
    """Return the last bucket that has begun: at its end stands what a report shows as standing."""
    begun = [bucket for bucket in buckets if bucket.begin_ms <= now_ms]
    return begun[-1] if begun else buckets[0]


def _cells(
    ledger: Ledger,
    layout: Layout,
    buckets: Sequence[Bucket],
    closed: Sequence[int],
    end: Bucket,
) -> list[Cell]:
    """Return what is booked of the closed months, and count the rest."""
    names = {part for column in layout.columns for part in parts(column.measure)}
    live = [bucket for bucket in buckets if bucket.name not in closed]
    cells = [cell for cell in closing.booked(ledger.rows, closed) if cell.measure in names]
    standing = names & set(AT_THE_END)
    if live:
        cells += count(ledger, names - standing, live)
    # Where months are no lines, only the last one's end is shown.
    ends = live if layout.line == "month" else [b for b in live if b is end]
    if standing and ends:
        cells += count(ledger, standing, ends)
    return cells


def _last(cells: Iterable[Cell], end: Bucket) -> list[Cell]:
    """Leave out what stood at the end of a month that is not the last one."""
    return [cell for cell in cells if cell.bucket == end.name or cell.measure not in AT_THE_END]


def _lines(
    layout: Layout, buckets: Sequence[Bucket], cells: Iterable[Cell], known: Places, end: Bucket
) -> list[Line]:
    timed = layout.line in ("month", "day")
    groups: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells if timed else _last(cells, end):
        groups[known.word(cell, layout.line)].append(cell)
    if timed:
        keys = [str(bucket.name) for bucket in buckets]
    elif layout.line in ("site", "machine"):
        everyone = known.everyone(layout.line)
        keys = [*everyone, *sorted(groups.keys() - set(everyone))]
    else:
        keys = sorted(groups)
    return [
        Line(key, *_name(key, layout.line, known), _values(layout, groups[key], known))
        for key in keys
    ]


def _values(layout: Layout, cells: Sequence[Cell], known: Places) -> tuple[int | None, ...]:
    return tuple(_figure(column, cells, known) for column in layout.columns)


def _figure(column: Column, cells: Iterable[Cell], known: Places) -> int | None:
    sums: Counter[str] = Counter()
    for cell in cells:
        if all(known.word(cell, dimension) in words for dimension, words in column.only):
            sums[cell.measure] += cell.value
    return value(column.measure, sums)


def _name(key: str, line: str, known: Places) -> tuple[str, str]:
    if line == "month":
        return f"{key[:4]}年{int(key[4:])}月", f"{key[:4]}-{key[4:]}"
    if line == "day":
        return (f"{key[:4]}-{key[4:6]}-{key[6:]}",) * 2
    if line == "site":
        site = known.sites.get(key, NOWHERE)
        return site.name_zh, site.name_en
    if line == "machine" and key in known.devices:
        site = known.sites[known.devices[key].site]
        return f"{key} {site.name_zh}", f"{key} {site.name_en}"
    return NAMES.get(key, (key, key))
