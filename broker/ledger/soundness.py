"""Why a ledger cannot be read, in words for who runs the service: what is wrong, what to do.

Only looks: nothing that it finds is changed, moved or mended.
"""

import sqlite3
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from broker.ledger import migrations

_VERSION = "SELECT version_num FROM alembic_version"
_RESTORE = "move it away and bring back a backup with `ledger restore`"
_NONE = "%s: there is no ledger yet: `load` or `serve` makes one, `ledger restore` brings one back"
_OLDER = "%s is older than this service: `ledger upgrade` brings it up to date; nothing was changed"
_NEWER = "%s is newer than this service: migration %s is unknown; install the service that made it"
_OTHER = "%s is no ledger of this service, and was left as it is: see `data` or `database` in the \
configuration"
_BROKEN = f"%s is damaged (%s).  It was left as it is: stop the service, {_RESTORE}; machines tell \
again what was not acknowledged"


def problem(path: Path, url: str = "") -> str:
    """Return what keeps a ledger from being read, in a file or at an address; empty when nothing.

    A look at its first pages: damage further in shows when it is read (see `broken`).
    """
    where = make_url(url).render_as_string() if url else str(path)
    if not url and not (path.exists() and path.stat().st_size):
        return _NONE % where
    try:
        held = _held(path, url)
    except (psycopg.errors.UndefinedTable, sqlite3.OperationalError) as error:
        missing = isinstance(error, psycopg.Error) or "no such table" in str(error)
        return _OTHER % where if missing else f"{where}: {error}"
    except (sqlite3.DatabaseError, psycopg.OperationalError) as error:
        return broken(where, error)
    if unknown := held - migrations.known():
        return _NEWER % (where, ", ".join(sorted(unknown)))
    return "" if held == migrations.newest() else _OLDER % where


def broken(where: str, error: BaseException) -> str:
    """Return what to say of an error that came while a ledger was read."""
    return f"{where}: {error}" if isinstance(error, psycopg.Error) else _BROKEN % (where, error)


def is_damage(error: BaseException) -> bool:
    """Say whether an error means that a ledger's file is not as it was written."""
    return type(error) is sqlite3.DatabaseError


def _held(path: Path, url: str) -> set[str]:
    if url:
        with psycopg.connect(url) as server:
            return {str(version) for (version,) in server.execute(_VERSION)}
    file = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return {str(version) for (version,) in file.execute(_VERSION)}
    finally:
        file.close()
