"""The library's printed year, at a scale of 1 : 4000, comes out of the ledger as it went in."""

import csv
from typing import NamedTuple
from zoneinfo import ZoneInfo

from broker.reports import forms, periods
from broker.reports.build import build
from broker.reports.layouts import BY_NAME
from hw_sim.year import printed
from tests.broker.desk import READERS, START_MS, TAGS, Desk, Machine
from tests.broker.reports.town import town

ZONE = ZoneInfo("Asia/Shanghai")
PRINTED = printed.DATA / "circulation_by_month.csv"
SCALE = 4000  # Printed items for each book that is borrowed and brought back: two items of ours.
YEAR = 2027  # The test's ledger begins in 2026.
HALF_HOUR_MS = 1_800_000
ADULT, JUVENILE = TAGS[0], TAGS[1]


class Month(NamedTuple):
    """Books that were borrowed and brought back."""

    number: int
    all: int
    juvenile: int
    street: int


def months() -> list[Month]:
    with PRINTED.open() as file:
        return [
            Month(
                YEAR * 100 + int(row["month"]),
                round(int(row["items_circulated"]) / SCALE),
                round(int(row["items_circulated_juvenile"]) / SCALE),
                round(int(row["items_circulated_street_branches"]) / SCALE),
            )
            for row in csv.DictReader(file)
        ]


def borrowed(machine: Machine, tag: str, number: int, count: int, minute: int) -> None:
    """Within a month a book is taken and brought back, again and again."""
    at = periods.whole(periods.month(number), ZONE).begin_ms - START_MS + minute * 60_000
    for _time in range(count):
        for verb in ("took", "put"):
            session = f"1.{len(machine.records)}"
            machine.session(at, READERS[0], id=session, **{verb: [tag]})
            at += HALF_HOUR_MS


def test_the_monthly_report_prints_the_year(desk: Desk) -> None:
    town(desk)
    own, street = Machine("bc01"), Machine("bc02")
    for month in months():
        borrowed(own, ADULT, month.number, month.all - month.juvenile, 1)
    for month in months():
        borrowed(street, TAGS[2], month.number, month.street, 1)
    children = Machine("kx01")
    for month in months():
        at = periods.whole(periods.month(month.number), ZONE).begin_ms - START_MS
        for _time in range(month.juvenile):
            visit = f"1.{len(children.records)}"
            body = {"visit": visit, "reader": READERS[1], "tag": JUVENILE, "due": 20280101}
            children.fact("lent", uptime_ms=at, **body)
            children.fact("returned", uptime_ms=at + HALF_HOUR_MS, visit=f"{visit}b", tag=JUVENILE)
            at += 2 * HALF_HOUR_MS
    end_ms = periods.whole(periods.year(YEAR), ZONE).end_ms
    for machine in (own, street, children):
        desk.hear(machine.says("hello", machine.hello(), START_MS))
        for first in range(1, len(machine.records) + 1, 20):
            last = min(first + 19, len(machine.records))
            desk.hear(machine.says("fact", machine.payload(first, last), end_ms))
        beat = b'{"uptime_ms": 1, "unacked": 0}'
        desk.hear(machine.says("beat", beat, end_ms))

    report = build(
        desk.db.execute, BY_NAME["monthly"], periods.year(YEAR), zone=ZONE, now_ms=end_ms
    )

    rows = list(csv.DictReader(forms.csv_bytes(report, "en").decode().splitlines()))
    found = [
        (
            int(row["month"]),
            int(row["items_circulated"]),
            int(row["items_circulated_juvenile"]),
            int(row["items_circulated_street_branches"]),
            int(row["visits_circulating"]),
        )
        for row in rows
    ]
    assert found == [
        (m.number, 2 * m.all, 2 * m.juvenile, 2 * m.street, 2 * m.all) for m in months()
    ]
    assert [int(row["loans"]) for row in rows] == [m.all for m in months()]
    assert report.final
