"""What the database itself refuses, whatever the code does: raw statements, on both databases.

The numbers are those of the ledger's promises: 1 one open loan of a copy; 2 a copy is with one
holder, to whom its movements lead; 3 what a machine said is told once and stays; 4 the chain of its
records has no gap; 5 a movement is corrected by its opposite; 6 what follows from a fact names a
fact, a copy and a place that are there.  That projections are what follows is tried in
test_audit.py; 7, that money balances, in accounts/test_money.py.
"""

import sqlite3
from pathlib import Path

import psycopg
import pytest

from broker.ledger import database, store
from tests.broker.desk import READERS, TAGS, Desk, Machine

MOVE = "INSERT INTO movement (copy, source, target, kind, at_ms, recorded_ms)"
SEEN = """INSERT INTO observation
(copy, happened_ms, cause, verb, sure, device, number, place, due, rule, session, detail)"""
LOAN = """INSERT INTO loan
(copy, account, cause, out_ms, due, state, rule, over_limit, renewals, waived, in_ms)"""
SAID = """INSERT INTO inbox
(id, stream, number, kind, boot, uptime_ms, wall_ms, quality, received_ms, before, chain)"""
# For a statement of two rows, n = 0 and 1: `before` and `chain` of records that are linked.
TWO = "(SELECT 0 AS n UNION ALL SELECT 1) AS two"
LINKED = "CASE n WHEN 0 THEN chain ELSE 'x' END, CASE n WHEN 0 THEN 'x' ELSE 'y' END"
REFUSED = (*store.CONFLICTS, psycopg.DataError)


@pytest.fixture
def lent(desk: Desk) -> Desk:
    """A desk where copy 1 is on loan."""
    machine = Machine()
    desk.hear(machine.says("hello", machine.hello()))
    machine.session(1, READERS[0], took=[TAGS[0]])
    desk.hear(machine.says("fact", machine.payload()))
    return desk


# fmt: off
BROKEN = (
    # promise, statement, what the database says
    (1, f"{LOAN} SELECT copy, 7, 1, 0, 0, 'open', '', 0, 0, 0, NULL FROM loan", "unique"),
    (1, f"{LOAN} VALUES (2, 7, 1, 0, 0, 'open', '', 0, 0, 0, 5)", "check"),
    (2, f"{MOVE} VALUES (1, 2, 1, 'put', 0, 0)", "not with the source"),
    (2, f"{MOVE} SELECT copy, holder, holder, 'put', 0, 0 FROM copy_state", "check"),
    (2, f"{MOVE} SELECT copy, holder, 2, 'fly', 0, 0 FROM copy_state", "check"),
    (2, f"{MOVE} SELECT copy, holder, 999, 'put', 0, 0 FROM copy_state", "foreign key"),
    # The same copy twice from one place: the second time it is there no more.
    (2, f"{MOVE} SELECT copy, holder, 2, 'put', 0, 0 FROM copy_state UNION ALL"
        " SELECT copy, holder, 1, 'put', 0, 0 FROM copy_state", "not with the source"),
    (2, "INSERT INTO movement (id, copy, source, target, kind, at_ms, recorded_ms)"
        " SELECT -1, copy, holder, 2, 'put', 0, 0 FROM copy_state WHERE copy = 1", "later"),
    # A step that fits, and one of another copy that does not.
    (2, f"{MOVE} SELECT copy, CASE copy WHEN 2 THEN holder ELSE 2 END, 1, 'put', 0, 0"
        " FROM copy_state WHERE copy < 3", "not with the source"),
    (2, f"{MOVE} VALUES (999, 1, 2, 'put', 0, 0)", "not with the source"),
    (2, "INSERT INTO movement (copy, source, target, kind, at_ms, recorded_ms, cause)"
        " SELECT copy, holder, 2, 'put', 0, 0, 999 FROM copy_state WHERE copy = 1", "foreign key"),
    (2, "UPDATE copy_state SET holder = 2", "only a movement"),
    (2, "UPDATE copy_state SET since_ms = 5", "only a movement"),
    # Back to where an earlier movement had brought it.
    (2, "UPDATE copy_state SET holder = (SELECT placed FROM copy WHERE id = 1), movement ="
        " (SELECT MIN(id) FROM movement WHERE copy = 1) WHERE copy = 1", "only a movement"),
    (2, "UPDATE copy_state SET inside = 2", "only a movement"),
    (2, "UPDATE copy_state SET turn = turn + 2", "counts one"),
    (2, "DELETE FROM copy_state", "always has a holder"),
    (2, "INSERT INTO copy_state (copy, holder, since_ms) VALUES (1, 2, 0)", "one holder|unique"),
    (3, "DELETE FROM inbox", "never deleted"),
    (3, "UPDATE inbox SET number = 9", "never changed"),
    (3, "UPDATE inbox SET chain = 'x'", "never changed"),
    (3, "UPDATE inbox SET received_ms = 0", "never changed"),
    (3, f"{SAID} SELECT 99, stream, number, 'other', 1, 1, 0, 0, 0, chain, 'x' FROM inbox",
        "advances by one|told once|unique"),
    (3, f"{SAID} SELECT id, stream, 2, 'other', 1, 1, 0, 0, 0, chain, 'x' FROM inbox",
        "told once|unique"),
    (4, f"{SAID} SELECT 99, stream, 3, 'fault', 1, 1, 0, 0, 0, chain, 'x' FROM inbox",
        "advances by one"),
    (4, f"{SAID} SELECT 99, stream, 2, 'fault', 1, 1, 0, 0, 0, 'no link', 'x' FROM inbox",
        "advances by one"),
    # Two records in one statement: the second does not follow the first, or leaves a number out.
    (4, f"{SAID} SELECT 98 + n, stream, 2 + n, 'fault', 1, 1, 0, 0, 0, chain, 'x'"
        f" FROM inbox, {TWO}", "advances by one"),
    (4, f"{SAID} SELECT 98 + n, stream, 2 + 2 * n, 'fault', 1, 1, 0, 0, 0, {LINKED}"
        f" FROM inbox, {TWO}", "advances by one"),
    (4, f"{SAID} SELECT 98 + n, stream, 2, 'fault', 1, 1, 0, 0, 0, {LINKED}"
        f" FROM inbox, {TWO}", "advances by one|unique"),
    (4, "UPDATE stream SET number = 9", "advances by one"),
    (4, "UPDATE stream SET number = number + 1", "advances by one"),
    (4, "UPDATE stream SET number = number - 1", "advances by one"),
    (4, "UPDATE stream SET chain = 'x'", "advances by one"),
    (4, "UPDATE stream SET device = 2", "never changed"),
    (4, "DELETE FROM stream", "never deleted"),
    (4, "INSERT INTO stream (device, journal, number, chain, state)"
        " VALUES (1, 'deadbeef', 7, '', 'open')", "begins empty"),
    (5, "DELETE FROM movement", "never deleted"),
    (5, "UPDATE movement SET target = 2", "never changed"),
    (5, "UPDATE movement SET kind = 'put'", "never changed"),
    (5, f"{MOVE} SELECT copy, holder, 2, 'undo', 0, 0 FROM copy_state WHERE copy = 1",
        "does not undo|check"),
    # Not the opposite of what it names.
    (5, "INSERT INTO movement (copy, source, target, kind, at_ms, recorded_ms, reverses)"
        " SELECT copy, holder, 2, 'undo', 0, 0, movement FROM copy_state WHERE copy = 1",
        "does not undo"),
    # One that undoes, and one of the same statement that does not.
    (5, "INSERT INTO movement (copy, source, target, kind, at_ms, recorded_ms, reverses)"
        " SELECT s.copy, s.holder, CASE s.copy WHEN 1 THEN m.source ELSE 2 END, 'undo', 0, 0,"
        " s.movement FROM copy_state s JOIN movement m ON m.id = s.movement WHERE s.copy < 3",
        "does not undo"),
    (6, "UPDATE observation SET cause = 2", "never changed"),
    (6, "UPDATE observation SET place = 2", "never changed"),
    (6, f"{SEEN} VALUES (1, 0, 999, 'put', 1, 1, 1, 2, 0, '', '', '')", "foreign key"),
    (6, f"{SEEN} VALUES (999, 0, 1, 'put', 1, 1, 1, 2, 0, '', '', '')", "foreign key"),
    (6, f"{SEEN} VALUES (1, 0, 1, 'put', 1, 1, 1, 999, 0, '', '', '')", "foreign key"),
    # The first of the statement refers well.
    (6, f"{SEEN} SELECT 1, n, 1 + 998 * n, 'put', 1, 1, 1, 2, 0, '', '', '' FROM {TWO}",
        "foreign key"),
    (6, f"{LOAN} VALUES (2, 7, 999, 0, 0, 'returned', '', 0, 0, 0, 5)", "foreign key"),
    (6, f"{LOAN} VALUES (999, 7, 1, 0, 0, 'returned', '', 0, 0, 0, 5)", "foreign key"),
    (6, "UPDATE loan SET cause = 999", "never changed"),
    (6, "UPDATE holder SET id = 999 WHERE id = 2", "never changed"),
    (6, "UPDATE holder SET kind = 'bag' WHERE id = 2", "keeps its kind"),
    (6, "DELETE FROM holder WHERE id = 2", "never deleted"),
    (0, "INSERT INTO holder (kind, site) VALUES ('reader', 'lib01')", "check"),
    (0, "INSERT INTO holder (kind) VALUES ('compartment')", "check"),
    (0, "UPDATE loan SET due = 'tomorrow'", "cannot store TEXT|invalid input syntax"),
)
# fmt: on


@pytest.mark.parametrize(("_promise", "statement", "said"), BROKEN)
def test_the_database_refuses(lent: Desk, _promise: int, statement: str, said: str) -> None:
    with pytest.raises(REFUSED, match=f"(?i){said}"):
        lent.db.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT OR REPLACE INTO movement SELECT id, copy, 1, 2, kind, 0, 0, cause, NULL, NULL"
        " FROM movement WHERE copy = 1",
        "INSERT OR REPLACE INTO copy_state (copy, holder, since_ms, turn) VALUES (1, 2, 0, 0)",
        "INSERT OR REPLACE INTO inbox SELECT * FROM inbox",
        "INSERT OR REPLACE INTO stream SELECT id, device, journal, 0, '', 'open' FROM stream",
    ],
)
def test_replacing_is_no_way_round_in_sqlite(tmp_path: Path, statement: str) -> None:
    desk = Desk(tmp_path / "data")
    machine = Machine()
    desk.hear(machine.says("hello", machine.hello()))
    machine.session(1, READERS[0], took=[TAGS[0]])
    desk.hear(machine.says("fact", machine.payload()))

    with pytest.raises(sqlite3.IntegrityError):
        desk.db.execute(statement)


@pytest.mark.parametrize("table", ["inbox", "movement", "stream", "copy_state"])
def test_emptying_is_no_way_round_in_postgresql(lent: Desk, table: str) -> None:
    statement = f"TRUNCATE {table} CASCADE" if lent.url else f"DELETE FROM {table}"

    with pytest.raises(REFUSED, match="never deleted"):
        lent.db.execute(statement)


def test_a_body_may_be_erased_and_the_chain_stays(lent: Desk) -> None:
    before = lent.one("SELECT chain FROM inbox")

    lent.db.execute("UPDATE inbox SET body = NULL")

    assert lent.rows("SELECT chain, body FROM inbox") == [(before, None)]


def test_an_erased_body_stays_erased(lent: Desk) -> None:
    lent.db.execute("UPDATE inbox SET body = NULL")

    with pytest.raises(REFUSED, match="may only become NULL"):
        lent.db.execute("UPDATE inbox SET body = ?", (b"x",))


def test_a_quarantined_stream_does_not_go_on_and_stays_so(lent: Desk) -> None:
    lent.db.execute("UPDATE stream SET state = 'quarantined'")

    with pytest.raises(REFUSED, match="never in quarantine"):
        lent.db.execute(f"{SAID} SELECT 99, id, 2, 'fault', 1, 1, 0, 0, 0, chain, 'x' FROM stream")
    with pytest.raises(REFUSED, match="stays in quarantine"):
        lent.db.execute("UPDATE stream SET state = 'open'")


def test_a_movement_is_undone_once(lent: Desk) -> None:
    undo = """INSERT INTO movement (copy, source, target, kind, at_ms, recorded_ms, reverses)
    SELECT copy, target, source, 'undo', 0, 0, id FROM movement WHERE kind = 'take'"""
    take = f"{MOVE} SELECT copy, source, target, 'take', 0, 0 FROM movement WHERE kind = 'take'"
    lent.db.execute(undo)
    lent.db.execute(take)

    with pytest.raises(REFUSED):
        lent.db.execute(undo + " AND reverses IS NULL ORDER BY id LIMIT 1")


def test_an_account_outlives_its_person(lent: Desk) -> None:
    lent.db.execute("DELETE FROM patron WHERE account = 1001")

    assert lent.one("SELECT account FROM loan") == 1001


def test_a_data_folder_has_one_service(tmp_path: Path) -> None:
    lock = database.Lock(tmp_path)
    with pytest.raises(database.LedgerError, match="already serves"):
        database.Lock(tmp_path)

    lock.release()
    database.Lock(tmp_path).release()


def test_a_newer_ledger_is_not_touched(tmp_path: Path, database_url: str) -> None:
    db = database.open_writer(tmp_path, database_url)
    ((ours,),) = db.execute("SELECT version_num FROM alembic_version").fetchall()
    db.execute("UPDATE alembic_version SET version_num = 'from_tomorrow'")

    with pytest.raises(database.LedgerError, match="newer than this service.*from_tomorrow"):
        database.open_writer(tmp_path, database_url)
    # A PostgreSQL ledger is used again by the next test.
    db.execute("UPDATE alembic_version SET version_num = ?", (ours,))


def test_tables_of_somebody_else_are_not_touched(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / database.NAME) as db:
        db.execute("CREATE TABLE theirs (id INTEGER)")

    with pytest.raises(database.LedgerError, match="no ledger of this service"):
        database.open_writer(tmp_path)
