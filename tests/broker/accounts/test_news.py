"""From a machine's fact to a fine, and back when a later fact tells otherwise."""

import pytest

from broker.accounts import costs, money
from broker.accounts.cards import Cards
from broker.accounts.money import Money
from broker.accounts.news import News
from broker.circulation import calendar, rules
from broker.ledger.directory import Directory
from tests.broker.desk import MINUTE_MS, READERS, START_MS, TAGS, Desk, Machine, day

ANNE = 1001
DAY_MS = 86_400_000
LAW = rules.parse("fine any any -> 20 fen a day up to 2000 fen")


@pytest.fixture
def machines(desk: Desk) -> tuple[Machine, Machine]:
    """A bookcase, and another that is out of reach later."""
    found = Machine(), Machine("bc02")
    for machine in found:
        desk.hear(machine.says("hello", machine.hello()))
    return found


def read(desk: Desk, now_ms: int) -> None:
    exchange = desk.exchange
    desk.db.begin()
    cards = Cards(desk.db, exchange.books, Directory(desk.db), exchange.cases)
    news = News(desk.db, costs.by(LAW, calendar.ALWAYS), day, cards)
    while news.take(now_ms):
        pass
    exchange.settle()
    desk.db.commit()


def tell(desk: Desk, machine: Machine, days: int, told: int = 0, **body: object) -> None:
    """A machine tells on a day what happened on a day."""
    reader = READERS[0] if "took" in body else ""
    machine.session(days * DAY_MS + MINUTE_MS, reader, **body)
    at_ms = START_MS + max(days, told) * DAY_MS + 2 * MINUTE_MS
    desk.hear(machine.says("fact", machine.payload(len(machine.records)), at_ms))


def test_a_late_return_is_charged_and_the_earlier_truth_takes_it_back(
    desk: Desk, machines: tuple[Machine, Machine]
) -> None:
    here, there = machines
    tell(desk, here, 0, took=[TAGS[0]])
    tell(desk, here, 40, put=[TAGS[0]])
    read(desk, START_MS + 40 * DAY_MS)
    assert Money(desk.db).owed(ANNE) == 12 * 20

    tell(desk, there, 30, told=41, put=[TAGS[0]])
    read(desk, START_MS + 41 * DAY_MS)

    assert Money(desk.db).owed(ANNE) == 2 * 20
    assert money.differences(desk.db) == []
    assert desk.one("SELECT COUNT(*) FROM loan_news") == 0


def test_what_is_told_again_is_charged_once(desk: Desk, machines: tuple[Machine, Machine]) -> None:
    here, _there = machines
    tell(desk, here, 0, took=[TAGS[0]])
    tell(desk, here, 40, put=[TAGS[0]])
    for again in range(3):
        desk.hear(here.says("fact", here.payload(), START_MS + 41 * DAY_MS))
        read(desk, START_MS + (41 + again) * DAY_MS)

    assert Money(desk.db).owed(ANNE) == 12 * 20
    assert len(Money(desk.db).of(ANNE)) == 1


def test_the_case_of_a_lost_card_closes_when_the_book_is_back(
    desk: Desk, machines: tuple[Machine, Machine]
) -> None:
    here, _there = machines
    desk.db.begin()
    cards = Cards(desk.db, desk.exchange.books, Directory(desk.db), desk.exchange.cases)
    cards.report_lost("SG00000001", since_ms=START_MS, now_ms=START_MS, actor="staff")
    desk.db.commit()
    desk.exchange.people_changed(START_MS)
    tell(desk, here, 0, took=[TAGS[0]])
    read(desk, START_MS + DAY_MS)
    assert desk.rows("SELECT closed_by FROM exception_case WHERE kind = 'lost_card'") == [("",)]

    tell(desk, here, 40, put=[TAGS[0]])
    read(desk, START_MS + 40 * DAY_MS)

    assert desk.rows("SELECT closed_by FROM exception_case WHERE kind = 'lost_card'") == [
        ("returned",)
    ]
    assert desk.rows("SELECT fen FROM money") == []


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE loan SET due = due + 1", 2),
        ("UPDATE loan SET due = due + 1 WHERE copy = 1", 1),
        ("UPDATE loan SET state = 'returned', in_ms = 5", 2),
        ("UPDATE loan SET account = 7", 2),
        ("UPDATE loan SET due = due, over_limit = 1, rule = 'x'", 0),
        ("DELETE FROM loan", 2),
        ("INSERT INTO loan (copy, cause, account, out_ms, due, state, rule, over_limit, in_ms)"
         " SELECT copy + 2, cause, account, 0, 0, 'returned', '', 0, 5 FROM loan", 2),
    ],
)  # fmt: skip
def test_the_database_notes_each_change_of_a_loan(
    desk: Desk, machines: tuple[Machine, Machine], statement: str, told: int
) -> None:
    """Whoever makes it, and however many in one statement."""
    tell(desk, machines[0], 0, took=TAGS[:2])
    read(desk, START_MS)

    desk.db.execute(statement)

    assert desk.one("SELECT COUNT(*) FROM loan_news") == told
