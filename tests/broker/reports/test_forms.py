"""What a report looks like on paper and in a terminal, and by which definitions it counts."""

from hashlib import sha256

import pytest

from broker.reports import chart, forms, queries
from broker.reports.layouts import BY_NAME, LAYOUTS
from broker.reports.measures import COUNTED, DERIVED, FORMULAS, MEASURES, parts, value
from broker.reports.periods import Bucket

BUCKET = Bucket(1, 2, 3)
# A definition that is changed takes a new version: then both change here.
PINNED = {
    ("circulation", "loans v1, returns v1, renewals v1"): "0f404e8bd3393292",
    ("visits", "circulating_visits v1"): "55106afe8b6f606c",
    ("cards", "cards_issued v1"): "2fd979540650977c",
    ("held", "stock v1, on_loan v1, underway v1, missing v1"): "1bf64b2098e74357",
}


def told() -> dict[str, str]:
    return {
        "circulation": queries.circulation([BUCKET]),
        "visits": queries.visits([BUCKET]),
        "cards": queries.cards([BUCKET]),
        "held": queries.held(BUCKET, now_ms=9) + queries.held(BUCKET, now_ms=0),
    }


def test_a_definition_that_changes_takes_a_new_version() -> None:
    said = {
        (name, versions): sha256(" ".join(told()[name].split()).encode()).hexdigest()[:16]
        for name, versions in PINNED
    }
    versions = {
        f"{m.name} v{m.version}" for m in COUNTED if m.name in "".join(v for _n, v in PINNED)
    }

    assert said == PINNED
    assert versions == {word for _name, words in PINNED for word in words.split(", ")}


def test_every_column_is_a_measure_and_every_formula_is_of_counted_ones() -> None:
    counted = {measure.name for measure in COUNTED}

    assert {column.measure for layout in LAYOUTS for column in layout.columns} <= MEASURES.keys()
    assert all(set(parts(measure.name)) <= counted for measure in DERIVED)
    assert FORMULAS.keys() == {measure.name for measure in DERIVED}
    assert all(layout.drawn in [column.key for column in layout.columns] for layout in LAYOUTS)


def test_the_monthly_report_has_the_yearbooks_own_columns() -> None:
    keys = [column.key for column in BY_NAME["monthly"].columns]

    assert {
        "items_circulated", "items_circulated_juvenile", "visits_circulating",
        "visits_circulating_juvenile", "items_circulated_street_branches", "new_cards",
        "new_cards_juvenile",
    } <= set(keys)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "sums", "expected"),
    [
        ("turnover", {"loans": 7, "stock": 3, "on_loan": 1}, 1750),
        ("turnover", {"loans": 7, "stock": 0, "on_loan": 0}, None),
        ("uptime", {"served_ms": 2, "expected_ms": 3}, 667),
        ("loans_plus_returns", {"loans": 7, "returns": 5}, 12),
    ],
)
def test_ratios_are_of_sums(name: str, sums: dict[str, int], expected: int | None) -> None:
    assert value(name, sums) == expected


@pytest.mark.parametrize(
    ("figure", "measure", "shown"),
    [
        (1234567, "loans", "1,234,567"),
        (998, "uptime", "99.8 %"),
        (1523, "turnover", "1.52"),
        (None, "turnover", "–"),
    ],
)
def test_figures_as_people_read_them(figure: int | None, measure: str, shown: str) -> None:
    assert forms.shown(figure, measure) == shown


@pytest.mark.parametrize(("highest", "top"), [(0, 2), (9, 10), (54, 60), (180474, 200000)])
def test_a_chart_ends_at_a_round_number(highest: int, top: int) -> None:
    drawn = chart.standing(["1", "2"], [highest, 0])

    assert [tick.value for tick in drawn.ticks] == [0, top // 2, top]
    assert all(0 <= bar.height <= chart.HEIGHT for bar in drawn.bars)
