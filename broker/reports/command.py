"""The reports' commands: a table of figures, closing and correcting months, dark hours."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from broker import config as configuration
from broker.config import Config
from broker.ledger import database
from broker.ledger.store import Database
from broker.reports import closing, forms, uptime
from broker.reports.asked import period, report, usual
from broker.reports.build import Report
from broker.reports.layouts import LAYOUTS, Layout
from broker.reports.measures import COUNTED, DERIVED
from broker.reports.periods import Period
from broker.reports.waiting import say

app = typer.Typer(no_args_is_help=True, help="The library's figures.")

_DARK = """INSERT INTO dark_hours (site, first_minute, last_minute) VALUES (?, ?, ?)
ON CONFLICT (site) DO UPDATE SET first_minute = excluded.first_minute,
last_minute = excluded.last_minute"""

ConfigFile = Annotated[Path, typer.Option("--config", help="the service's JSON file")]


class Form(StrEnum):
    table = "table"
    csv = "csv"
    xlsx = "xlsx"
    json = "json"


class Language(StrEnum):
    zh = "zh"
    en = "en"


def _shows(layout: Layout) -> Callable[..., None]:
    """Return the command that shows a layout."""

    def show(
        config: ConfigFile,
        year: Annotated[int, typer.Option(help="a whole year")] = 0,
        month: Annotated[int, typer.Option(help="a whole month, as 202011")] = 0,
        first: Annotated[str, typer.Option("--from", help="first day, as 2020-11-01")] = "",
        last: Annotated[str, typer.Option("--to", help="last day")] = "",
        form: Annotated[Form, typer.Option("--format")] = Form.table,
        out: Annotated[Path | None, typer.Option(help="file; else standard output")] = None,
        lang: Annotated[Language, typer.Option(help="of names and notes")] = Language.en,
    ) -> None:
        with _errors():
            settings = configuration.read(config)
            zone = ZoneInfo(settings.timezone)
            asked = period(layout, year=year, month=month, first=first, last=last)
            built = _built(settings, layout, asked or usual(layout, _now_ms(), zone), zone)
            _write(built, form, out, lang.value)

    return show


for _layout in LAYOUTS:
    app.command(_layout.name, help=f"{_layout.en}.")(_shows(_layout))


@app.command()
def close(
    month: Annotated[int, typer.Argument(help="as 202011")],
    config: ConfigFile,
    actor: Annotated[str, typer.Option(help="who closes it")],
    anyway: Annotated[
        bool, typer.Option(help="although machines may still have to tell of it")
    ] = False,
) -> None:
    """Publish a month: from now on it changes only by corrections with their own date."""
    with _writing(config) as (db, zone):
        unknown = closing.close(db, month, zone=zone, now_ms=_now_ms(), actor=actor, anyway=anyway)
    for reason in unknown:
        print(say(reason, "en"))
    print(f"{month} is closed")


@app.command()
def correct(config: ConfigFile) -> None:
    """Book what came late for closed months: one line for each cell that changed."""
    with _writing(config) as (db, zone):
        changed = {
            month: closing.correct(db, month, zone=zone, now_ms=_now_ms())
            for month in closing.months(db.execute)
        }
    for month, cells in changed.items():
        print(f"{month}: {cells} corrected")


@app.command("dark-hours")
def dark_hours(
    site: str,
    hours: Annotated[str, typer.Argument(help="as 22:00-07:00")],
    config: ConfigFile,
) -> None:
    """Say when a place has no power: its machines are not expected then."""
    with _writing(config) as (db, _zone):
        if db.execute("SELECT 1 FROM site WHERE id = ?", (site,)).fetchone() is None:
            raise ValueError(f"no site {site}")
        db.execute(_DARK, (site, *uptime.dark(hours)))
    print(f"{site} is dark {hours}")


@app.command()
def definitions() -> None:
    """Say what each measure counts, and by which version of its definition."""
    for measure in (*COUNTED, *DERIVED):
        print(f"{measure.name:20} v{measure.version}  {measure.unit:7} {measure.counts}")


def _built(settings: Config, layout: Layout, asked: Period, zone: ZoneInfo) -> Report:
    engine = database.open_reader(settings.folder, settings.database)
    try:
        return report(engine, layout, asked, zone=zone, now_ms=_now_ms())
    finally:
        engine.dispose()


def _write(built: Report, form: Form, out: Path | None, language: str) -> None:
    if form is Form.table:
        written = forms.table(built, language).encode()
    else:
        written = forms.FORMATS[form.value][1](built, language)
    if out:
        out.write_bytes(written)
        print(f"{out}: {len(written)} bytes")
    elif form is Form.xlsx and sys.stdout.isatty():
        raise ValueError("a workbook is no text: give a file with --out")
    else:
        sys.stdout.buffer.write(written)


@contextmanager
def _writing(config: Path) -> Iterator[tuple[Database, ZoneInfo]]:
    """Open the ledger, and commit what was done in it, or nothing."""
    with _errors():
        settings = configuration.read(config)
        with database.alone(settings.folder, settings.database) as db:
            try:
                db.begin()
                yield db, ZoneInfo(settings.timezone)
                db.commit()
            finally:
                if db.in_transaction:
                    db.rollback()


@contextmanager
def _errors() -> Iterator[None]:
    """Turn what an operator can mend into one line and exit status 1."""
    try:
        yield
    except (
        configuration.ConfigError,
        database.LedgerError,
        closing.NotClosed,
        ValueError,
        OSError,
    ) as error:
        print(f"shugui: {error}", file=sys.stderr)
        raise typer.Exit(1) from error


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
