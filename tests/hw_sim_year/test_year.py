"""The year at a two-hundredth of its size, through the real service: all that is said of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from broker.ledger import audit
from hw_sim.year import judge, page, printed, tables, telling
from hw_sim.year.events import PROBES
from hw_sim.year.replay import Outcome, Year
from hw_sim.year.stock import Loan

SHARE = 0.005
# Announcements of which the calendar's file knew before: a rule, and the end of a closure.
KNOWN_BEFORE = (20201027, 20201112)


class Run(NamedTuple):
    year: Year
    outcome: Outcome


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    year = Year(tmp_path_factory.mktemp("year"), seed=1, share=SHARE)
    for _progress in year.run():
        pass
    return Run(year, year.outcome())


def lived(year: Year, until: str) -> Iterator[None]:
    """Replay until a day has begun, and stop there as Ctrl-C would."""
    for progress in year.run():
        if progress.what == until:
            return
        yield


def test_every_printed_figure_comes_out_of_the_ledger(run: Run) -> None:
    assert [pair for pair in run.outcome.pairs if pair.printed != pair.reported] == []
    assert len(run.outcome.pairs) == 12 * 7
    assert run.outcome.violations == 0


def test_the_year_lends_what_was_printed_of_loans(run: Run) -> None:
    levels = run.year.report("monthly")
    loans = [column.key for column in levels.layout.columns].index("loans")

    wanted = round((printed.LOANS - printed.LOANS_JUVENILE) * SHARE) + round(
        printed.LOANS_JUVENILE * SHARE
    )
    assert levels.total.values[loans] == wanted
    assert levels.final


def test_each_announcement_takes_effect_on_its_day(run: Run) -> None:
    assert [one.probe for one in run.outcome.answered] == list(PROBES)
    assert [str(one) for one in run.outcome.answered if one.is_wrong] == []
    assert {probe.day for probe in PROBES} == {event.day for event in printed.events()}


def test_the_ledger_keeps_which_calendar_was_in_force_when(run: Run) -> None:
    ((texts,),) = run.year.service.db.execute("SELECT COUNT(*) FROM calendar").fetchall()

    assert texts == 1 + len(printed.events()) - len(KNOWN_BEFORE)


def test_a_page_tells_it(run: Run, tmp_path: Path) -> None:
    figures = {"figures_equal": 84, "figures": 84, "share": SHARE, "seed": 1, "violations": 0}

    told = telling.blocks(run.year, run.outcome, figures | {"cpu_s": 1, "took_s": 1})
    page.write_html(tmp_path, told)
    page.write_markdown(tmp_path, told)

    said = (tmp_path / page.MARKDOWN).read_text()
    january = next(line for line in said.splitlines() if line.startswith("| Jan"))
    assert january.split(" | ")[1] == str(printed.months(SHARE)[0].items)
    drawn = sorted(path.name for path in tmp_path.glob("*.svg"))
    assert all(f"]({name})" in said for name in drawn)
    assert (tmp_path / page.HTML).read_text().count("<svg") == len(drawn) == 5


def test_a_run_that_is_stopped_leaves_a_whole_ledger_and_the_same_seed_the_same_one(
    tmp_path: Path,
) -> None:
    digests = []
    for seed in (1, 1, 2):
        folder = tmp_path / str(len(digests))
        folder.mkdir()
        year = Year(folder, seed=seed, share=SHARE)
        list(lived(year, "2019-12-20"))
        law = year.service.law
        assert audit.check(folder, law.day, rules=law.rules) == []
        digests.append(judge.digest(year.service.db))

    assert digests[0] == digests[1] != digests[2]


def test_a_ledger_that_says_something_else_is_told_of(tmp_path: Path) -> None:
    year = Year(tmp_path, seed=1, share=SHARE)
    list(lived(year, "2019-12-10"))
    stock, db = year._stock, year.service.db
    before = list(judge.differences(db, stock, 0))
    copy, loan = next(iter(stock.loans.items()))

    stock.loans[copy] = Loan(loan.account + 1, loan.due, loan.stream)

    found = list(judge.differences(db, stock, 1_575_129_600_000))
    assert any(line.startswith(f"copy {copy}: loan") for line in found)
    assert any(line.startswith(f"copy {copy}: place") for line in found)
    assert len(found) == 2 and len(before) > 2


def test_a_report_that_says_something_else_is_told_of(run: Run) -> None:
    months = printed.months(SHARE)
    months[4] = months[4]._replace(visits=months[4].visits + 1)

    pairs = tables.pairs(run.year.report("monthly"), months)

    wrong = [(pair.month, pair.column) for pair in pairs if pair.printed != pair.reported]
    assert wrong == [(5, "visits_circulating")]
