"""What a loan costs: computed when it ends, and put right when it ended otherwise after all."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broker.accounts import costs
from broker.accounts import money as purses
from broker.accounts.money import Money, Reason
from broker.accounts.settle import Changed, Charge, Ended, Settlement, loan_cause
from broker.circulation import calendar, days, rules
from broker.ledger.store import Database
from tests.broker.accounts.shelf import ANNE, BO, DAY_MS, START_MS, TODAY, bring_back, day, lend

CLOSED: set[int] = set()


def cost_of(ended: Ended) -> list[Charge]:
    """20 fen a day that is open, at most 200; a lost copy costs 5,000."""
    due = ended.loan.due
    late = days.between(due, ended.in_day)
    fen = min(200, 20 * sum(days.plus(due, n) not in CLOSED for n in range(1, late + 1)))
    why = Reason(f"逾期 {late} 天", f"{late} days overdue", "1: late", "1")
    charges = [Charge("fine", fen, why)]
    if ended.state == "lost":
        charges.append(Charge("lost_item", 5000, Reason("遗失", "lost", "2: lost", "1")))
    return charges


def settled(db: Database, cause: int, copy: int = 1) -> list[Changed]:
    return Settlement(db, cost_of, day).settle(copy, cause, START_MS)


def overdue(db: Database, late: int, account: int = ANNE) -> int:
    """A loan that was brought back so many days late."""
    return lend(db, 1, account, out_ms=0, due=days.plus(TODAY, -late), in_ms=START_MS)


def test_a_late_return_costs_what_the_rules_say_and_why(db: Database) -> None:
    cause = overdue(db, 3)

    assert [c.after for c in settled(db, cause)] == [60]

    (row,) = Money(db).standing(loan_cause(1, cause), "fine")
    assert (row.fen, row.rule, row.calendar, row.words_zh) == (60, "1: late", "1", "逾期 3 天")
    assert Money(db).owed(ANNE) == 60


def test_settling_again_writes_nothing(db: Database) -> None:
    cause = overdue(db, 3)
    settled(db, cause)

    assert settled(db, cause) == []
    assert len(Money(db).of(ANNE)) == 1


def test_an_open_loan_an_unseen_end_and_an_early_return_cost_nothing(db: Database) -> None:
    out = lend(db, 1, ANNE, out_ms=0, due=20200101)
    unseen = lend(db, 2, ANNE, out_ms=0, due=20200101, in_ms=START_MS, state="inferred")
    early = lend(db, 3, ANNE, out_ms=0, due=TODAY, in_ms=START_MS)

    changed = [settled(db, cause, copy) for copy, cause in ((1, out), (2, unseen), (3, early))]

    assert changed == [[], [], []]


def test_a_late_fact_that_moves_the_return_corrects_the_fine(db: Database) -> None:
    cause = overdue(db, 3)
    settled(db, cause)

    bring_back(db, cause, START_MS - 2 * DAY_MS)

    assert settled(db, cause) == [Changed(ANNE, f"1:{cause}", "fine", 60, 20)]
    assert Money(db).owed(ANNE) == 20
    assert [row.fen for row in Money(db).of(ANNE)] == [60, 60, 20]


def test_a_fine_goes_with_the_loan_to_whoever_it_was(db: Database) -> None:
    cause = overdue(db, 3)
    settled(db, cause)

    db.execute("UPDATE loan SET account = ? WHERE cause = ?", (BO, cause))
    settled(db, cause)

    assert (Money(db).owed(ANNE), Money(db).owed(BO)) == (0, 60)


def test_a_loan_that_never_was_costs_nothing_after_all(db: Database) -> None:
    cause = overdue(db, 3)
    settled(db, cause)

    db.execute("DELETE FROM loan WHERE cause = ?", (cause,))
    settled(db, cause)

    assert Money(db).owed(ANNE) == 0


def test_a_closure_that_is_declared_afterwards_is_forgiven(db: Database) -> None:
    cause = overdue(db, 3)
    settled(db, cause)
    CLOSED.update((TODAY, days.plus(TODAY, -1)))
    try:
        settlement = Settlement(db, cost_of, day)
        found = [
            changed
            for loan in settlement.since(0)
            for changed in settlement.settle(*loan, START_MS)
        ]
    finally:
        CLOSED.clear()

    assert found == [Changed(ANNE, f"1:{cause}", "fine", 60, 20)]


def test_a_lost_copy_is_charged_and_no_longer_when_it_is_found(db: Database) -> None:
    cause = lend(db, 1, ANNE, out_ms=0, due=TODAY, in_ms=START_MS, state="lost")
    settled(db, cause)
    assert Money(db).owed(ANNE) == 5000

    bring_back(db, cause, START_MS, "found")
    settled(db, cause)

    assert Money(db).owed(ANNE) == 0


def test_what_staff_forgave_shrinks_with_the_charge(db: Database) -> None:
    cause = overdue(db, 5)
    settled(db, cause)
    why = Reason("首次", "the first time")
    about = loan_cause(1, cause)
    key = Money(db).next_key(about, "waive")
    Money(db).book(
        "waive", ANNE, 80, key=key, cause=about, reason=why, at_ms=1, now_ms=1, actor="a"
    )

    bring_back(db, cause, START_MS - 3 * DAY_MS)
    settled(db, cause)

    assert Money(db).owed(ANNE) == 0
    assert sum(row.fen for row in Money(db).standing(about, "waive")) == 40


def test_a_fine_that_staff_forgave_is_not_charged(db: Database) -> None:
    cause = overdue(db, 5)
    settled(db, cause)

    db.execute("UPDATE loan SET waived = 1 WHERE cause = ?", (cause,))
    settled(db, cause)

    assert Money(db).owed(ANNE) == 0


def test_nobody_is_charged_for_what_a_suspect_took(db: Database) -> None:
    cause = overdue(db, 5, account=777)

    assert settled(db, cause) == []


def test_a_disc_is_dearer_where_the_rules_say_so(db: Database) -> None:
    law = rules.parse("fine disc any -> 100 fen a day\nfine any any -> 20 fen a day")
    db.execute("INSERT INTO copy_type VALUES (1, 'disc')")
    cause = overdue(db, 2)

    Settlement(db, costs.by(law, calendar.ALWAYS), day).settle(1, cause, START_MS)

    assert Money(db).owed(ANNE) == 200


def test_the_districts_rules_forgive_a_closure_and_say_why(db: Database) -> None:
    law = rules.parse("fine any any -> 20 fen a day up to 2000 fen")
    shut = calendar.parse("from 2026-11-16 until 2026-11-17: closed return")
    cause = overdue(db, 5)

    Settlement(db, costs.by(law, shut), day).settle(1, cause, START_MS)

    (row,) = Money(db).of(ANNE)
    assert (row.fen, row.words_en) == (
        60,
        "3 days late; 2 days of closure not counted; 0.60 yuan to pay.",
    )
    assert row.rule.startswith("1: fine any any -> 20 fen a day")


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ends=st.lists(st.tuples(st.integers(-5, 15), st.sampled_from((ANNE, BO))), min_size=1))
def test_however_often_it_is_told_otherwise_only_the_last_word_is_charged(
    db: Database, ends: list[tuple[int, int]]
) -> None:
    db.begin()
    try:
        cause = lend(db, 1, ANNE, out_ms=0, due=TODAY)
        for late, account in ends:
            bring_back(db, cause, START_MS + late * DAY_MS)
            db.execute("UPDATE loan SET account = ? WHERE cause = ?", (account, cause))
            settled(db, cause)
            settled(db, cause)

        late, last = ends[-1]
        owed = {who: Money(db).owed(who) for who in (ANNE, BO)}
        assert owed == {ANNE: 0, BO: 0} | {last: min(200, max(0, late) * 20)}
        assert purses.differences(db) == []
    finally:
        db.rollback()
