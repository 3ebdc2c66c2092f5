"""What one copy and one reader did is found by indexes, though none is in their order."""

from pathlib import Path

import pytest

from broker.ledger import books, database, dimensions, facts, known, limits, queries, traces
from broker.ledger.store import SqliteDatabase
from tests.broker.desk import MINUTE_MS, READERS, START_MS, TAGS, Desk, Machine

MONTH_MS = 31 * 24 * 60 * MINUTE_MS
LARGE = ("loan", "movement", "observation", "inbox", "copy", "copy_state", "patron")
ASKED = (
    *(getattr(books, name) for name in ("_HERE", "_NEWEST", "_OPEN_LOAN", "_CAUSED", "_OBSERVED")),
    *(books._STANDING, books._LOANS, books._END, books._CASES, facts._INSIDE, limits._COUNT),
    *(known._LOANS, known._ENDED, known._OPEN_LOAN, known._MISSED, dimensions._IRREGULAR),
    *(queries.MOVEMENTS_OF_COPY, queries.MOVEMENTS_OF_CARD, queries.INSIDE_MACHINE),
)


@pytest.fixture
def lent(desk: Desk) -> Desk:
    """The first reader has two copies, one of them since two months ago; one came back."""
    machine = Machine()
    desk.hear(machine.says("hello", machine.hello()))
    machine.session(1, READERS[0], took=[TAGS[0], TAGS[1]])
    machine.session(20 * MINUTE_MS, READERS[0], put=[TAGS[0]])
    machine.session(2 * MONTH_MS, READERS[0], took=[TAGS[0]])
    desk.hear(machine.says("fact", machine.payload(), START_MS + 3 * MONTH_MS))
    return desk


def test_a_copy_has_its_movements_and_loans(lent: Desk) -> None:
    moved = f"SELECT kind FROM movement WHERE {traces.movements_of_copy('movement', '?')}"
    loans = f"SELECT state FROM loan WHERE {traces.loans_of_copy('loan', '?')} ORDER BY out_ms"

    assert lent.rows(f"{moved} ORDER BY id", 1, 1) == [("load",), ("take",), ("return",), ("take",)]
    assert lent.rows(f"{moved} ORDER BY id", 3, 3) == [("load",)]
    assert lent.rows(loans, 1, 1) == [("returned",), ("open",)]
    assert lent.rows(loans, 3, 3) == []


def test_a_reader_has_the_loans_of_all_months(lent: Desk) -> None:
    loans = f"SELECT copy FROM loan WHERE {traces.loans_of_reader('loan', '?')} ORDER BY id"

    assert lent.rows(loans, 1001) == [(1,), (2,), (1,)]
    assert lent.rows(loans, 1002) == []


def test_what_is_looked_into_knows_its_copies(lent: Desk) -> None:
    """The copies in the hands of readers are in no index of places."""
    assert lent.one("SELECT COUNT(*) FROM copy_state WHERE inside = holder") == 38
    assert lent.rows("SELECT copy FROM copy_state WHERE inside IS NULL ORDER BY copy") == [
        (1,),
        (2,),
    ]


@pytest.mark.parametrize("question", ASKED)
def test_no_question_of_a_fact_reads_a_whole_table(tmp_path: Path, question: str) -> None:
    """As SQLite plans it without statistics: each large table is searched and never scanned."""
    db = database.open_writer(tmp_path)
    assert isinstance(db, SqliteDatabase)
    values = dict.fromkeys(("barcode", "card", "device"), "x")
    given = values if ":" in question else (1,) * question.count("?")

    plan = [row[3] for row in db.connection.execute(f"EXPLAIN QUERY PLAN {question}", given)]

    whole = [step for step in plan for table in LARGE if step.startswith(f"SCAN {table}")]
    assert whole == [], "\n".join(plan)
