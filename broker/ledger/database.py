"""Opens the ledger: a connection that writes, an engine for readers, all migrations run.

The file's durability: write-ahead log, synchronous FULL, foreign keys on.
"""

import fcntl
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, cast

import psycopg
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, inspect, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import ConnectionPoolEntry

from broker.ledger import migrations, soundness
from broker.ledger.postgres import PostgresDatabase, Taken, adapt
from broker.ledger.store import FAILURES, Database, SqliteDatabase

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

_ONLY_READS = "-c default_transaction_read_only=on"
_ONE_MOMENT = " -c default_transaction_isolation=repeatable\\ read"
_UPGRADING = 0x73687567  # A lock's number: any that nobody else uses.


class LedgerError(Exception):
    """The ledger cannot be opened.  The message says what to do; the process ends."""


class InUse(LedgerError):
    """Another process has the ledger: on a file alone, on PostgreSQL as a service."""


class Lock:
    """Held by the one process that may write to a data folder, as long as it lives."""

    def __init__(self, folder: Path) -> None:
        """Take the lock, or raise InUse naming the process that holds it."""
        folder.mkdir(parents=True, exist_ok=True)
        self._file = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._file, 20).decode() or "unknown"
            os.close(self._file)
            raise InUse(
                f"process {holder} already serves {folder}: on SQLite there is one service"
            ) from None
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, str(os.getpid()).encode(), 0)

    def release(self) -> None:
        os.close(self._file)


def open_writer(folder: Path, url: str = "", hold: str = "") -> Database:
    """Return the connection that writes; the ledger is made, or brought up to date, before.

    `url` is that of a PostgreSQL database; without one the ledger is a file in the folder.  `hold`
    is for PostgreSQL (see there).  Only one thread may use a connection at a time.  LedgerError for
    a ledger that cannot be served.
    """
    if url:
        try:
            db = PostgresDatabase(url, hold=hold)
        except Taken as error:
            raise InUse(str(error)) from None
        except psycopg.OperationalError as error:
            raise LedgerError(f"{make_url(url).render_as_string()}: {error}") from None
        upgrade(folder, url)
        return db
    upgrade(folder)
    connection = sqlite3.connect(
        folder / NAME, isolation_level=None, check_same_thread=False, cached_statements=256
    )
    for pragma in _WRITER:
        connection.execute(pragma)
    return SqliteDatabase(connection)


@contextmanager
def alone(folder: Path, url: str = "") -> Iterator[Database]:
    """Yield the connection that writes, for a command that no service may run beside."""
    lock = None if url else Lock(folder)
    db = open_writer(folder, url, "alone")
    try:
        yield db
    finally:
        db.close()
        if lock:
            lock.release()


@contextmanager
def snapshot(folder: Path, url: str = "") -> Iterator[Database]:
    """Yield a connection that only reads, and sees all of the ledger as it is now.

    LedgerError for one that is not up to date, or that turns out to be damaged while it is read.
    """
    where = _sound(folder, url)
    try:
        if url:
            db: Database = PostgresDatabase(url, settings=_ONLY_READS + _ONE_MOMENT)
        else:
            file = sqlite3.connect(f"file:{folder / NAME}?mode=ro", uri=True, isolation_level=None)
            db = SqliteDatabase(file)
    except FAILURES as error:
        raise LedgerError(f"{where}: {error}") from None
    try:
        db.execute("BEGIN")
        yield db
        db.execute("ROLLBACK")
    except sqlite3.DatabaseError as error:
        if soundness.is_damage(error):
            raise LedgerError(soundness.broken(where, error)) from None
        raise
    finally:
        db.close()


def open_reader(folder: Path, url: str = "") -> Engine:
    """Return an engine whose connections cannot write; any thread may use it.

    LedgerError as `snapshot` raises it.
    """
    where = _sound(folder, url)
    if url:
        engine = create_engine(
            _sqlalchemy(url),
            pool_size=8,
            max_overflow=8,
            pool_pre_ping=True,
            isolation_level="AUTOCOMMIT",
            connect_args={"options": _ONLY_READS, "prepare_threshold": 3},
        )
    else:
        engine = create_engine(f"sqlite:///{folder / NAME}", pool_size=8, max_overflow=8)

    @event.listens_for(engine, "connect")
    def _read_only(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        if url:
            adapt(cast("psycopg.Connection[Any]", connection))
        else:
            connection.cursor().execute("PRAGMA query_only = ON")

    @event.listens_for(engine, "handle_error")
    def _damaged(context: ExceptionContext) -> None:
        error = context.original_exception
        if soundness.is_damage(error):
            raise LedgerError(soundness.broken(where, error))

    return engine


def _sound(folder: Path, url: str) -> str:
    """Return where the ledger is, which can be read."""
    if found := soundness.problem(folder / NAME, url):
        raise LedgerError(found)
    return make_url(url).render_as_string() if url else str(folder / NAME)


def upgrade(folder: Path, url: str = "") -> None:
    """Make the ledger, or run the migrations that it lacks; LedgerError for one that is newer."""
    path = folder / NAME
    if not url and (not path.exists() or not path.stat().st_size):
        # What all migrations make is made once and copied: a new ledger takes a millisecond.
        folder.mkdir(parents=True, exist_ok=True)
        made = path.with_suffix(".new")
        made.write_bytes(_empty_ledger())
        made.replace(path)
        return
    engine = create_engine(_sqlalchemy(url), poolclass=NullPool) if url else _migrating(path)
    try:
        with engine.begin() as connection:
            if url:
                # Of several processes that start at once the others wait here.
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_UPGRADING})")
            _upgrade(connection, engine.url.render_as_string())
    except DatabaseError as error:
        where, found = engine.url.render_as_string(), error.orig
        if found and soundness.is_damage(found):
            raise LedgerError(soundness.broken(str(path), found)) from None
        if isinstance(found, FAILURES):
            raise LedgerError(f"{where}: {found}") from None
        raise
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


def _sqlalchemy(url: str) -> URL:
    return make_url(url).set(drivername="postgresql+psycopg")
