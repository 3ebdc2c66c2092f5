"""What the ledger's code asks of a database, whichever it is: statements, rows, one transaction.

Statements mark each value with `?` and are SQL that SQLite and PostgreSQL both read; where they
differ, `kind` chooses between two statements that stand side by side in the same file.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal, Protocol

import psycopg

Kind = Literal["sqlite", "postgresql"]
Row = Any  # A tuple; its columns are those of the statement.

# The database says no: a constraint or a trigger forbids it.
CONFLICTS = (sqlite3.IntegrityError, psycopg.IntegrityError, psycopg.errors.RaiseException)
# The database cannot now: a lock, a full disk, a lost connection.
FAILURES = (sqlite3.OperationalError, psycopg.OperationalError)


class Cursor(Protocol):
    """The rows of one statement, each read once and in order."""

    @property
    def rowcount(self) -> int: ...
    def fetchone(self) -> Row: ...
    def fetchall(self) -> list[Row]: ...
    def __iter__(self) -> Iterator[Row]: ...


class Database(Protocol):
    """One connection, for one thread at a time.  A change is made between begin and commit."""

    kind: Kind

    def execute(self, statement: str, values: Sequence[object] = ()) -> Cursor: ...
    def executemany(self, statement: str, rows: Iterable[Sequence[object]]) -> object: ...
    def begin(self) -> None: ...
    def commit(self) -> None: ...
    def rollback(self) -> None: ...
    @property
    def in_transaction(self) -> bool: ...
    def close(self) -> None: ...


class SqliteDatabase:
    """A ledger in a file.  `execute` is the connection's own: nothing stands in the hot path."""

    kind: Kind = "sqlite"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.execute = connection.execute
        self.executemany = connection.executemany
        self.rollback = connection.rollback
        self.commit = connection.commit
        self.close = connection.close

    def begin(self) -> None:
        """Take the write lock at once: a transaction that is upgraded later may have to fail."""
        self.connection.execute("BEGIN IMMEDIATE")

    @property
    def in_transaction(self) -> bool:
        return self.connection.in_transaction
