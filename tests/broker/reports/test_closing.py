"""A closed month stays as it was published; what comes late is a line with its own date."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from broker.ledger import store
from broker.reports import periods
from broker.reports.build import Report, build
from broker.reports.closing import NotClosed, close, correct
from broker.reports.layouts import BY_NAME
from tests.broker.desk import MINUTE_MS, READERS, START_MS, TAGS, Desk, Machine
from tests.broker.reports.town import town

ZONE = ZoneInfo("Asia/Shanghai")
NOVEMBER, DECEMBER = 202611, 202612
DAY_MS = 24 * 60 * MINUTE_MS
CLOSED_MS = periods.whole(periods.month(NOVEMBER), ZONE).end_ms + DAY_MS
LATE_MS = CLOSED_MS + 5 * DAY_MS


@pytest.fixture
def month(desk: Desk) -> tuple[Desk, Machine, Machine]:
    """Two bookcases spoke in November; the second one has a loan that it has not told."""
    town(desk)
    one, two = Machine("bc01"), Machine("bc02")
    one.session(60_000, READERS[0], took=[TAGS[0], TAGS[1]])
    two.session(120_000, READERS[1], took=[TAGS[2]])
    for machine in (one, two):
        desk.hear(machine.says("hello", machine.hello()))
    desk.hear(one.says("fact", one.payload(), START_MS + MINUTE_MS))
    for machine in (one, two):
        beat = b'{"uptime_ms": 1, "unacked": 0}'
        desk.hear(machine.says("beat", beat, CLOSED_MS))
    return desk, one, two


def shut(desk: Desk, number: int, now_ms: int, *, anyway: bool = False) -> None:
    desk.db.begin()
    try:
        close(desk.db, number, zone=ZONE, now_ms=now_ms, actor="ann", anyway=anyway)
        desk.db.commit()
    finally:
        if desk.db.in_transaction:
            desk.db.rollback()


def set_right(desk: Desk, number: int, now_ms: int) -> int:
    desk.db.begin()
    changed = correct(desk.db, number, zone=ZONE, now_ms=now_ms)
    desk.db.commit()
    return changed


def shown(desk: Desk, now_ms: int, layout: str = "machines") -> Report:
    period = periods.Period(date(2026, 11, 1), date(2026, 11, 30))
    return build(desk.db.execute, BY_NAME[layout], period, zone=ZONE, now_ms=now_ms)


def loans(report: Report) -> dict[str, int | None]:
    return {line.key: line.values[0] for line in report.lines if line.values[0]}


def test_a_closed_month_is_final_and_says_by_which_definitions(
    month: tuple[Desk, Machine, Machine],
) -> None:
    desk, _one, _two = month
    shut(desk, NOVEMBER, CLOSED_MS)

    report = shown(desk, CLOSED_MS)

    assert report.final
    assert loans(report) == {"bc01": 2}
    assert [closed.actor for closed in report.closed] == ["ann"]
    assert [(m.name, m.version) for m in report.measures][:2] == [("loans", 1), ("returns", 1)]
    assert report.rules == ["x"]


def test_a_late_fact_changes_a_closed_month_only_by_a_dated_line(
    month: tuple[Desk, Machine, Machine],
) -> None:
    desk, _one, two = month
    shut(desk, NOVEMBER, CLOSED_MS)
    desk.hear(two.says("fact", two.payload(), LATE_MS))
    published = shown(desk, LATE_MS)

    changed = set_right(desk, NOVEMBER, LATE_MS)

    assert loans(published) == {"bc01": 2}
    report = shown(desk, LATE_MS)
    assert loans(report) == {"bc01": 2, "bc02": 1}
    lines = {(c.measure, c.value) for c in report.corrections if c.recorded_ms == LATE_MS}
    assert {("loans", 1), ("circulating_visits", 1)} <= lines
    assert changed > 0
    assert set_right(desk, NOVEMBER, LATE_MS + 1) == 0
    assert shown(desk, LATE_MS) == report


def test_what_was_published_is_never_changed(month: tuple[Desk, Machine, Machine]) -> None:
    desk, _one, _two = month
    shut(desk, NOVEMBER, CLOSED_MS)

    for statement in (
        "UPDATE report_line SET value = value + 1",
        "DELETE FROM report_line",
        "UPDATE report_month SET actor = 'ben'",
    ):
        with pytest.raises(store.CONFLICTS, match="never"):
            desk.db.execute(statement)


@pytest.mark.parametrize(
    ("number", "now_ms", "why"),
    [
        (DECEMBER, CLOSED_MS, "not over"),
        (NOVEMBER, CLOSED_MS + 40 * DAY_MS, "is closed"),
    ],
)
def test_a_month_that_is_closed_or_not_over_is_not_closed(
    month: tuple[Desk, Machine, Machine], number: int, now_ms: int, why: str
) -> None:
    desk, _one, _two = month
    shut(desk, NOVEMBER, CLOSED_MS)

    with pytest.raises(NotClosed, match=why):
        shut(desk, number, now_ms)


def test_a_month_waits_for_every_machine_that_may_still_tell_of_it(
    month: tuple[Desk, Machine, Machine],
) -> None:
    desk, _one, two = month
    desk.hear(two.says("beat", b'{"uptime_ms": 1, "unacked": 1}', CLOSED_MS))

    assert not shown(desk, CLOSED_MS).final
    with pytest.raises(NotClosed, match="bc02 has 1 records to tell"):
        shut(desk, NOVEMBER, CLOSED_MS)
    shut(desk, NOVEMBER, CLOSED_MS, anyway=True)
    report = shown(desk, CLOSED_MS)
    assert not report.final
    assert [closed.waiting for closed in report.closed] == [["bc02 has 1 records to tell"]]


def test_a_machine_that_moved_keeps_its_figures_where_they_were_booked(
    month: tuple[Desk, Machine, Machine],
) -> None:
    desk, _one, _two = month
    shut(desk, NOVEMBER, CLOSED_MS)
    desk.db.execute("UPDATE device SET site = 'st01' WHERE name = 'bc01'")

    assert set_right(desk, NOVEMBER, LATE_MS) == 0
    assert loans(shown(desk, LATE_MS, "sites")) == {"lib01": 2}


def test_the_days_of_a_closed_month_are_counted_live(
    month: tuple[Desk, Machine, Machine],
) -> None:
    desk, _one, two = month
    shut(desk, NOVEMBER, CLOSED_MS)
    desk.hear(two.says("fact", two.payload(), LATE_MS))

    assert sum(line.values[0] or 0 for line in shown(desk, LATE_MS, "daily").lines) == 3


def test_what_stands_is_shown_while_the_year_is_not_over(
    month: tuple[Desk, Machine, Machine],
) -> None:
    desk, _one, _two = month
    year = periods.year(2026)

    report = build(desk.db.execute, BY_NAME["holdings"], year, zone=ZONE, now_ms=START_MS + DAY_MS)

    assert report.total.values == (38, 2, 0, 0)
