"""Blocks, guarantees and guardians: who may borrow, and who says so."""

import pytest

from broker.accounts import people
from broker.accounts.blocks import Blocks
from broker.accounts.people import AccountError
from broker.accounts.sureties import Sureties
from broker.ledger.store import Database
from tests.broker.accounts.shelf import ANNE, CHILD, DAY_MS, START_MS


def blocked(db: Database, account: int = ANNE) -> str:
    found = people.person(db, account)
    assert found
    return found.blocked


def put(db: Database, reason: str, **times: int) -> int:
    return Blocks(db).put(ANNE, reason, now_ms=START_MS, actor="staff", **times)


def test_a_block_holds_until_it_is_lifted(db: Database) -> None:
    first, second = put(db, "欠费"), put(db, "证件过期")
    assert blocked(db) == "欠费"

    Blocks(db).lift(ANNE, first, now_ms=START_MS, actor="staff")
    assert blocked(db) == "证件过期"

    Blocks(db).lift(ANNE, second, now_ms=START_MS, actor="staff")
    assert blocked(db) == ""


def test_a_block_begins_and_ends_by_itself(db: Database) -> None:
    put(db, "欠费", from_ms=START_MS + DAY_MS, until_ms=START_MS + 2 * DAY_MS)
    before = blocked(db)

    Blocks(db).refresh(START_MS + DAY_MS)
    during = blocked(db)
    Blocks(db).refresh(START_MS + 2 * DAY_MS)

    assert (before, during, blocked(db)) == ("", "欠费", "")


def test_who_changes_a_block_is_heard_of_by_every_service(db: Database) -> None:
    before = people.changes(db)

    put(db, "欠费")
    Blocks(db).refresh(START_MS)

    assert people.changes(db) == before + 1


def test_a_reader_without_rows_keeps_what_was_loaded(db: Database) -> None:
    Blocks(db).refresh(START_MS)

    assert blocked(db, CHILD) == "退证"


@pytest.mark.parametrize(("reason", "until_ms"), [("  ", 0), ("欠费", START_MS)])
def test_a_block_has_a_reason_and_a_time(db: Database, reason: str, until_ms: int) -> None:
    with pytest.raises(AccountError):
        Blocks(db).put(ANNE, reason, now_ms=START_MS, actor="a", until_ms=until_ms or None)


def test_a_guarantee_holds_until_it_is_ended(db: Database) -> None:
    sureties = Sureties(db)
    number = sureties.note(ANNE, "credit", reference="y", accepted=True, now_ms=1, actor="a")

    sureties.end(ANNE, number, START_MS)

    assert [found.ended_ms for found in sureties.guarantees(ANNE)] == [START_MS]
    with pytest.raises(AccountError, match="not in force"):
        sureties.end(ANNE, number, START_MS)


def test_a_deposit_is_a_guarantee_only_when_it_is_held(db: Database) -> None:
    with pytest.raises(AccountError, match="no deposit"):
        Sureties(db).note(ANNE, "deposit", reference="p", accepted=True, now_ms=1, actor="a")


def test_a_guardian_is_verified_by_a_document(db: Database) -> None:
    sureties = Sureties(db)
    with pytest.raises(AccountError):
        sureties.guard(CHILD, hash="h", relation="母亲", verified="", now_ms=1, actor="a")

    sureties.guard(
        CHILD, hash="h", relation="母亲", verified="户口簿", now_ms=1, actor="a", guardian=ANNE
    )

    assert [found.guardian for found in sureties.guardians(CHILD)] == [ANNE]
