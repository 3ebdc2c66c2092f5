"""Renewals that machines ask for: decided by the rules, said by the desk, once for each ask."""

from typing import Any

import pytest

from bookcase_fw import wire
from broker.circulation import rules
from broker.circulation.calendar import ALWAYS
from broker.exchange import Exchange
from broker.fleet.registry import Registry
from broker.law import Law
from tests.broker.contract.counter import ANN, BEN, BOOK, DAY_MIN, OTHER, Counter
from tests.broker.desk import MINUTE_MS, START_MS, day

RULES = rules.parse(
    "refuse blocked\nlimit any 3\nloan any any -> 28 days\nrenew any any -> 1 time of 28 days\n"
)
LATER_MIN = 2 * DAY_MIN


@pytest.fixture
def kiosk(counter: Counter) -> Counter:
    """A counter whose rules renew a loan once; Ann has two books."""
    db = counter.desk.db
    counter.desk.exchange = Exchange(db, Registry(db), Law(RULES, ALWAYS, 1, day))
    for machine in counter.machines.values():
        counter.desk.hear(machine.says("hello", machine.hello()))
    counter.session("bc01", 5, ANN, took=[BOOK, OTHER], due=20261216)
    counter.tells("bc01", at_min=6)
    return counter


def renew(
    kiosk: Counter, number: str, *tags: str, reader: str = ANN, minute: int = LATER_MIN
) -> list[dict[str, Any]]:
    said = {"id": number, "session": "1.1", "op": "renew", "reader": reader, "tags": list(tags)}
    message = kiosk.machines["kx01"].says(
        "ask", wire.encode("ask", said), START_MS + minute * MINUTE_MS
    )
    ((_name, answer),) = kiosk.desk.hear(message)
    books = answer["books"]
    assert isinstance(books, list)
    return books


def loans(kiosk: Counter) -> list[tuple[object, ...]]:
    return kiosk.desk.rows("SELECT due, renewals FROM loan ORDER BY copy")


def test_one_loan_is_renewed(kiosk: Counter) -> None:
    (book,) = renew(kiosk, "1.1", BOOK)

    assert (book["ok"], book["due"]) == (True, 20270113)
    assert loans(kiosk) == [(20270113, 1), (20261216, 0)]
    rule = kiosk.desk.one("SELECT rule FROM loan WHERE copy = 1")
    assert rule == "4: renew any any -> 1 time of 28 days"


def test_all_loans_are_renewed_at_once(kiosk: Counter) -> None:
    books = renew(kiosk, "1.1")

    assert [book["ok"] for book in books] == [True, True]
    assert loans(kiosk) == [(20270113, 1)] * 2


def test_an_ask_that_is_told_twice_renews_once_and_is_answered_alike(kiosk: Counter) -> None:
    first = renew(kiosk, "1.1", BOOK)

    assert renew(kiosk, "1.1", BOOK, minute=LATER_MIN + 1) == first
    assert loans(kiosk)[0] == (20270113, 1)


def test_a_renewal_too_many_is_refused_and_changes_nothing(kiosk: Counter) -> None:
    renew(kiosk, "1.1", BOOK)

    (book,) = renew(kiosk, "1.2", BOOK)

    assert (book["ok"], book["why"]) == (False, "renewals")
    assert loans(kiosk)[0] == (20270113, 1)


def test_nobody_renews_what_another_has(kiosk: Counter) -> None:
    (book,) = renew(kiosk, "1.1", BOOK, reader=BEN)

    assert not book["ok"]
    assert loans(kiosk)[0] == (20261216, 0)


def test_a_renewal_that_the_ledger_was_wrong_about_is_void(kiosk: Counter) -> None:
    """A bookcase that was offline had the book back before the kiosk renewed it."""
    renew(kiosk, "1.1", BOOK)
    kiosk.session("bc02", 60, ANN, put=[BOOK])

    kiosk.tells("bc02")

    assert loans(kiosk)[0] == (20261216, 0)
    assert kiosk.cases() == []
