"""What is answered to an ask: pure values in, values out."""

from pathlib import Path

import pytest

from broker.circulation import calendar, days, rules
from broker.circulation.decide import Answer, Ask, Book, Reader, masked
from broker.circulation.decide import decide as decide_by
from broker.circulation.terms import Place

RULES = rules.parse(Path(rules.__file__).with_name("minhang.rules").read_text())
CALENDAR = calendar.parse(Path(rules.__file__).with_name("minhang.calendar").read_text())
TODAY = 20261121
ADULT = Reader("adult", "zh", "", "张小明")
BLOCKED = ADULT._replace(blocked="lost")
FREE = Book("A1", "MH00000001", "红楼梦", "曹雪芹", "I242.4", "adult")
STRANGE = Book("FF", "", "", "", "", "any")


def held(count: int) -> tuple[Book, ...]:
    return tuple(
        FREE._replace(tag=f"H{n}", due=20261201, lent=True, mine=True) for n in range(count)
    )


def ask(op: str, reader: Reader | None = ADULT, loans: int = 0, *books: Book) -> Ask:
    return Ask(op, reader, held(loans), books, Place("lib01", "district", "bookcase"))


def decide(asked: Ask, by: rules.Rules, today: int) -> Answer:
    return decide_by(asked, by, CALENDAR, today)


def test_a_door_opens_with_what_is_left_and_the_line_that_says_so() -> None:
    answer = decide(ask("open", loans=3), RULES, TODAY)

    assert answer == {
        "ok": True,
        "line": "11: from 2020-10-27: limit any 15",
        "loans": 3,
        "left": 12,
        "due": 20261219,
        "name": "张*明",
        "language": "zh",
    }


def test_a_reader_at_the_limit_may_still_open_to_return() -> None:
    answer = decide(ask("open", loans=15), RULES, TODAY)

    assert (answer["ok"], answer["left"]) == (True, 0)


@pytest.mark.parametrize("op", ["open", "lend", "renew"])
@pytest.mark.parametrize(("reader", "why"), [(None, "unknown_card"), (BLOCKED, "blocked")])
def test_an_unknown_or_blocked_card_is_refused(op: str, reader: Reader | None, why: str) -> None:
    answer = decide(ask(op, reader), RULES, TODAY)

    assert (answer["ok"], answer["why"]) == (False, why)
    assert "name" not in answer


@pytest.mark.parametrize(
    ("book", "loans", "why", "due"),
    [
        (FREE, 0, "", 20261219),
        (FREE, 15, "limit", 0),
        (FREE._replace(due=20261201, lent=True), 0, "on_loan", 20261201),
        (FREE._replace(due=20261201, lent=True, mine=True), 0, "", 20261201),
        (STRANGE, 0, "unknown_tag", 0),
    ],
)
def test_each_book_has_its_own_answer(book: Book, loans: int, why: str, due: int) -> None:
    answer = decide(ask("lend", ADULT, loans, book), RULES, TODAY)

    (found,) = answer["books"]  # type: ignore[misc]
    assert (found["ok"], found["why"], found["due"]) == (not why, why, due)


def test_the_last_free_place_is_given_once() -> None:
    answer = decide(ask("lend", ADULT, 14, FREE, FREE._replace(tag="A2")), RULES, TODAY)

    assert [book["why"] for book in answer["books"]] == ["", "limit"]  # type: ignore[attr-defined]


def test_a_return_is_never_refused_and_tells_how_late_it_is() -> None:
    late = FREE._replace(due=20261119)

    answer = decide(ask("return", None, 0, late, STRANGE), RULES, TODAY)

    assert answer["ok"]
    assert [book["overdue_days"] for book in answer["books"]] == [2, 0]  # type: ignore[attr-defined]


def test_a_blocked_reader_still_sees_the_loans() -> None:
    answer = decide(ask("account", BLOCKED, 2), RULES, TODAY)

    assert (answer["ok"], answer["left"], answer["line"]) == (True, 0, "4: refuse blocked")


def test_names_are_masked_in_both_scripts() -> None:
    assert [masked(name) for name in ("张明", "张小明", "John Smith", "读者001")] == [
        "张*",
        "张*明",
        "J*** S****",
        "读***1",
    ]


def test_days_are_counted_over_months_and_leap_years() -> None:
    assert days.plus(20240227, 28) == 20240326
    assert days.between(20240228, 20240301) == 2
