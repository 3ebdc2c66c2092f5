"""What the ledger's code asks of a database, whichever it is: statements, rows, one transaction.

Statements mark each value with `?` and are SQL that SQLite and PostgreSQL both read; where they
differ, `kind` chooses between two statements that stand side by side in the same file.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Literal, Protocol

import psycopg

Kind = Literal["sqlite", "postgresql"]
Row = Any  # A tuple; its columns are those of the statement.

# The database says no: a constraint or a trigger forbids it.
CONFLICTS = (sqlite3.IntegrityError, psycopg.IntegrityError, psycopg.errors.RaiseException)
# The database cannot now: a lock, a full disk, a lost connection.
FAILURES = (sqlite3.OperationalError, psycopg.OperationalError)
# Two transactions met, and this one was chosen to be done again as a whole.
COLLISIONS = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)

_PASSING_SQLITE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
}
# Classes of SQLSTATE: connection, resources (a full disk), an operator's shutdown, the system; and
# a server that only reads, as one does that is being replaced.
_PASSING_POSTGRESQL = ("08", "53", "57", "58", "25006", "55P03")


class Cursor(Protocol):
    """The rows of one statement, each read once and in order."""

    @property
    def rowcount(self) -> int: ...
    def fetchone(self) -> Row: ...
    def fetchall(self) -> list[Row]: ...
    def __iter__(self) -> Iterator[Row]: ...


class Database(Protocol):
    """One connection, for one thread at a time.  A change is made between begin and commit.

    What is wrong with a change is raised by it or by anything later, at the commit at the latest.
    """

    kind: Kind

    def execute(self, statement: str, values: Sequence[object] = ()) -> Cursor: ...
    def executemany(self, statement: str, rows: Iterable[Sequence[object]]) -> object: ...
    def number(self, table: str) -> int:
        """Return a new row's id, higher than those of all rows that are there.

        Within one transaction a table's rows get their ids all from here, or none of them.
        """
        ...

    def begin(self) -> None: ...
    def commit(self, meanwhile: Callable[[], None] | None = None) -> None:
        """`meanwhile` may be called while the database is at work; it raises nothing."""
        ...

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
        self.close = connection.close
        self._numbers: dict[str, int] = {}

    def begin(self) -> None:
        """Take the write lock at once: a transaction that is upgraded later may have to fail."""
        self.connection.execute("BEGIN IMMEDIATE")
        self._numbers.clear()

    def commit(self, _meanwhile: Callable[[], None] | None = None) -> None:
        """Nothing is done meanwhile: it is this thread that is at work."""
        self.connection.commit()

    def number(self, table: str) -> int:
        if table not in self._numbers:
            (newest,) = self.execute(f"SELECT MAX(id) FROM {table}").fetchone()
            self._numbers[table] = newest or 0
        self._numbers[table] += 1
        return self._numbers[table]

    @property
    def in_transaction(self) -> bool:
        return self.connection.in_transaction


def is_passing(error: BaseException) -> bool:
    """Say whether the database cannot now and may later: what it was asked is not to blame."""
    if isinstance(error, sqlite3.OperationalError):
        # The lowest byte is the kind; the rest tells more of it.
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in _PASSING_SQLITE
    if isinstance(error, psycopg.Error):
        if error.sqlstate is None:
            return isinstance(error, psycopg.OperationalError)
        return error.sqlstate.startswith(_PASSING_POSTGRESQL)
    return False
