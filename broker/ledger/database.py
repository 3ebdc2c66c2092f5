"""Opens the ledger's SQLite file: one writing connection, an engine for readers, one process.

The file's durability: write-ahead log, synchronous FULL, foreign keys on.
"""

import fcntl
import os
import sqlite3
from pathlib import Path

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from broker.ledger import schema
from broker.ledger.store import Database, SqliteDatabase

NAME = "ledger.sqlite"
LOCK_NAME = "service.lock"
_WRITER = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 5000",
    "PRAGMA cache_size = -65536",  # 64 MiB
    "PRAGMA wal_autocheckpoint = 4000",  # 16 MiB: what is written often is copied back less often
)


class LedgerError(Exception):
    """The ledger cannot be opened.  The message says what to do; the process ends."""


class Lock:
    """Held by the one process that may write to a data folder, as long as it lives."""

    def __init__(self, folder: Path) -> None:
        """Take the lock, or raise LedgerError naming the process that holds it."""
        folder.mkdir(parents=True, exist_ok=True)
        self._file = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._file, 20).decode() or "unknown"
            os.close(self._file)
            raise LedgerError(
                f"process {holder} already serves {folder}: on SQLite there is one service"
            ) from None
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, str(os.getpid()).encode(), 0)

    def release(self) -> None:
        os.close(self._file)


def open_writer(folder: Path) -> Database:
    """Return the connection that writes, creating the tables in an empty folder.

    Only one thread may use it at a time.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / NAME
    _create(path)
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, cached_statements=256
    )
    for pragma in _WRITER:
        connection.execute(pragma)
    return SqliteDatabase(connection)


def open_reader(folder: Path) -> Engine:
    """Return an engine whose connections cannot write; any thread may use it."""
    engine = create_engine(f"sqlite:///{folder / NAME}", pool_size=8, max_overflow=8)

    @event.listens_for(engine, "connect")
    def _read_only(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        connection.cursor().execute("PRAGMA query_only = ON")

    return engine


def _create(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.close()
    if version == schema.VERSION:
        return
    if version:
        raise LedgerError(f"{path} is of version {version}, this service of {schema.VERSION}")
    engine = create_engine(f"sqlite:///{path}")
    schema.create(engine)
    engine.dispose()
