"""The catalogue's commands: import, export, rank, and a search from the command line."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from broker import config as configuration
from broker import console, lengthy
from broker.catalogue import export, intake, marc, sheet
from broker.ledger import database
from broker.progress import progress

app = typer.Typer(no_args_is_help=True, help="Titles: import, export, ranking.")

ConfigFile = Annotated[Path, typer.Option("--config", help="the service's JSON file")]
TOLD_MAX = 20  # Problems that are told one by one; all are in the report file.


class Form(StrEnum):
    marc21 = "marc21"
    cnmarc = "cnmarc"
    csv = "csv"


@app.command("import")
def import_(
    file: Path,
    config: ConfigFile,
    form: Annotated[Form, typer.Option("--format", help="what the file is")],
    encoding: Annotated[
        str, typer.Option(help=f"{', '.join(marc.ENCODINGS)}, or cp1251 …")
    ] = "auto",
    site: Annotated[
        str, typer.Option(help="where copies go whose record names no known site")
    ] = "",
    report: Annotated[Path | None, typer.Option(help="CSV file for what was not taken")] = None,
) -> None:
    """Import titles; only what changed since the last import is changed."""
    source = intake.Source(file, form.value, encoding, site)
    started_s = time.monotonic()
    with _errors():
        settings = configuration.read(config)
        with database.alone(settings.folder, settings.database) as db:
            taken = intake.take(db, source, now_ms=_now_ms(), progress=_progress(started_s))
    problems = [*taken.broken, *taken.refused_copies]
    for problem in problems[:TOLD_MAX]:
        print(f"record {problem.number}: {problem.why}", file=sys.stderr)
    if len(problems) > TOLD_MAX:
        print(f"… and {len(problems) - TOLD_MAX} more", file=sys.stderr)
    if report:
        lines = (
            f'{problem.number},"{problem.why.replace(chr(34), chr(39))}"\n' for problem in problems
        )
        report.write_text("record,why\n" + "".join(lines), encoding="utf-8")
    print(
        f"new={taken.new} changed={taken.changed} unchanged={taken.unchanged}"
        f" broken={len(taken.broken)} copies={taken.copies} retitled={taken.retitled}"
        f" copies_refused={len(taken.refused_copies)}"
    )


@app.command("export")
def export_(folder: Path, config: ConfigFile) -> None:
    """Write everything that was entered: CSV, MARC in UTF-8, JSON lines."""
    with _errors():
        settings = configuration.read(config)
        with database.snapshot(settings.folder, settings.database) as db:
            counts = export.write(db, folder)
    print(" ".join(f"{name}={count}" for name, count in sorted(counts.items())))


@app.command()
def rank(config: ConfigFile) -> None:
    """Order the titles anew by their loans; the service does it every night by itself."""
    counts = {"indexed": 0, "moved": 0, "between_tiers": 0}
    tell = progress()
    with _errors():
        for step in console.follow(configuration.read(config), lengthy.rank, "POST", "/v1/ranking"):
            tell(step["what"], step["done"], step["total"])
            counts = {name: count + step.get(name, 0) for name, count in counts.items()}
    print(" ".join(f"{name}={count}" for name, count in counts.items()))


@contextmanager
def _errors() -> Iterator[None]:
    """Turn what an operator can mend into one line and exit status 1."""
    try:
        yield
    except (
        configuration.ConfigError,
        console.ConsoleError,
        database.LedgerError,
        sheet.SheetError,
        UnicodeDecodeError,
        OSError,
    ) as error:
        print(f"shugui: {error}", file=sys.stderr)
        raise typer.Exit(1) from error


def _progress(started_s: float) -> Callable[[int, int, int], None]:
    def told(done: int, read: int, size: int) -> None:
        rate = done / max(time.monotonic() - started_s, 0.001)
        percent = 100 * read // max(size, 1)
        if sys.stderr.isatty():
            print(f"{done} records, {percent} %, {rate:.0f} a second", end="\r", file=sys.stderr)

    return told


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
