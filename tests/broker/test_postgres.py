"""The connection that queues: order, numbers, errors; and two services with what each remembers."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy
from alembic.migration import MigrationContext
from alembic.operations import Operations

from broker.ledger import audit, database, guards, schema
from broker.ledger.postgres import PostgresDatabase
from broker.live import Hub
from broker.outbox import Outgoing
from broker.writer import Delivery, Writer
from tests.broker.desk import MINUTE_MS, READERS, START_MS, TAGS, Desk, Machine, day, exchange
from tests.postgres import Postgres

ANN, BEN = READERS[:2]
LATER_MS = START_MS + 24 * 3600_000
TITLE = """INSERT INTO title (id, title, author, year, language, audience, class)
VALUES (?, ?, '', ?, '', '', '')"""


@pytest.fixture
def url(postgres: Postgres) -> Iterator[str]:
    made = postgres.ledger()
    yield made
    postgres.give_back(made)


@pytest.fixture
def db(url: str) -> Iterator[PostgresDatabase]:
    made = PostgresDatabase(url)
    yield made
    made.close()


def test_rows_that_went_together_are_what_was_said(db: PostgresDatabase) -> None:
    said = [(f"t{n}", word, n) for n, word in enumerate(('"', "\\", "{,}", "NULL", "", "红\n楼"))]
    db.begin()
    for row in said:
        db.execute(TITLE, row)
    db.commit()

    assert db.execute("SELECT id, title, year FROM title ORDER BY id").fetchall() == said


def test_a_question_sees_what_was_said_before_it(db: PostgresDatabase) -> None:
    db.begin()
    db.execute(TITLE, ("a", "x", 1))
    db.execute(TITLE, ("b", "x", 2))

    assert db.execute("SELECT SUM(year) FROM title").fetchone() == (3,)
    db.rollback()
    assert db.execute("SELECT COUNT(*) FROM title").fetchone() == (0,)


def test_what_is_wrong_is_said_at_the_commit_at_the_latest(db: PostgresDatabase) -> None:
    db.begin()
    db.execute(TITLE, ("a", "x", 1))
    db.execute(TITLE, ("a", "again", 1))
    with pytest.raises(psycopg.errors.UniqueViolation):
        db.commit()
    assert db.in_transaction
    db.rollback()

    db.begin()
    db.execute(TITLE, ("a", "x", 1))
    db.commit()
    assert db.execute("SELECT title FROM title").fetchall() == [("x",)]


def test_loans_of_one_copy_keep_their_order_and_others_go_together(
    url: str, tmp_path: Path
) -> None:
    desk = Desk(tmp_path, url)
    machine = Machine()
    desk.hear(machine.says("hello", machine.hello()))
    for number in range(1, 41):
        verb = "put" if number % 2 == 0 else "took"
        machine.session(number * MINUTE_MS, ANN, **{verb: [TAGS[0], TAGS[number // 2 % 3 + 1]]})
    desk.hear(machine.says("fact", machine.payload(1, 20), LATER_MS))
    desk.hear(machine.says("fact", machine.payload(21), LATER_MS))

    assert desk.one("SELECT COUNT(*) FROM inbox") == 40
    assert audit.check(desk.folder, day, url) == []


def test_numbers_rise_and_are_drawn_in_each_transaction(url: str) -> None:
    first, second = PostgresDatabase(url), PostgresDatabase(url)
    first.begin()
    early = first.number("movement")
    second.begin()
    middle = second.number("movement")
    second.commit()
    first.commit()
    first.begin()
    late = first.number("movement")
    first.rollback()

    assert early < middle < late
    first.close()
    second.close()


def test_a_connection_that_was_lost_is_made_anew_by_the_next_transaction(
    db: PostgresDatabase, url: str
) -> None:
    db.begin()
    db.execute(TITLE, ("a", "x", 1))
    with psycopg.connect(url, autocommit=True) as operator:
        operator.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    with pytest.raises(psycopg.OperationalError):
        db.commit()
    db.rollback()

    db.begin()
    assert db.execute("SELECT COUNT(*) FROM title").fetchone() == (0,)
    db.commit()


class Pair:
    """Two services on one ledger, each with what it remembers, as if each held some shards."""

    def __init__(self, folder: Path, url: str) -> None:
        self.desk = Desk(folder, url)
        self.acknowledged: list[int] = []
        self.sent: list[Outgoing] = []
        databases = self.desk.db, database.open_writer(folder, url)
        self.other = databases[1]
        self.writers = [
            Writer(
                db,
                self.desk.exchange if db is self.desk.db else exchange(db),
                hub=Hub(),
                send=self.sent.extend,
                acknowledge=lambda done: self.acknowledged.extend(item.mid for item in done),
            )
            for db in databases
        ]

    def say(self, which: int, machine: Machine, first: int, last: int) -> None:
        """A service takes one message in a transaction of its own."""
        said = machine.says("fact", machine.payload(first, last), LATER_MS)
        writer = self.writers[which]
        writer._commit([Delivery(said, (0, 1), first, 1)], writer._exchange.take)


@pytest.fixture
def pair(tmp_path: Path, url: str) -> Iterator[Pair]:
    made = Pair(tmp_path, url)
    yield made
    made.desk.db.close()
    made.other.close()


def test_a_copy_that_wanders_between_two_services_has_one_life(pair: Pair) -> None:
    """What one remembers of it is old each time that the other has moved it."""
    one, two = Machine("bc01"), Machine("bc02")
    for machine in (one, two):
        pair.desk.hear(machine.says("hello", machine.hello()))
    for number in range(1, 9):
        machine = one if number % 2 else two
        machine.session(number * 20 * MINUTE_MS, ANN, took=[TAGS[0]])
        machine.session(number * 20 * MINUTE_MS + 11 * MINUTE_MS, ANN, put=[TAGS[0]])

    for number in range(8):
        which, told = number % 2, number // 2 * 2 + 1
        pair.say(which, (one, two)[which], told, told)
        pair.say(which, (one, two)[which], told + 1, told + 1)

    assert pair.desk.rows("SELECT state, COUNT(*) FROM loan GROUP BY state") == [("returned", 8)]
    assert audit.check(pair.desk.folder, day, pair.desk.url) == []


def test_a_service_that_believes_it_still_serves_a_machine_does_no_harm(pair: Pair) -> None:
    """Both take the same machine's records, some twice, one behind the other's back."""
    machine = Machine()
    pair.desk.hear(machine.says("hello", machine.hello()))
    for number in range(1, 7):
        verb = "put" if number % 2 == 0 else "took"
        machine.session(number * 20 * MINUTE_MS, BEN, **{verb: [TAGS[1]]})

    for which, first, last in ((0, 1, 1), (1, 1, 3), (0, 2, 2), (0, 2, 4), (1, 4, 5), (0, 5, 6)):
        pair.say(which, machine, first, last)

    numbers = pair.desk.rows("SELECT number FROM inbox ORDER BY id")
    assert numbers == [(n,) for n in range(1, 7)]
    assert pair.desk.one("SELECT COUNT(*) FROM loan") == 3
    assert pair.desk.rows("SELECT kind FROM exception_case") == []
    assert audit.check(pair.desk.folder, day, pair.desk.url) == []


def test_a_late_fact_finds_its_place_though_the_other_service_has_gone_on(pair: Pair) -> None:
    """The copy is where it was remembered, and yet a loan has begun and ended there since."""
    one, two = Machine("bc01"), Machine("bc02")
    for machine in (one, two):
        pair.desk.hear(machine.says("hello", machine.hello()))
    for minute, verb in ((20, "took"), (31, "put"), (40, "took"), (55, "put")):
        one.session(minute * MINUTE_MS, ANN, **{verb: [TAGS[0]]})
    two.session(45 * MINUTE_MS, BEN, took=[TAGS[0]])

    pair.say(0, one, 1, 2)
    pair.say(1, one, 3, 4)
    pair.say(0, two, 1, 1)

    loans = pair.desk.rows("SELECT account, state FROM loan ORDER BY out_ms")
    assert loans == [(1001, "returned"), (1001, "inferred"), (1002, "void")]
    assert audit.check(pair.desk.folder, day, pair.desk.url) == []


def test_the_words_of_a_column_can_be_changed(tmp_path: Path, postgres: Postgres) -> None:
    made = postgres.empty()
    database.open_writer(tmp_path).close()
    database.upgrade(tmp_path, made)
    for address in (f"sqlite:///{tmp_path / database.NAME}", made.replace("://", "+psycopg://", 1)):
        engine = sqlalchemy.create_engine(address)
        with engine.begin() as connection, Operations.context(_context(connection)):
            guards.words("holder", "kind", (*(kind for kind, _what in schema.HOLDERS), "van"))
        with engine.begin() as connection:
            connection.exec_driver_sql("INSERT INTO holder (id, kind) VALUES (900, 'van')")
        with engine.begin() as connection, pytest.raises(sqlalchemy.exc.IntegrityError):
            connection.exec_driver_sql("INSERT INTO holder (id, kind) VALUES (901, 'cart')")
        engine.dispose()


def _context(connection: sqlalchemy.Connection) -> MigrationContext:
    return MigrationContext.configure(connection)
