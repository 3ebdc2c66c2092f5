"""How the printed months are spread: nothing is lost, and nothing happens that was forbidden."""

from pathlib import Path

import pytest

from broker import law
from broker.circulation import calendar
from hw_sim.year import printed, quotas
from hw_sim.year.service import known

CALENDAR = calendar.parse((Path(law.BUILT_IN) / law.CALENDAR).read_text())


def plans(share: float) -> dict[quotas.Stream, list[quotas.Quota]]:
    return quotas.plans(printed.months(share), CALENDAR, share)


@pytest.mark.parametrize("share", [1.0, 0.1, 0.01, 0.005])
def test_the_days_of_a_month_are_the_month(share: float) -> None:
    found = plans(share)

    for month in printed.months(share):
        sums = {
            stream: [
                sum(q[field] for q in plan if (q.day.year, q.day.month) == (2020, month.number))
                for field in (1, 2)
            ]
            for stream, plan in found.items()
        }
        young, grown = sums["own", "juvenile"], sums["own", "adult"]
        assert young == [month.visits_juvenile, month.items_juvenile]
        assert [a + b for a, b in zip(young, grown, strict=True)] == [month.visits, month.items]
        assert sums["street", "juvenile"][1] + sums["street", "adult"][1] == month.street


def test_the_yearly_loans_are_those_printed() -> None:
    found = plans(1.0)

    year = {
        kind: [q for q in found["own", kind] if q.day.year == printed.YEAR]
        for kind in printed.AUDIENCES
    }
    loans = {kind: sum(q.loans for q in plan) for kind, plan in year.items()}
    returns = {kind: sum(q.returns for q in plan) for kind, plan in year.items()}
    assert loans == {"adult": 246_100, "juvenile": 193_200}
    # Printed in hundreds: 448,100 in all, of which 196,900 juvenile.
    assert round(sum(returns.values()), -2) == 448_100
    assert round(returns["juvenile"], -2) == 196_900


def test_nothing_is_lent_while_lending_is_closed_and_nothing_comes_back_that_is_not_out() -> None:
    for (_place, kind), plan in plans(1.0).items():
        out = 0
        for quota in plan:
            day = quotas.number_of(quota.day)
            assert quota.returns <= out
            assert not quota.loans or CALENDAR.open_on("lend", kind, quotas.ANY_KIOSK, day)
            assert quota.visits <= quota.items
            out += quota.loans - quota.returns


def test_whole_numbers_in_proportion_have_the_sum() -> None:
    assert quotas.apportioned(10, [1, 1, 1]) == [4, 3, 3]
    assert quotas.apportioned(2, [0, 5, 0]) == [0, 2, 0]


def test_an_earlier_day_knows_the_lines_of_its_time_under_their_numbers() -> None:
    march = calendar.parse(known(20200323))

    assert not march.open_on("lend", "adult", quotas.ANY_KIOSK, 20200401)
    assert march.lines == CALENDAR.as_of(20200323).lines
    assert calendar.parse(known(20191201)).open_on("return", "adult", quotas.ANY_KIOSK, 20200201)
