"""The restock commands: what bookcases want, and the rounds.  They only read."""

import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine

from broker import config as configuration
from broker.ledger import database
from broker.restock import asked, rounds

app = typer.Typer(no_args_is_help=True, help="Restock rounds.")

ConfigFile = Annotated[Path, typer.Option("--config", help="the service's JSON file")]


@app.command()
def wishes(
    site: Annotated[str, typer.Argument(help="from whose shelves")], config: ConfigFile
) -> None:
    """Say what every bookcase wants from a site's shelves, those that want most first."""
    engine = _engine(config)
    now_ms = time.time_ns() // 1_000_000
    for wish in asked.rows_of(engine, lambda rows: asked.wishes(rows, site, now_ms)):
        full = f"  full: go to {wish.near.device}, {wish.near_km} km" if wish.near else ""
        print(
            f"{wish.place.device:8} {wish.copies:4} of {wish.place.capacity:<4}"
            f" bring {wish.brought:<4} take out {wish.taken_out:<4}"
            f" keep free {wish.keep_free:<4}{full}"
        )
    engine.dispose()


@app.command("rounds")
def rounds_(config: ConfigFile) -> None:
    """List the last rounds: loaded, placed, put back, still inside."""
    engine = _engine(config)
    for found in asked.rows_of(engine, rounds.read_newest):
        state = "ended" if found.closed_ms else "open"
        print(
            f"{found.id:5} {found.bag:12} {found.actor:12} {state:5} loaded {found.loaded:<4}"
            f" placed {found.placed:<4} put back {found.returned:<4} inside {len(found.inside)}"
        )
    engine.dispose()


def _engine(config: Path) -> Engine:
    try:
        settings = configuration.read(config)
    except configuration.ConfigError as error:
        print(f"shugui: {error}", file=sys.stderr)
        raise typer.Exit(1) from error
    return database.open_reader(settings.folder, settings.database)
