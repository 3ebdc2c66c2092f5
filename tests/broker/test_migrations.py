"""All migrations, run on an empty database, make what the tables of the code say."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, Integer, MetaData, create_engine, inspect
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError

from broker.ledger import database, migrations
from broker.ledger.columns import Whole
from tests.postgres import Postgres

# A copy that was lent and came back, one that is out, and their reader.
OLD = (
    "INSERT INTO site VALUES ('s1', '馆', 'Library', 'library', 'district', 31, 121)",
    "INSERT INTO title VALUES ('t1', '红楼梦', '曹雪芹', 0, 'zh', 'adult', 'I242.4')",
    "INSERT INTO device VALUES (1, 'bc01', 'bookcase', 's1', 1, 12, NULL)",
    "INSERT INTO holder (id, kind, device, door) VALUES (3, 'compartment', 1, 1)",
    "INSERT INTO holder (id, kind, account) VALUES (4, 'reader', 7)",
    "INSERT INTO copy VALUES (1, 'MH1', 'A1', 't1', 's1', 3, 0)",
    "INSERT INTO copy VALUES (2, 'MH2', 'A2', 't1', 's1', 3, 0)",
    "INSERT INTO stream (id, device, journal, number, chain, state)"
    " VALUES (1, 1, '1', 0, 'x', 'open')",
    "INSERT INTO inbox VALUES (1, 1, 1, 'session', 1, 1, 0, 0, 5, 'x', 'y', NULL)",
    "INSERT INTO movement VALUES (1, 1, 1, 3, 'load', 0, 0, NULL, NULL, NULL)",
    "INSERT INTO movement VALUES (2, 2, 1, 3, 'load', 0, 0, NULL, NULL, NULL)",
    "INSERT INTO movement VALUES (3, 2, 3, 4, 'take', 5, 5, 1, NULL, NULL)",
    "INSERT INTO loan VALUES (8, 1, 7, 1, 5, 0, 9, 'returned', '', 0, 0, 0)",
    "INSERT INTO loan VALUES (9, 2, 7, 1, 5, 0, NULL, 'open', '', 0, 0, 0)",
    "DELETE FROM loan_news",
)


@pytest.fixture(params=["sqlite", "postgresql"])
def connection(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Connection]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        engine = database._migrating(tmp_path / database.NAME)
    else:
        server: Postgres = request.getfixturevalue("postgres")
        engine = create_engine(database._sqlalchemy(server.empty()))
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def test_a_ledger_that_appends_keeps_what_the_older_one_had(connection: Connection) -> None:
    migrations.upgrade(connection, to="fleet")
    for statement in OLD:
        connection.exec_driver_sql(statement)
    before = connection.exec_driver_sql("SELECT * FROM loan ORDER BY id").fetchall()

    migrations.upgrade(connection)

    assert connection.exec_driver_sql("SELECT * FROM loan ORDER BY id").fetchall() == before
    assert _pairs(connection, "SELECT copy, inside FROM copy_state") == [(1, 3), (2, None)]
    assert _pairs(connection, "SELECT copy, cause FROM loan_news") == []
    connection.exec_driver_sql("UPDATE loan SET in_ms = 9, state = 'returned' WHERE id = 9")
    assert _pairs(connection, "SELECT copy, cause FROM loan_news") == [(2, 1)]
    move = "INSERT INTO movement VALUES (4, 2, 4, 3, 'return', 9, 9, 1, NULL, NULL)"
    connection.exec_driver_sql(move)
    assert _pairs(connection, "SELECT copy, inside FROM copy_state") == [(1, 3), (2, 3)]
    with pytest.raises(IntegrityError):
        connection.exec_driver_sql("UPDATE loan SET copy = 1 WHERE id = 9")


def _pairs(connection: Connection, query: str) -> list[tuple[int, ...]]:
    return [tuple(row) for row in connection.exec_driver_sql(f"{query} ORDER BY 1")]


def described(engine: Engine) -> dict[str, object]:
    """Return everything that a database knows of each table, in an order of its own."""
    found = inspect(engine)
    ask = {
        "columns": found.get_columns,
        "key": found.get_pk_constraint,
        "references": found.get_foreign_keys,
        "uniques": found.get_unique_constraints,
        "checks": found.get_check_constraints,
        "options": found.get_table_options,
    }
    tables = [table for table in found.get_table_names() if table != "alembic_version"]
    told = {f"{table}.{what}": _sorted(ask[what](table)) for table in tables for what in ask}
    with engine.connect() as connection:
        # As they were written: SQLAlchemy reads back none that is over an expression.
        made = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL"
        return told | {str(name): sql for name, sql in connection.exec_driver_sql(made)}


def _sorted(answer: object) -> object:
    return sorted(map(_plain, answer)) if isinstance(answer, list) else _plain(answer)


def _plain(found: object) -> str:
    """An index's condition is an object without an equal."""
    if isinstance(found, dict):
        return str({key: _plain(value) for key, value in sorted(found.items())})
    return str(found)


def test_the_migrations_make_what_the_tables_say(tmp_path: Path) -> None:
    database.open_writer(tmp_path).close()
    migrated = create_engine(f"sqlite:///{tmp_path / database.NAME}")
    created = create_engine("sqlite://")
    migrations.all_tables().create_all(created)

    assert described(migrated) == described(created)


def test_a_number_has_64_bits_in_both_databases() -> None:
    metadata: MetaData = migrations.all_tables()
    narrow = [
        f"{table}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, Integer)
        and column.type.dialect_impl(postgresql.dialect()).__class__.__name__ == "INTEGER"
    ]

    assert Whole.compile(postgresql.dialect()) == "BIGINT"
    assert narrow == []


def test_the_migrations_are_one_line() -> None:
    script = ScriptDirectory(str(migrations.HERE))

    assert len(script.get_heads()) == 1
