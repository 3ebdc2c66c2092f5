"""`ledger explain` on a copy with a contested history, and on its readers."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from broker.ledger import database
from broker.ledger.explain import Explanation
from tests.broker.contract.counter import ANN, BEN, BOOK, DAY_MIN, LATER_MIN, Counter

BARCODE, ANNS_CARD = "MH00000001", "SG00000001"


def explained(counter: Counter, ref: str, language: str = "en") -> str:
    engine = database.open_reader(counter.desk.folder, counter.desk.url)
    told = Explanation(engine, ZoneInfo("Asia/Shanghai"), language)
    lines = told.of(ref)
    engine.dispose()
    return "\n".join(lines)


@pytest.fixture
def contested(counter: Counter) -> Counter:
    """Ann borrowed, renewed and returned at a machine that was offline; Ben took it after."""
    counter.session("bc01", 5, ANN, took=[BOOK], due=20261216)
    counter.tells("bc01", at_min=6)
    counter.say(60, "renewed", reader=ANN, tag=BOOK, due=20270113, line="9: renew adult 28 days")
    counter.session("bc01", 61 * DAY_MIN, BEN, took=[BOOK], due=20270301)
    counter.tells("bc01", at_min=61 * DAY_MIN + 1)
    case = counter.case("inferred")
    counter.settle(62 * DAY_MIN, case, "waive", reason="the kiosk had no network")
    counter.say(63 * DAY_MIN, "declared", tag=BOOK, what="damaged", reason="coffee")
    counter.session("bc02", 60, ANN, put=[BOOK])
    counter.tells("bc02", at_min=LATER_MIN)
    return counter


def test_a_contested_life_is_told_with_what_was_taken_back(contested: Counter) -> None:
    told = explained(contested, BARCODE)

    for piece in (
        "MH00000001  红楼梦",
        "《红楼梦》 entered the ledger at Library, door 1",
        "borrowed from Library, door 1 by SG****0001",
        "by rule 3: loan any any -> 28 days",
        "renewed until 13 January",
        "by rule 9: renew adult 28 days",
        "must have come back to Library, door 1 unseen",
        "taken back later, on what was learned 2027-06-06",
        "《红楼梦》 returned to Library, door 1; it was with SG****0001",
        "told only 2027-06-06",
        "was overdue, then somebody else took it",
        "li waived it: the kiosk had no network",
        "declared damaged",
        "li: coffee",
        "now: SG****0002, due 1 March",
    ):
        assert piece in told, piece
    assert "SG000000" not in told


def test_the_manual_prints_what_is_told(contested: Counter) -> None:
    manual = (Path(__file__).parents[3] / "docs" / "ledger.md").read_text()

    assert f"```\n{explained(contested, BARCODE)}\n```" in manual
    chinese = explained(contested, BARCODE, "zh").splitlines()
    printed = manual.partition("`--language zh`:\n\n```\n")[2].partition("\n```")[0].splitlines()
    assert len(printed) > 10
    assert set(printed) <= set(chinese)


def test_a_life_is_told_in_chinese(contested: Counter) -> None:
    told = explained(contested, BARCODE, "zh")

    for piece in (
        "续借到 1月13日",
        "依据规则",
        "后来撤回",
        "报为损坏",
        "li 免除：",
        "现在：读者 SG****0002 处",
    ):
        assert piece in told, piece


def test_a_reader_is_told_with_loans_renewals_and_cases(counter: Counter) -> None:
    counter.session("bc01", 5, ANN, took=[BOOK], due=20261216)
    counter.tells("bc01", at_min=6)
    counter.say(60, "renewed", reader=ANN, tag=BOOK, due=20270113)
    counter.say(90, "declared", tag=BOOK, what="claimed")

    told = explained(counter, ANNS_CARD)

    for piece in (
        "reader SG00000001  loans: 1, open: 0",
        "《红楼梦》 MH00000001, said not to have it 2026-11-18",
        "due 13 January, renewals: 1",
        "cases",
        "says not to have 《红楼梦》",
        "open; proposed: Look on the shelves",
    ):
        assert piece in told, piece
    assert "称不在手中" in explained(counter, ANNS_CARD, "zh")


def test_what_nobody_knows_is_said(counter: Counter) -> None:
    told = explained(counter, "MH9")

    assert told == "no copy has the barcode MH9\nno reader has the card MH9"
