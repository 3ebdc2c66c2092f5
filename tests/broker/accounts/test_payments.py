"""Payments over a real provider: paid once, asked for when unknown, given back as they came."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broker.accounts import money as purses
from broker.accounts import payments, reconcile, seal, words
from broker.accounts.money import Cause, Money, Reason
from broker.accounts.payments import TABLE, Payment, PaymentError, Payments
from broker.accounts.providers import Event, Outcome, SignedProvider
from broker.accounts.till import ASK_AFTER_MS, Till
from broker.ledger.store import Database
from tests.broker.accounts.bank import DAY, KEY
from tests.broker.accounts.shelf import ANNE, BO, DAY_MS, START_MS

T = TypeVar("T")
HOME = Path(__file__).parents[3]


class Hands:
    """The provider's process, as its customers and its faults have it."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def pay(self, payment: Payment, now_ms: int = START_MS, **said: object) -> dict[str, Any]:
        return self._post("pay", {"id": payment.id, "now_ms": now_ms, **said})

    def fault(self, name: str, on: bool = True) -> int:
        """Return how many payments were ever started."""
        return int(self._post("fault", {"name": name, "on": on})["started"])

    def _post(self, name: str, body: dict[str, object]) -> dict[str, Any]:
        address = f"{self.url}/hands/{name}"
        with urllib.request.urlopen(address, json.dumps(body).encode(), timeout=20) as answer:
            said: dict[str, Any] = json.loads(answer.read())
            return said


@pytest.fixture
def bank() -> Iterator[Hands]:
    command = [sys.executable, "-m", "tests.broker.accounts.bank"]
    process = subprocess.Popen(command, cwd=HOME, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        yield Hands(int(process.stdout.readline()))
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


class Clock:
    def __init__(self) -> None:
        self.now_ms = START_MS

    def __call__(self) -> int:
        return self.now_ms


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def till(db: Database, bank: Hands, clock: Clock) -> Till:
    def do(run: Callable[[Database], T]) -> T:
        db.begin()
        try:
            result = run(db)
            db.commit()
        finally:
            if db.in_transaction:
                db.rollback()
        return result

    owe(db, 500)
    return Till(do, {"bank": SignedProvider(bank.url, KEY, clock)}, clock)


def owe(db: Database, fen: int, account: int = ANNE) -> None:
    cause, why = Cause("loan", f"{account}:1"), Reason("逾期", "overdue", "1: late", "1")
    key = Money(db).next_key(cause, "fine")
    Money(db).book("fine", account, fen, key=key, cause=cause, reason=why, at_ms=1, now_ms=1)


def start(till: Till, fen: int = 500, purpose: str = "owed") -> Payment:
    return till.start(ANNE, fen=fen, purpose=purpose, provider="bank", actor="anne")


def deliver(till: Till, callback: dict[str, Any]) -> bool:
    return till.heard("bank", callback["headers"], callback["body"].encode())


def state(db: Database, payment: Payment) -> str:
    found = Payments(db).find(payment.id)
    assert found
    return found.state


def cases(db: Database) -> list[str]:
    return [kind for (kind,) in db.execute("SELECT kind FROM exception_case ORDER BY id")]


def test_every_step_of_a_payment_is_of_known_words() -> None:
    states = set(words.kinds(words.PAYMENT_STATES))

    assert {state for state, _said in TABLE} | set(TABLE.values()) <= states
    assert {said for _state, said in TABLE} <= set(payments.SAID)


def test_a_paid_payment_settles_what_is_owed_once(db: Database, till: Till, bank: Hands) -> None:
    payment = start(till)
    callback = bank.pay(payment)

    told = [deliver(till, callback) for _ in range(3)]

    assert told == [True, False, False]
    assert (Money(db).owed(ANNE), state(db, payment)) == (0, "paid")
    assert payment.link == f"https://pay.example/{payment.id}"
    assert purses.differences(db) == []


def test_a_callback_that_is_not_signed_or_is_old_is_not_believed(
    db: Database, till: Till, bank: Hands, clock: Clock
) -> None:
    callback = bank.pay(start(till))
    forged = callback | {"body": callback["body"].replace("500", "1")}

    with pytest.raises(seal.SealError):
        deliver(till, forged)
    clock.now_ms += seal.AGE_MAX_MS + 1
    with pytest.raises(seal.SealError):
        deliver(till, callback)

    assert Money(db).owed(ANNE) == 500


def test_a_provider_that_does_not_answer_is_asked_and_charges_once(
    db: Database, till: Till, bank: Hands, clock: Clock
) -> None:
    bank.fault("deaf")
    payment = start(till)
    assert payment.state == "unknown"
    with pytest.raises(PaymentError, match="ask for its outcome"):
        start(till)

    bank.fault("deaf", on=False)
    bank.pay(payment)
    clock.now_ms += ASK_AFTER_MS

    assert till.catch_up() == 1
    assert (Money(db).owed(ANNE), state(db, payment)) == (0, "paid")
    assert bank.fault("none") == 1


def test_a_payment_that_never_reached_the_provider_failed(
    db: Database, till: Till, clock: Clock
) -> None:
    made = Payments(db).intend(
        ANNE, fen=5, purpose="owed", provider="bank", now_ms=START_MS, actor=""
    )
    clock.now_ms += ASK_AFTER_MS

    till.catch_up()

    assert state(db, made) == "failed"


def test_money_that_comes_late_still_counts(
    db: Database, till: Till, bank: Hands, clock: Clock
) -> None:
    payment = start(till)
    clock.now_ms += payments.EXPIRES_MS + 1
    till.catch_up()
    assert state(db, payment) == "expired"

    deliver(till, bank.pay(payment, clock.now_ms))

    assert (Money(db).owed(ANNE), state(db, payment)) == (0, "paid")


def test_another_amount_is_booked_as_it_came_and_told_to_staff(
    db: Database, till: Till, bank: Hands
) -> None:
    deliver(till, bank.pay(start(till), fen=450))

    assert Money(db).owed(ANNE) == 50
    assert cases(db) == ["payment"]


def test_a_second_reference_is_a_case_and_no_second_payment(
    db: Database, till: Till, bank: Hands
) -> None:
    payment = start(till)
    deliver(till, bank.pay(payment))
    deliver(till, bank.pay(payment, reference="b2"))

    assert (Money(db).owed(ANNE), cases(db)) == (0, ["payment"])


def test_money_goes_back_the_way_it_came_and_never_more_of_it(
    db: Database, till: Till, bank: Hands, clock: Clock
) -> None:
    deposit = start(till, 10_000, "deposit")
    deliver(till, bank.pay(deposit))
    assert Money(db).deposit(ANNE) == 10_000

    bank.fault("deaf")
    refund = till.give_back(deposit.id, fen=6_000, reason="退证", actor="staff")
    assert refund.state == "unknown"
    with pytest.raises(PaymentError, match="4000 fen can be given back"):
        till.give_back(deposit.id, fen=6_000, reason="退证", actor="staff")
    bank.fault("deaf", on=False)
    clock.now_ms += ASK_AFTER_MS
    till.catch_up()
    till.catch_up()

    assert Money(db).deposit(ANNE) == 4_000
    assert purses.differences(db) == []


def test_a_refund_that_is_refused_is_a_case(db: Database, till: Till, bank: Hands) -> None:
    deposit = start(till, 10_000, "deposit")
    deliver(till, bank.pay(deposit))
    bank.fault("refuse")

    refund = till.give_back(deposit.id, fen=10_000, reason="退证", actor="staff")

    assert (refund.state, Money(db).deposit(ANNE), cases(db)) == ("failed", 10_000, ["refund"])


def test_cash_is_paid_and_given_back_at_once(db: Database, till: Till) -> None:
    paid = till.start(ANNE, fen=10_000, purpose="deposit", provider="desk", actor="staff")
    given = till.give_back(paid.id, fen=10_000, reason="退证", actor="staff")

    assert (paid.state, given.state, Money(db).deposit(ANNE)) == ("paid", "done", 0)


def test_nobody_pays_more_than_is_owed(till: Till) -> None:
    with pytest.raises(PaymentError, match="only 500 fen"):
        start(till, 501)


def test_the_statement_of_a_day_names_each_difference(
    db: Database, till: Till, bank: Hands
) -> None:
    good, lost = start(till, 200), start(till, 10_000, "deposit")
    deliver(till, bank.pay(good))
    bank.pay(lost, reference="b9")
    owe(db, 30, BO)
    made = Payments(db).intend(
        BO, fen=30, purpose="owed", provider="bank", now_ms=START_MS, actor=""
    )
    Payments(db).learned(made.id, Outcome("paid", 30, "b7"), START_MS)
    text = till.statement("bank", DAY) + "\npaid,ffff,100,b8\n"

    report = reconcile.compare(
        db, "bank", DAY, text, midnight_ms=(START_MS - 1, START_MS + DAY_MS), now_ms=START_MS
    )

    assert report.matched == 1
    assert [(found.what, found.id) for found in report.differences] == [
        ("not_settled_here", lost.id),
        ("unknown_here", "ffff"),
        ("missing_there", made.id),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,fen\n", "line 1: no column kind, reference"),
        ("kind,id,fen,reference\nfee,a,1,b\n", "line 2: kind"),
        ("kind,id,fen,reference\npaid,a,-1,b\n", "line 2: fen"),
    ],
)
def test_a_statement_that_cannot_be_read_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(reconcile.StatementError, match=said):
        reconcile.read(text)


SAID = st.tuples(st.sampled_from(("paid", "failed", "open", "none", "silent")), st.integers(0, 3))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(said=st.lists(SAID, max_size=12))
def test_whatever_is_told_in_whatever_order_is_charged_once(
    db: Database, said: list[tuple[str, int]]
) -> None:
    db.begin()
    try:
        owe(db, 500)
        made = Payments(db).intend(
            ANNE, fen=500, purpose="owed", provider="bank", now_ms=1, actor=""
        )
        for outcome, event in said:
            Payments(db).heard("bank", Event(f"{outcome}{event}", made.id, outcome, 500, "b1"), 2)

        paid = any(outcome == "paid" for outcome, _event in said)
        assert Money(db).owed(ANNE) == (0 if paid else 500)
        assert purses.differences(db) == []
    finally:
        db.rollback()
