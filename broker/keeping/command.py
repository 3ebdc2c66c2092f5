"""The commands `ledger backup` and `ledger restore`."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from broker import config as configuration
from broker.catalogue.index import Index
from broker.circulation import days
from broker.keeping import backup as keeping
from broker.keeping import restoring
from broker.keeping.archive import Archive, ArchiveError
from broker.ledger import audit, database
from broker.ledger.store import Database

ConfigFile = Annotated[Path, typer.Option("--config", help="the service's JSON file")]


def add(ledger: typer.Typer) -> None:
    """Put the commands beside the ledger's others."""
    ledger.command()(backup)
    ledger.command()(restore)


def backup(file: Path, config: ConfigFile) -> None:
    """Write the whole ledger, as it is now, into a new file; the service may go on serving."""
    with _errors():
        settings = configuration.read(config)
        engine = database.open_reader(settings.folder, settings.database)
        try:
            made = keeping.backup(engine, file, now_ms=_now_ms(), progress=_progress)
        finally:
            engine.dispose()
    print(f"{file}: {len(made.tables)} tables, {made.rows} rows, {file.stat().st_size} bytes")


def restore(
    file: Path,
    config: ConfigFile,
    force: Annotated[bool, typer.Option(help="set aside the ledger that is there")] = False,
) -> None:
    """Put a backup in the ledger's place, and check it: exit 1 on a difference."""
    with _errors():
        settings = configuration.read(config)
        archive = Archive(file)
        kept = restoring.place(
            settings.folder,
            settings.database,
            archive,
            force=force,
            now_ms=_now_ms(),
            after=_index,
            progress=_progress,
        )
        archive.close()
        day = days.in_zone(ZoneInfo(settings.timezone))
        differences = audit.check(settings.folder, day, settings.database)
    if kept:
        print(f"the old ledger is kept: {kept}")
    for difference in differences:
        print(difference)
    print(f"{archive.manifest.rows} rows restored, {len(differences)} differences")
    raise typer.Exit(1 if differences else 0)


def _index(db: Database) -> None:
    db.begin()
    Index(db).rebuild()
    db.commit()


@contextmanager
def _errors() -> Iterator[None]:
    """Turn what an operator can mend into one line and exit status 1."""
    try:
        yield
    except (configuration.ConfigError, database.LedgerError, ArchiveError, OSError) as error:
        print(f"shugui: {error}", file=sys.stderr)
        raise typer.Exit(1) from error


def _progress(name: str, done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{name}: {done}" + (f" of {total}" if total else ""),
              end="", file=sys.stderr, flush=True)  # fmt: skip


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
