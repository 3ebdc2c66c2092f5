"""Money: what is booked adds up to nothing, whoever books, reverses, or repeats."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broker.accounts import money as purses
from broker.accounts import words
from broker.accounts.money import Cause, Money, MoneyError, Reason, Row
from broker.ledger import store
from broker.ledger.store import Database
from tests.broker.accounts.shelf import ANNE, BO

WHY = Reason("逾期 3 天", "3 days overdue", "4: fine any any 10 fen a day", "1")
LOAN = Cause("loan", "7:12")
KINDS = tuple(kind for kind, _source, _target in words.MONEY)


def fine(db: Database, fen: int, *, account: int = ANNE, key: str = "") -> int:
    money = Money(db)
    key = key or money.next_key(LOAN, "fine")
    return money.book("fine", account, fen, key=key, cause=LOAN, reason=WHY, at_ms=1, now_ms=2)


def row(db: Database, number: int) -> Row:
    found = Money(db).row(number)
    assert found
    return found


def test_a_fine_is_owed_until_it_is_reversed(db: Database) -> None:
    number = fine(db, 300)
    assert Money(db).owed(ANNE) == 300

    Money(db).reverse(row(db, number), Reason("闭馆", "the library was closed"), now_ms=3)

    assert Money(db).owed(ANNE) == 0
    assert Money(db).standing(LOAN, "fine") == []
    assert purses.differences(db) == []


def test_one_key_is_booked_once(db: Database) -> None:
    first, second = fine(db, 300, key="k"), fine(db, 300, key="k")

    assert (first > 0, second) == (True, 0)
    assert Money(db).owed(ANNE) == 300


def test_a_row_is_taken_back_once(db: Database) -> None:
    taken = row(db, fine(db, 300))

    numbers = [Money(db).reverse(taken, WHY, now_ms=3) for _ in range(2)]

    assert (numbers[0] > 0, numbers[1]) == (True, 0)
    assert Money(db).owed(ANNE) == 0


@pytest.mark.parametrize("fen", [0, -1, purses.FEN_MAX + 1])
def test_an_amount_is_positive_and_no_mistake(db: Database, fen: int) -> None:
    with pytest.raises(MoneyError):
        fine(db, fen)


ROW = """INSERT INTO money (key, kind, source, source_account, target, target_account, fen,
cause_kind, cause, rule, calendar, words_zh, words_en, at_ms, recorded_ms, actor, reverses)
VALUES """


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DELETE FROM money", "never deleted"),
        ("UPDATE money SET fen = 1", "never changed"),
        ("DELETE FROM balance", "never deleted"),
        ("UPDATE balance SET fen = 0", "only money"),
        ("UPDATE balance SET fen = fen + 300, money = 1", "only money"),
        ("INSERT INTO balance VALUES ('receivable', 5, 300, 1)", "only money"),
        (ROW + "('a', 'fine', 'income', 0, 'receivable', 1, 0, 'loan', '', 'r', '', '', '', 0, 0, "
         "'', NULL)", "(?i)check"),
        (ROW + "('a', 'fine', 'cash', 0, 'receivable', 1, 5, 'loan', '', 'r', '', '', '', 0, 0, "
         "'', NULL)", "(?i)check"),
        (ROW + "('a', 'fine', 'income', 0, 'receivable', 0, 5, 'loan', '', 'r', '', '', '', 0, 0, "
         "'', NULL)", "(?i)check"),
        (ROW + "('a', 'fine', 'income', 0, 'receivable', 1, 5, 'loan', '', '', '', '', '', 0, 0, "
         "'', NULL)", "(?i)check"),
        (ROW + "('a', 'fine', 'receivable', 1001, 'income', 0, 5, 'loan', '7:12', 'r', '', '', '', "
         "0, 0, '', 1)", "mirror"),
        (ROW + "('a', 'return_deposit', 'cash', 0, 'deposit', 9, 5, 'desk', '', '', '', '', '', 0, "
         "0, '', NULL)", "(?i)check"),
    ],
)  # fmt: skip
def test_the_database_refuses(db: Database, statement: str, said: str) -> None:
    fine(db, 300)

    db.begin()
    with pytest.raises(store.CONFLICTS, match=said):
        db.execute(statement)
        db.commit()
    db.rollback()


BOOKING = st.tuples(
    st.sampled_from(KINDS), st.sampled_from((ANNE, BO)), st.integers(1, 500), st.integers(0, 9)
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(bookings=st.lists(BOOKING, max_size=25), undone=st.sets(st.integers(0, 24)))
def test_balances_are_what_the_rows_make_and_add_up_to_nothing(
    db: Database, bookings: list[tuple[str, int, int, int]], undone: set[int]
) -> None:
    db.begin()
    try:
        _book_and_undo(db, bookings, undone)

        assert purses.differences(db) == []
        assert sum(fen for (fen,) in db.execute("SELECT fen FROM balance")) == 0
    finally:
        db.rollback()


def _book_and_undo(
    db: Database, bookings: list[tuple[str, int, int, int]], undone: set[int]
) -> None:
    """Book what there is a key for, give back no more deposit than is held, take some back."""
    money, booked = Money(db), dict[str, int]()
    for kind, account, wanted, key in bookings:
        room = money.deposit(account) if kind == "return_deposit" else wanted
        fen, name = min(wanted, room), f"{kind}:{account}:{key}"
        if not fen:
            continue
        number = money.book(kind, account, fen, key=name, cause=LOAN, reason=WHY, at_ms=1, now_ms=2)
        assert bool(number) == (name not in booked)
        booked.setdefault(name, number)
    for place, number in enumerate(booked.values()):
        if place in undone and row(db, number).kind not in ("deposit", "return_deposit"):
            money.reverse(row(db, number), WHY, now_ms=3)
