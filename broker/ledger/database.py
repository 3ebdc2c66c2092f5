"""Opens the ledger: a connection that writes, an engine for readers, all migrations run.

The file's durability: write-ahead log, synchronous FULL, foreign keys on.
"""

import fcntl
import os
import sqlite3
import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, inspect
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from broker.ledger import migrations
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
    """Return the connection that writes; the ledger is made, or brought up to date, before.

    Only one thread may use it at a time.  LedgerError for a ledger that this service cannot serve.
    """
    folder.mkdir(parents=True, exist_ok=True)
    upgrade(folder)
    connection = sqlite3.connect(
        folder / NAME, isolation_level=None, check_same_thread=False, cached_statements=256
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


def upgrade(folder: Path) -> None:
    """Make the ledger, or run the migrations that it lacks; LedgerError for one that is newer."""
    path = folder / NAME
    if not path.exists() or not path.stat().st_size:
        # What all migrations make is made once and copied: a new ledger takes a millisecond.
        made = path.with_suffix(".new")
        made.write_bytes(_empty_ledger())
        made.replace(path)
        return
    engine = _migrating(path)
    try:
        with engine.begin() as connection:
            _upgrade(connection, str(path))
    finally:
        engine.dispose()


def _upgrade(connection: Connection, name: str) -> None:
    tables = inspect(connection).get_table_names()
    if tables and "alembic_version" not in tables:
        raise LedgerError(f"{name} is no ledger of this service: it has tables but no version")
    try:
        migrations.upgrade(connection)
    except migrations.NewerLedger as error:
        raise LedgerError(f"{name} is newer than this service: {error}") from None


@cache
def _empty_ledger() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        engine = _migrating(Path(folder) / NAME)
        with engine.begin() as connection:
            migrations.upgrade(connection)
        engine.dispose()
        return (Path(folder) / NAME).read_bytes()


def _migrating(path: Path) -> Engine:
    """Return an engine that changes tables and rows in one transaction, which pysqlite does not."""
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def _plain(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
