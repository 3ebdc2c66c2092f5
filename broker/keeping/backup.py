"""A ledger's backup while it serves, and its restoring into an empty one, of either database.

A backup is the ledger at one moment: all tables are read in one transaction, and whoever writes is
not held up.  A restore is whole or it did not happen.  What is made of other tables (the search
index) is made anew.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, LargeBinary, Table

from broker.keeping.archive import ROWS_A_STEP, Archive, ArchiveError, Contents, Manifest, Writer
from broker.ledger import guards, migrations

# Whoever has none of these has no ledger yet.
FILLED = ("site", "title", "copy", "patron", "inbox")

# How far it is: the table, rows done, rows in all; 0 where that is not known.
Progress = Callable[[str, int, int], None]


def backup(engine: Engine, path: Path, *, now_ms: int, progress: Progress) -> Manifest:
    """Write a ledger into a new file; raises ArchiveError when it is there already."""
    writer = Writer(path)
    try:
        with _picture(engine) as connection:
            for table in _tables():
                columns = [str(column.name) for column in table.columns]
                binary = [str(c.name) for c in table.columns if isinstance(c.type, LargeBinary)]
                rows = _read(connection, table, columns, progress)
                writer.table(str(table.name), columns, binary, rows)
            return writer.finish(
                migrations=migrations.heads(connection),
                database=engine.dialect.name,
                made_ms=now_ms,
            )
    finally:
        writer.abandon()


def filled(connection: Connection) -> bool:
    """Say whether a database has a ledger with anything in it."""
    there = set(names(connection))
    return any(
        connection.exec_driver_sql(f"SELECT 1 FROM {name} LIMIT 1").first() is not None
        for name in FILLED
        if name in there
    )


def restore(connection: Connection, archive: Archive, *, progress: Progress) -> None:
    """Fill a database that has no table yet, in the caller's transaction.

    The tables are made as they were when the backup was taken and filled; then the migrations that
    came since are run.  Raises ArchiveError for one that we do not know.
    """
    unknown = set(archive.manifest.migrations) - migrations.known()
    if unknown:
        raise ArchiveError(f"made by a newer service: migration {', '.join(sorted(unknown))}")
    for head in archive.manifest.migrations:
        migrations.upgrade(connection, head)
    kind = _KINDS[connection.dialect.name]
    lifted = kind.lift(connection)
    for table in reversed(archive.manifest.tables):
        connection.exec_driver_sql(f"DELETE FROM {table.name}")
    for table in archive.manifest.tables:
        kind.fill(connection, table, _told(archive, table, progress))
    kind.guard(connection, lifted)
    migrations.upgrade(connection)


def _picture(engine: Engine) -> Connection:
    """Return a connection that sees the ledger as it is now, until it is closed."""
    if engine.dialect.name == "postgresql":
        level = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        return engine.connect().execution_options(stream_results=True, **level)
    connection = engine.connect()
    connection.exec_driver_sql("BEGIN")
    return connection


def _tables() -> Sequence[Table]:
    """Return all tables, each after those that it refers to."""
    return migrations.all_tables().sorted_tables


def _read(
    connection: Connection, table: Table, columns: list[str], progress: Progress
) -> Iterator[Sequence[Sequence[Any]]]:
    found = connection.exec_driver_sql(f"SELECT {', '.join(columns)} FROM {table.name}")
    done = 0
    for group in found.partitions(ROWS_A_STEP):
        yield group
        done += len(group)
        progress(table.name, done, 0)


def _told(archive: Archive, table: Contents, progress: Progress) -> Iterator[list[list[Any]]]:
    done = 0
    for group in archive.rows(table):
        yield group
        done += len(group)
        progress(table.name, done, table.rows)


def names(connection: Connection) -> list[str]:
    """Return the names of all tables that are there."""
    if connection.dialect.name == "sqlite":
        question = "SELECT name FROM sqlite_schema WHERE type = 'table'"
    else:
        question = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
    return [name for (name,) in connection.exec_driver_sql(question)]


class _Sqlite:
    """SQLite's guards are taken down and put up again: they cannot be switched off."""

    @staticmethod
    def lift(connection: Connection) -> list[str]:
        question = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
        found = connection.exec_driver_sql(question).all()
        for name, _sql in found:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        return [sql for _name, sql in found]

    @staticmethod
    def fill(connection: Connection, table: Contents, groups: Iterator[list[list[Any]]]) -> None:
        marks = ", ".join("?" for _ in table.columns)
        insert = f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES ({marks})"
        for group in groups:
            connection.exec_driver_sql(insert, [tuple(row) for row in group])

    @staticmethod
    def guard(connection: Connection, triggers: list[str]) -> None:
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise ArchiveError(f"a row of {broken[0]} refers to one of {broken[2]} that is missing")
        for sql in triggers:
            connection.exec_driver_sql(sql)


class _Postgresql:
    """PostgreSQL's guards are switched off for the tables' owner, but those of references."""

    @staticmethod
    def lift(connection: Connection) -> list[str]:
        tables = names(connection)
        for name in tables:
            connection.exec_driver_sql(f"ALTER TABLE {name} DISABLE TRIGGER USER")
        for name, trigger in connection.exec_driver_sql(guards.REFERRING).all():
            connection.exec_driver_sql(f"ALTER TABLE {name} ENABLE TRIGGER {trigger}")
        return tables

    @staticmethod
    def fill(connection: Connection, table: Contents, groups: Iterator[list[list[Any]]]) -> None:
        driver: Any = connection.connection.driver_connection
        into = f"COPY {table.name} ({', '.join(table.columns)}) FROM STDIN"
        try:
            with driver.cursor() as cursor, cursor.copy(into) as copy:
                for group in groups:
                    for row in group:
                        copy.write_row(row)
        except psycopg.errors.ForeignKeyViolation as error:
            text = str(error).splitlines()[0]
            words = f"a row of {table.name} refers to one that is missing: {text}"
            raise ArchiveError(words) from None

    @staticmethod
    def guard(connection: Connection, tables: list[str]) -> None:
        """Let numbers go on above those that were filled in."""
        for name in tables:
            connection.exec_driver_sql(f"ALTER TABLE {name} ENABLE TRIGGER USER")
            own = "SELECT column_name FROM information_schema.columns WHERE column_default LIKE "
            like = (
                f"{own} 'nextval(%%' AND table_name = '{name}' AND table_schema = current_schema()"
            )
            for (column,) in connection.exec_driver_sql(like).all():
                connection.exec_driver_sql(
                    f"SELECT setval(pg_get_serial_sequence('{name}', '{column}'),"
                    f" COALESCE(MAX({column}), 0) + 1, false) FROM {name}"
                )


_KINDS: dict[str, type[_Sqlite] | type[_Postgresql]] = {
    "sqlite": _Sqlite,
    "postgresql": _Postgresql,
}
