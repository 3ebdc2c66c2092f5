"""All migrations, run on an empty database, make what the tables of the code say."""

from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import Engine, Integer, MetaData, create_engine, inspect
from sqlalchemy.dialects import postgresql

from broker.ledger import database, migrations
from broker.ledger.columns import Whole


def described(engine: Engine) -> dict[str, object]:
    """Return everything that a database knows of each table, in an order of its own."""
    found = inspect(engine)
    ask = {
        "columns": found.get_columns,
        "key": found.get_pk_constraint,
        "references": found.get_foreign_keys,
        "uniques": found.get_unique_constraints,
        "indexes": found.get_indexes,
        "checks": found.get_check_constraints,
        "options": found.get_table_options,
    }
    return {
        f"{table}.{what}": _sorted(question(table))
        for table in found.get_table_names()
        if table != "alembic_version"
        for what, question in ask.items()
    }


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
