"""What the database itself refuses, whatever the code does."""

import sqlite3
from pathlib import Path

import pytest

from broker.ledger import database
from tests.broker.desk import READERS, TAGS, Desk, Machine

MOVE = "INSERT INTO movement (copy, source, target, kind, at_ms, recorded_ms)"
LOAN = "INSERT INTO loan (copy, account, cause, out_ms, due, state, rule, over_limit, in_ms)"


@pytest.fixture
def lent(desk: Desk) -> Desk:
    """A desk where copy 1 is on loan."""
    machine = Machine()
    desk.hear(machine.says("hello", machine.hello()))
    machine.session(1, READERS[0], took=[TAGS[0]])
    desk.hear(machine.says("fact", machine.payload()))
    return desk


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DELETE FROM inbox", "never deleted"),
        ("UPDATE inbox SET number = 9", "never changed"),
        ("UPDATE inbox SET body = x'00'", "may only become NULL"),
        ("DELETE FROM movement", "never deleted"),
        ("UPDATE movement SET target = 2", "never changed"),
        ("UPDATE copy_state SET holder = 2", "only a movement"),
        ("DELETE FROM copy_state", "always has a holder"),
        ("UPDATE stream SET number = 9", "advances by one"),
        (f"{MOVE} VALUES (1, 2, 1, 'put', 0, 0)", "not with the source"),
        (f"{MOVE} SELECT copy, holder, holder, 'put', 0, 0 FROM copy_state", "CHECK"),
        (f"{MOVE} SELECT copy, holder, 2, 'fly', 0, 0 FROM copy_state", "CHECK"),
        (f"{MOVE} SELECT copy, holder, 999, 'put', 0, 0 FROM copy_state", "FOREIGN KEY"),
        (f"{LOAN} VALUES (1, 7, 2, 0, 0, 'open', '', 0, NULL)", "UNIQUE"),
        (f"{LOAN} VALUES (2, 7, 1, 0, 0, 'open', '', 0, 5)", "CHECK"),
        ("UPDATE loan SET due = 'tomorrow'", "cannot store TEXT"),
        ("INSERT INTO holder (kind, site) VALUES ('reader', 'lib01')", "CHECK"),
        ("INSERT INTO holder (kind) VALUES ('compartment')", "CHECK"),
    ],
)
def test_the_database_refuses(lent: Desk, statement: str, said: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match=said):
        lent.db.execute(statement)


def test_a_body_may_be_erased_and_the_chain_stays(lent: Desk) -> None:
    before = lent.one("SELECT chain FROM inbox")

    lent.db.execute("UPDATE inbox SET body = NULL")

    assert lent.rows("SELECT chain, body FROM inbox") == [(before, None)]


def test_a_quarantined_stream_does_not_go_on(lent: Desk) -> None:
    lent.db.execute("UPDATE stream SET state = 'quarantined'")

    with pytest.raises(sqlite3.IntegrityError, match="never in quarantine"):
        lent.db.execute("UPDATE stream SET number = number + 1")


def test_an_account_outlives_its_person(lent: Desk) -> None:
    lent.db.execute("DELETE FROM patron WHERE account = 1001")

    assert lent.one("SELECT account FROM loan") == 1001


def test_a_data_folder_has_one_service(tmp_path: Path) -> None:
    lock = database.Lock(tmp_path)
    with pytest.raises(database.LedgerError, match="already serves"):
        database.Lock(tmp_path)

    lock.release()
    database.Lock(tmp_path).release()


def test_a_ledger_of_another_version_is_not_touched(tmp_path: Path) -> None:
    database.open_writer(tmp_path).close()
    with sqlite3.connect(tmp_path / database.NAME) as db:
        db.execute("UPDATE alembic_version SET version_num = 'from_tomorrow'")

    with pytest.raises(database.LedgerError, match="newer than this service.*from_tomorrow"):
        database.open_writer(tmp_path)
