"""The reports' commands: a table of figures, closing and correcting months, dark hours."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import quote
from zoneinfo import ZoneInfo

import typer

from broker import chores, console
from broker import config as configuration
from broker.chores import Chore
from broker.config import Config
from broker.desk.requests import Answer
from broker.ledger import database
from broker.reports import closing, forms
from broker.reports.asked import period, report, usual
from broker.reports.build import Report
from broker.reports.layouts import LAYOUTS, Layout
from broker.reports.measures import COUNTED, DERIVED
from broker.reports.periods import Period

app = typer.Typer(no_args_is_help=True, help="The library's figures.")

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
    anyway: Annotated[
        bool, typer.Option(help="although machines may still have to tell of it")
    ] = False,
) -> None:
    """Publish a month: from now on it changes only by corrections with their own date."""
    chore, path = chores.close_month(month, anyway=anyway), f"/v1/reports/months/{month}"
    for reason in _done(config, chore, "POST", path, {"anyway": anyway})["waiting"]:
        print(reason)
    print(f"{month} is closed")


@app.command()
def correct(config: ConfigFile) -> None:
    """Book what came late for closed months: one line for each cell that changed."""
    done = _done(config, chores.correct_months, "POST", "/v1/reports/corrections", None)
    for month, cells in done["corrected"].items():
        print(f"{month}: {cells} corrected")


@app.command("dark-hours")
def dark_hours(
    site: str,
    hours: Annotated[str, typer.Argument(help="as 22:00-07:00")],
    config: ConfigFile,
) -> None:
    """Say when a place has no power: its machines are not expected then."""
    chore, path = chores.darken(site, hours), f"/v1/sites/{quote(site)}/dark-hours"
    _done(config, chore, "PUT", path, {"hours": hours})
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


def _done(config: Path, chore: Chore, method: str, path: str, body: object) -> Answer:
    """Do it through the service that runs, or in the ledger when none does."""
    with _errors():
        return console.do_chore(configuration.read(config), chore, method, path, body)


@contextmanager
def _errors() -> Iterator[None]:
    """Turn what an operator can mend into one line and exit status 1."""
    try:
        yield
    except (
        configuration.ConfigError,
        console.ConsoleError,
        database.LedgerError,
        closing.NotClosed,
        ValueError,
        OSError,
    ) as error:
        print(f"shugui: {error}", file=sys.stderr)
        raise typer.Exit(1) from error


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
