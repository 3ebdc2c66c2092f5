"""Puts a backup where a ledger is served from: what was there is set aside, never overwritten.

A restore that fails leaves everything as it was: on SQLite a new file takes the old one's place
when it is whole, on PostgreSQL all of it is one transaction.
"""

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from broker.ledger import database, keep
from broker.ledger.archive import Archive
from broker.ledger.database import NAME, LedgerError
from broker.ledger.keep import Progress
from broker.ledger.store import Database

FOLDER = "restoring"
ASIDE = "%Y%m%dt%H%M%S"
_LEASES = "SELECT COUNT(*) FROM lease WHERE until_ms > %d"


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
    aside = datetime.fromtimestamp(now_ms / 1000, UTC).strftime(ASIDE)
    if url:
        kept = _in_database(url, archive, force, now_ms, f"before_{aside}", progress)
        db = database.open_writer(folder, url)
        after(db)
        db.close()
        return kept
    lock = database.Lock(folder)
    try:
        return _in_folder(folder, archive, force, f"{NAME}.before-{aside}", after, progress)
    finally:
        lock.release()


def _in_folder(
    folder: Path,
    archive: Archive,
    force: bool,
    aside: str,
    after: Callable[[Database], None],
    progress: Progress,
) -> str:
    path, new = folder / NAME, folder / FOLDER
    if path.exists() and not force and _filled(path):
        raise _holds(str(path))
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    engine = _sqlite(new / NAME)
    try:
        with engine.begin() as connection:
            keep.restore(connection, archive, progress=progress)
        db = database.open_writer(new)
        after(db)
        db.close()
    except BaseException:
        shutil.rmtree(new)
        raise
    finally:
        engine.dispose()
    kept = _set_aside(path, folder / aside)
    (new / NAME).replace(path)
    new.rmdir()
    _sync(folder)
    return kept


def _in_database(
    url: str, archive: Archive, force: bool, now_ms: int, aside: str, progress: Progress
) -> str:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    try:
        with engine.begin() as connection:
            tables = keep.names(connection)
            if "lease" in tables and connection.exec_driver_sql(_LEASES % now_ms).scalar():
                raise LedgerError("the ledger is being served: stop the service first")
            if not force and keep.filled(connection):
                raise _holds(engine.url.render_as_string())
            if tables:
                connection.exec_driver_sql(f"ALTER SCHEMA public RENAME TO {aside}")
                connection.exec_driver_sql("CREATE SCHEMA public")
            keep.restore(connection, archive, progress=progress)
        return f"schema {aside}" if tables else ""
    finally:
        engine.dispose()


def _holds(name: str) -> LedgerError:
    return LedgerError(f"{name} holds a ledger: --force sets it aside and restores in its place")


def _filled(path: Path) -> bool:
    engine = _sqlite(path)
    try:
        with engine.begin() as connection:
            return keep.filled(connection)
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
