"""The figures equal a count by hand, whatever happened and however late it was told."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.reports import periods
from broker.reports.build import build
from broker.reports.cells import Ledger, count
from broker.reports.layouts import BY_NAME
from broker.reports.measures import AT_THE_END
from broker.reports.periods import Period
from broker.reports.places import spans
from tests.broker.desk import MINUTE_MS, START_MS, TAGS, Desk
from tests.broker.reports.town import (
    COPIES,
    Counted,
    Event,
    by_hand,
    stock,
    tell,
    town,
)  # fmt: skip

ZONE = ZoneInfo("Asia/Shanghai")
COPIES_OF_LIBRARY = len(TAGS) - COPIES  # Those that no event names stay where they are.
DAYS = 40
PERIOD = Period(date(2026, 11, 1), date(2027, 1, 31))
NOW_MS = START_MS + 80 * 24 * 60 * MINUTE_MS
COUNTED = ("loans", "returns", "circulating_visits")

AT_CASES = ("took", "put", "stocked", "removed", "gone", "back")
EVENTS = st.lists(
    st.builds(
        Event,
        st.integers(1, DAYS * 1440),
        st.sampled_from(("bc01", "bc02")),
        st.sampled_from(AT_CASES),
        st.integers(1, COPIES),
        st.integers(0, 1),
    )
    | st.builds(
        Event,
        st.integers(1, DAYS * 1440),
        st.just("kx01"),
        st.sampled_from(("lent", "returned")),
        st.integers(1, COPIES),
        st.integers(0, 1),
    ),
    max_size=14,
    unique_by=lambda event: event.minute,
)
PARTS = st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(1, 4))


def ledger(desk: Desk) -> Ledger:
    return Ledger(desk.db.execute, spans(desk.db.execute, ZONE), NOW_MS)


def tallied(entries: Sequence[Counted]) -> Counter[tuple[int, str, str, str, str]]:
    found: Counter[tuple[int, str, str, str, str]] = Counter()
    for bucket in periods.by_month(PERIOD, ZONE):
        for entry in entries:
            if bucket.begin_ms <= entry.at_ms < bucket.end_ms:
                place = (entry.measure, entry.site, entry.device, entry.audience)
                found[bucket.name, *place] += 1
    return found


def expect_figures_as_by_hand(desk: Desk, events: Sequence[Event]) -> None:
    buckets = periods.by_month(PERIOD, ZONE)
    found: Counter[tuple[int, str, str, str, str]] = Counter()
    for cell in count(ledger(desk), COUNTED, buckets):
        found[cell.bucket, cell.measure, cell.site, cell.device, cell.audience] += cell.value
    assert found == tallied(by_hand(events, desk))
    for bucket in buckets:
        held = Counter({("stock", "lib01"): COPIES - len(TAGS)})
        for cell in count(ledger(desk), AT_THE_END, [bucket]):
            held[cell.measure, cell.site] += cell.value
        assert +held == stock(events, desk, bucket.end_ms)


@settings(deadline=None)
@given(EVENTS, PARTS)
def test_figures_equal_a_count_by_hand(
    tmp_path_factory: pytest.TempPathFactory, events: list[Event], parts: tuple[int, int, int]
) -> None:
    desk = Desk(tmp_path_factory.mktemp("ledger"))
    town(desk)
    tell(desk, events, parts, NOW_MS)

    expect_figures_as_by_hand(desk, events)
    desk.db.close()


STORY = (
    Event(10, "bc01", "took", 1, 0),
    Event(12, "bc01", "took", 2, 0),
    Event(3000, "bc02", "put", 1, 1),
    Event(3005, "bc02", "took", 3, 1),  # It came from elsewhere: nobody saw it leave.
    Event(9000, "kx01", "returned", 2, 0),
    Event(9001, "kx01", "lent", 2, 1),
    Event(9005, "kx01", "returned", 2, 1),  # Within ten minutes: it never was a loan.
    Event(20000, "bc01", "removed", 4, 0),
    Event(30000, "bc02", "stocked", 4, 0),
    Event(31000, "bc02", "took", 4, 0),
    Event(40000, "bc01", "took", 4, 1),  # Taken from elsewhere while it was on loan.
)


@pytest.fixture
def told(desk: Desk) -> Desk:
    town(desk)
    tell(desk, STORY, (2, 3, 1), NOW_MS)
    return desk


def test_the_figures_of_a_story_equal_a_count_by_hand(told: Desk) -> None:
    expect_figures_as_by_hand(told, STORY)


def test_turnover_and_uptime_by_place_are_those_by_hand(told: Desk) -> None:
    begin_ms, end_ms = periods.whole(PERIOD, ZONE)[-2:]
    loans = Counter(
        entry.site
        for entry in by_hand(STORY, told)
        if entry.measure == "loans" and begin_ms <= entry.at_ms < end_ms
    )
    held = Counter({"lib01": COPIES_OF_LIBRARY})
    for (measure, site), copies in stock(STORY, told, end_ms).items():
        held[site] += copies if measure in ("stock", "on_loan") else 0

    ask = told.db.execute
    places = build(ask, BY_NAME["sites"], PERIOD, zone=ZONE, now_ms=NOW_MS)
    machines = build(ask, BY_NAME["machines"], PERIOD, zone=ZONE, now_ms=NOW_MS)

    names = [column.key for column in places.layout.columns]
    found = {line.key: dict(zip(names, line.values, strict=True)) for line in places.lines}
    thousandths = {site: round(1000 * loans[site] / held[site]) for site in ("lib01", "st01")}
    assert {site: found[site]["turnover"] for site in thousandths} == thousandths
    # Every machine was connected and answered from its first word on.
    assert {found[site]["uptime"] for site in thousandths} == {1000}
    assert {line.key for line in machines.lines} >= {"bc01", "bc02", "kx01"}


def test_copies_that_were_withdrawn_are_no_stock(told: Desk) -> None:
    bucket = periods.whole(PERIOD, ZONE)
    before = sum(cell.value for cell in count(ledger(told), AT_THE_END, [bucket]))
    told.db.begin()
    told.db.execute(
        "INSERT INTO observation (copy, happened_ms, cause, verb, sure, device, number, place, due,"
        " rule, session, detail) SELECT 7, ?, id, 'withdrawn', 1, 1, 1, 1, 0, '', '', ''"
        " FROM inbox WHERE number = 1 ORDER BY id LIMIT 1",
        (START_MS + 1,),
    )
    told.db.commit()

    assert sum(cell.value for cell in count(ledger(told), AT_THE_END, [bucket])) == before - 1
