"""`python -m broker staff …`: the first account, links, programs' tokens, staff cards.

While the service runs it is asked over its API, as the console; else the ledger is changed here.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from bookcase_fw import sign
from broker import config as configuration
from broker import console
from broker.config import Config
from broker.ledger import database
from broker.ledger.store import Database
from broker.staff import cards, people, roles
from broker.staff.people import CONSOLE, REFUSALS, StaffError

app = typer.Typer(no_args_is_help=True, help="Staff: accounts, links, programs, staff cards.")
ConfigFile = Annotated[Path, typer.Option("--config", help="the service's JSON file")]
Role = Annotated[str, typer.Option("--role", help=", ".join(roles.WORDS))]


@app.command()
def add(name: str, config: ConfigFile, role: Role = "manager") -> None:
    """Make an account, or change its role, and print a link that signs in once, within a day."""
    with _errors():
        settings = configuration.read(config)

        def directly(db: Database, now_ms: int) -> str:
            people.put(db, name, role, by=CONSOLE, now_ms=now_ms)
            return people.link(db, name, by=CONSOLE, now_ms=now_ms)

        def over_api(ask: console.Console) -> str:
            ask.ask("PUT", f"/v1/staff/{quote(name)}", {"role": role})
            return str(ask.ask("POST", f"/v1/staff/{quote(name)}/links")["path"])

        done = _done(settings, directly, over_api)
    print(f"{name}, {role}: open {_address(settings, done)}")


@app.command()
def link(name: str, config: ConfigFile) -> None:
    """Print a link that signs somebody in once, within a day: for a password that was forgotten."""
    with _errors():
        settings = configuration.read(config)
        done = _done(
            settings,
            lambda db, now_ms: people.link(db, name, by=CONSOLE, now_ms=now_ms),
            lambda ask: str(ask.ask("POST", f"/v1/staff/{quote(name)}/links")["path"]),
        )
    print(f"open {_address(settings, done)}")


@app.command()
def end(name: str, config: ConfigFile) -> None:
    """End an account at once, with its sessions, links and cards."""
    with _errors():
        _done(
            configuration.read(config),
            lambda db, now_ms: people.end(db, name, by=CONSOLE, now_ms=now_ms),
            lambda ask: ask.ask("DELETE", f"/v1/staff/{quote(name)}"),
        )
    print(f"{name}: ended")


@app.command("list")
def everybody(config: ConfigFile) -> None:
    """List accounts and programs."""
    with _errors():
        settings = configuration.read(config)
        with database.snapshot(settings.folder, settings.database) as db:
            members, programs = people.everybody(db), people.programs(db)
    for member in members:
        print(f"{member.name}  {member.role}{'  ended' if member.ended_ms else ''}")
    for program in programs:
        print(f"program {program.name}  {program.role}")


@app.command()
def program(name: str, config: ConfigFile, role: Role = "auditor") -> None:
    """Make a token for a program and print it: it is told this once."""
    with _errors():
        done = _done(
            configuration.read(config),
            lambda db, now_ms: people.add_program(db, name, role, by=CONSOLE, now_ms=now_ms),
            lambda ask: str(
                ask.ask("POST", f"/v1/programs/{quote(name)}", {"role": role})["token"]
            ),
        )
    print(done)


@app.command("end-program")
def end_program(name: str, config: ConfigFile) -> None:
    """End a program's token at once."""
    with _errors():
        _done(
            configuration.read(config),
            lambda db, now_ms: people.end_program(db, name, by=CONSOLE, now_ms=now_ms),
            lambda ask: ask.ask("DELETE", f"/v1/programs/{quote(name)}"),
        )
    print(f"program {name}: ended")


@app.command()
def card(
    name: str,
    number: Annotated[str, typer.Argument(help="the number on the card")],
    config: ConfigFile,
    pin: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)],
) -> None:
    """Give somebody a staff card for machines; the PIN is asked for and never kept."""
    with _errors():
        settings = configuration.read(config)
        pseudonym = sign.pseudonym(settings.key, number)
        path = f"/v1/staff/{quote(name)}/cards"
        _done(
            settings,
            lambda db, now_ms: cards.put(db, name, pseudonym, pin, by=CONSOLE, now_ms=now_ms),
            lambda ask: ask.ask("POST", path, {"card": number, "pin": pin}),
        )
    print(f"{name}: card {pseudonym[:6]}…")


def _done(
    settings: Config,
    directly: Callable[[Database, int], Any],
    over_api: Callable[[console.Console], Any],
) -> Any:
    now_ms = time.time_ns() // 1_000_000
    return console.do(settings, lambda db: directly(db, now_ms), over_api)


def _address(settings: Config, path: str) -> str:
    known = console.find(settings.folder)
    web = known.web if known else f"http://{settings.web.host}:{settings.web.port}"
    return web + (path if path.startswith("/") else f"/?key={path}")


@contextmanager
def _errors() -> Iterator[None]:
    """Turn what an operator can mend into one line and exit status 1."""
    try:
        yield
    except StaffError as refused:
        word, about = refused.args
        print(f"shugui: {about}: {dict(REFUSALS)[word]}", file=sys.stderr)
        raise typer.Exit(1) from refused
    except (
        configuration.ConfigError,
        console.ConsoleError,
        database.LedgerError,
        OSError,
    ) as error:
        print(f"shugui: {error}", file=sys.stderr)
        raise typer.Exit(1) from error
