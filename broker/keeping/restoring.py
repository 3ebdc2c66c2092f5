"""Puts a backup where a ledger is served from: what was there is set aside, never overwritten.

A restore that fails leaves everything as it was: on SQLite a new file takes the old one's place
when it is whole, on PostgreSQL all of it is one transaction.
"""

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from broker.keeping import backup
from broker.keeping.archive import Archive
from broker.keeping.backup import Progress
from broker.ledger import database
from broker.ledger.database import NAME, LedgerError
from broker.ledger.postgres import PostgresDatabase, Taken
from broker.ledger.store import Database

FOLDER = "restoring"
# Machines may have policies of revisions that the backup does not know; they take a higher one.
POLICIES_LEFT_OUT = 1_000_000
_NEWER_POLICY = """INSERT INTO policy (revision, body, made_ms)
SELECT revision + %d, body, %d FROM policy ORDER BY revision DESC LIMIT 1"""


def place(
    folder: Path,
    url: str,
    archive: Archive,
    *,
    force: bool,
    now_ms: int,
    after: Callable[[Database], None],
    progress: Progress,
) -> str:
    """Restore into a data folder, or into the database at `url`; return where the old ledger is.

    `after` makes anew what is made of the tables; it begins and ends its own transaction.  Raises
    LedgerError for a ledger that is served, or that holds anything while `force` is not given.
    """
    asked = _Asked(folder, url, archive, force, now_ms, progress)
    if url:
        try:
            alone = PostgresDatabase(url, hold="alone")
        except Taken:
            raise LedgerError("the ledger is being served: stop the service first") from None
        try:
            kept = _in_database(asked)
        finally:
            alone.close()
        db = database.open_writer(folder, url)
        after(db)
        db.close()
        return kept
    lock = database.Lock(folder)
    try:
        return _in_folder(asked, after)
    finally:
        lock.release()


class _Asked(NamedTuple):
    folder: Path
    url: str
    archive: Archive
    force: bool
    now_ms: int
    progress: Progress

    @property
    def aside(self) -> str:
        at = datetime.fromtimestamp(self.now_ms / 1000, UTC)
        return at.strftime("before_%Y%m%dt%H%M%S")


def _in_folder(asked: _Asked, after: Callable[[Database], None]) -> str:
    path, new = asked.folder / NAME, asked.folder / FOLDER
    if path.exists() and not asked.force and _filled(path):
        raise _holds(str(path))
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    engine = _sqlite(new / NAME)
    try:
        with engine.begin() as connection:
            _restore(connection, asked)
        db = database.open_writer(new)
        after(db)
        db.close()
    except BaseException:
        shutil.rmtree(new)
        raise
    finally:
        engine.dispose()
    kept = _set_aside(path, asked.folder / f"{NAME}.{asked.aside}")
    (new / NAME).replace(path)
    shutil.rmtree(new)
    _sync(asked.folder)
    return kept


def _in_database(asked: _Asked) -> str:
    address = make_url(asked.url).set(drivername="postgresql+psycopg")
    engine = create_engine(address, poolclass=NullPool)
    try:
        with engine.begin() as connection:
            tables = backup.names(connection)
            if not asked.force and backup.filled(connection):
                raise _holds(engine.url.render_as_string())
            if tables:
                connection.exec_driver_sql(f"ALTER SCHEMA public RENAME TO {asked.aside}")
                connection.exec_driver_sql("CREATE SCHEMA public")
            _restore(connection, asked)
        return f"schema {asked.aside}" if tables else ""
    finally:
        engine.dispose()


def _restore(connection: Connection, asked: _Asked) -> None:
    """Fill the tables, and note that they are older than what machines may know."""
    backup.restore(connection, asked.archive, progress=asked.progress)
    note = "INSERT INTO restoration (restored_ms, made_ms) VALUES (%d, %d)"
    connection.exec_driver_sql(note % (asked.now_ms, asked.archive.manifest.made_ms))
    connection.exec_driver_sql(_NEWER_POLICY % (POLICIES_LEFT_OUT, asked.now_ms))


def _holds(name: str) -> LedgerError:
    return LedgerError(f"{name} holds a ledger: --force sets it aside and restores in its place")


def _filled(path: Path) -> bool:
    engine = _sqlite(path)
    try:
        with engine.begin() as connection:
            return backup.filled(connection)
    finally:
        engine.dispose()


def _set_aside(path: Path, aside: Path) -> str:
    """Rename a ledger with its log: what was not yet copied back from that is the ledger's too."""
    for ending in ("", "-wal", "-shm"):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.replace(aside.with_name(aside.name + ending))
    return str(aside) if aside.exists() else ""


def _sqlite(path: Path) -> Engine:
    """Return an engine that makes tables and fills them in one transaction."""
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def _plain(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
