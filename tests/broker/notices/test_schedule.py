"""What a day brings: decided from loans and the day alone."""

from zoneinfo import ZoneInfo

import pytest

from broker.circulation import days
from broker.notices import schedule
from broker.notices.schedule import OpenLoan
from broker.notices.texts import LANGUAGES, LINES, TEXTS, Line, say

TODAY = 20261118
ZONE = ZoneInfo("Asia/Shanghai")
NOON_MS = 1_794_974_400_000  # 2026-11-18, 12:00 in Shanghai.
HOUR_MS = 3_600_000


def keys(*due_in: int, account: int = 1, today: int = TODAY) -> list[str]:
    loans = [OpenLoan(account, f"book {n}", days.plus(TODAY, n)) for n in due_in]
    return [found.key for found in schedule.due(loans, today)]


@pytest.mark.parametrize(
    ("due_in", "kind"),
    [(4, ""), (3, "courtesy"), (1, "courtesy"), (0, ""), (-1, "overdue"), (-3, "overdue"),
     (-4, ""), (-7, "overdue"), (-14, "overdue"), (-30, "overdue"), (-40, "")],
)  # fmt: skip
def test_a_loan_is_spoken_of_before_and_after_its_day(due_in: int, kind: str) -> None:
    assert [key.split(":")[0] for key in keys(due_in)] == [kind] * bool(kind)


def test_books_of_one_day_are_one_notice() -> None:
    loans = [OpenLoan(1, "A", 20261120), OpenLoan(1, "B", 20261120), OpenLoan(2, "C", 20261120)]

    found = schedule.due(loans, TODAY)

    assert [(due.account, [line.title for line in due.lines]) for due in found] == [
        (1, ["A", "B"]),
        (2, ["C"]),
    ]


def test_the_next_day_says_nothing_new() -> None:
    assert keys(3) == keys(3, today=days.plus(TODAY, 1))
    assert keys(-1) == keys(-1, today=days.plus(TODAY, 2))
    assert keys(-1) != keys(-1, today=days.plus(TODAY, 6))


def test_the_span_holds_every_day_that_brings_a_notice() -> None:
    first, last = schedule.span_of(TODAY)

    told = [days.plus(TODAY, n) for n in range(-50, 10) if keys(n)]

    assert (first <= min(told), max(told) <= last) == (True, True)


@pytest.mark.parametrize(("hour", "wait_h"), [(0, 0), (8, 0), (9, 11), (15, 5), (19, 1), (20, 0)])
def test_nobody_is_reminded_at_night(hour: int, wait_h: int) -> None:
    now_ms = NOON_MS + hour * HOUR_MS

    assert schedule.not_before(now_ms, ZONE, urgent=False) == now_ms + wait_h * HOUR_MS
    assert schedule.not_before(now_ms, ZONE, urgent=True) == now_ms


def test_yesterday_is_no_news() -> None:
    assert schedule.is_news(NOON_MS, NOON_MS + schedule.LATE_MS)
    assert not schedule.is_news(NOON_MS, NOON_MS + schedule.LATE_MS + 1)


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize("language", [*LANGUAGES, "fr"])
def test_every_text_can_be_said_in_every_language(kind: str, language: str) -> None:
    lines = tuple(Line(what, "红楼梦", TODAY) for what in LINES)

    values = {
        "name": "张*明",
        "day": "2026-11-18",
        "late": 3,
        "place": "馆",
        "money": "5.00",
        "code": "482913",
    }
    subject, text = say(kind, language, lines, **values)

    assert subject
    assert "张*明" in text
    assert "{" not in text
