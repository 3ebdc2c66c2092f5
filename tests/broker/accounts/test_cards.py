"""Cards over time: what happens with a lost one is nobody's, and a new one keeps the account."""

import pytest

from broker.accounts.cards import Cards
from broker.accounts.people import AccountError, find
from broker.ledger.directory import Directory
from tests.broker.desk import CARDS, MINUTE_MS, READERS, START_MS, TAGS, Desk, Machine

ANNE = 1001
NEW_CARD, NEW_READER = "SG00000099", "99" * 12


def cards(desk: Desk) -> Cards:
    exchange = desk.exchange
    return Cards(desk.db, exchange.books, Directory(desk.db), exchange.cases)


def lose(desk: Desk, since_ms: int, now_ms: int = START_MS + 60 * MINUTE_MS) -> int:
    desk.db.begin()
    moved = cards(desk).report_lost(CARDS[0], since_ms=since_ms, now_ms=now_ms, actor="staff")
    desk.exchange.settle()
    desk.db.commit()
    desk.exchange.people_changed(now_ms)
    return moved


def replace(desk: Desk, now_ms: int) -> None:
    desk.db.begin()
    cards(desk).issue(ANNE, NEW_CARD, NEW_READER, now_ms=now_ms, actor="staff")
    desk.db.commit()
    desk.exchange.people_changed(now_ms)


def took(desk: Desk, machine: Machine, minute: int, tag: str, reader: str = READERS[0]) -> None:
    machine.session(minute * MINUTE_MS, reader, took=[tag])
    last = len(machine.records)
    at_ms = START_MS + minute * MINUTE_MS
    desk.hear(machine.says("fact", machine.payload(last), at_ms))


@pytest.fixture
def machine(desk: Desk) -> Machine:
    said = Machine()
    desk.hear(said.says("hello", said.hello()))
    return said


def whose(desk: Desk) -> list[object]:
    return [account for (account,) in desk.rows("SELECT account FROM loan ORDER BY out_ms")]


def test_what_was_taken_after_the_loss_is_not_the_holders(desk: Desk, machine: Machine) -> None:
    took(desk, machine, 1, TAGS[0])
    took(desk, machine, 10, TAGS[1])

    assert lose(desk, START_MS + 5 * MINUTE_MS) == 1

    first, second = whose(desk)
    assert first == ANNE
    assert second != ANNE
    assert desk.rows("SELECT account, why FROM nameless") == [(second, "suspect")]
    assert desk.rows("SELECT kind FROM exception_case") == [("lost_card",)]


def test_a_fact_that_comes_late_finds_the_suspect(desk: Desk, machine: Machine) -> None:
    lose(desk, START_MS + 5 * MINUTE_MS)

    took(desk, machine, 1, TAGS[0])
    took(desk, machine, 10, TAGS[1])

    assert whose(desk)[0] == ANNE
    assert whose(desk)[1] != ANNE


def test_an_earlier_loss_moves_more_and_saying_it_again_moves_nothing(
    desk: Desk, machine: Machine
) -> None:
    took(desk, machine, 1, TAGS[0])
    took(desk, machine, 10, TAGS[1])

    moved = [lose(desk, START_MS + minute * MINUTE_MS) for minute in (5, 0, 0)]

    assert moved == [1, 1, 0]
    assert len(set(whose(desk))) == 1


def test_a_new_card_keeps_the_account_and_takes_its_own_loans(desk: Desk, machine: Machine) -> None:
    lose(desk, START_MS)
    replace(desk, START_MS + 5 * MINUTE_MS)

    took(desk, machine, 10, TAGS[0], NEW_READER)
    took(desk, machine, 11, TAGS[1])

    assert whose(desk)[0] == ANNE
    assert whose(desk)[1] != ANNE
    assert desk.one("SELECT card FROM patron WHERE account = 1001") == NEW_CARD
    assert desk.one("SELECT blocked FROM patron WHERE account = 1001") == ""
    assert find(desk.db, CARDS[0]).card == NEW_CARD


def test_a_suspects_return_is_a_return_like_any_other(desk: Desk, machine: Machine) -> None:
    lose(desk, START_MS)
    took(desk, machine, 1, TAGS[0])

    machine.session(30 * MINUTE_MS, "", put=[TAGS[0]])
    desk.hear(machine.says("fact", machine.payload(2), START_MS + 30 * MINUTE_MS))

    assert desk.rows("SELECT state FROM loan") == [("returned",)]


def test_a_lost_card_is_told_nothing_of_its_holder(desk: Desk, machine: Machine) -> None:
    took(desk, machine, 1, TAGS[0])
    lose(desk, START_MS + 5 * MINUTE_MS)

    found = Directory(desk.db).patron(READERS[0])

    assert found
    assert (found.account == ANNE, found.name, found.blocked) == (False, "", "lost")


def test_a_card_in_use_is_not_given_twice(desk: Desk) -> None:
    with pytest.raises(AccountError, match="in use"):
        cards(desk).issue(ANNE, CARDS[1], READERS[1], now_ms=1, actor="staff")
