"""`python -m broker fleet …`: codes for boards, a yes to them, their configuration, old journals.

All but `fetch` ask the service that runs on this machine, as the console.
"""

import base64
import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from broker import config as configuration
from broker import console
from broker.fleet.bench import BEHIND_SECTORS

app = typer.Typer(no_args_is_help=True, help="Machines and their boards.")
ConfigFile = Annotated[Path, typer.Option("--config", help="the service's JSON file")]
WAIT_S = 5.0


@app.command()
def claim(device: str, config: ConfigFile) -> None:
    """Print a code that makes a board this machine; give it to whoever fits the board."""
    with _errors():
        print(_ask(config, "POST", f"/v1/machines/{quote(device)}/claims")["code"])


@app.command()
def claims(config: ConfigFile) -> None:
    """List the codes that are open and the boards that wait for a yes."""
    with _errors():
        for row in _ask(config, "GET", "/v1/claims"):
            print(f"{row['id']:5} {row['device']:12} {row['state']:9} {row['board']}")


@app.command()
def approve(number: int, config: ConfigFile) -> None:
    """Say yes to a board: compare first what it says of itself with what is written on it."""
    with _errors():
        _ask(config, "POST", f"/v1/claims/{number}/approval")
    print(f"{number}: approved")


@app.command()
def fetch(
    service: Annotated[str, typer.Argument(help="the service's address, https://…")],
    code: str,
    target: Annotated[Path, typer.Argument(help="where the configuration goes: bookcase.json")],
    board: Annotated[str, typer.Option(help="what is written on the board")] = "",
) -> None:
    """Give a code in and wait for the yes; write the configuration, to be copied onto the board."""
    with _errors():
        given = {"code": code, "board": board}
        secret = _post(f"{service}/v1/claim", given)["secret"]
        while not (found := _post(f"{service}/v1/claim/configuration", given | {"secret": secret})):
            time.sleep(WAIT_S)
        target.touch(mode=0o600)
        target.write_text(json.dumps(found, indent=2) + "\n")
    print(f"{target}: {found['device']}")


@app.command()
def journal(
    device: str,
    image: Annotated[Path, typer.Argument(help="the board's flash partition, as it was read")],
    config: ConfigFile,
    behind: Annotated[
        int, typer.Option(help="sectors of 4 KiB behind the journal's")
    ] = BEHIND_SECTORS,
) -> None:
    """Take what a board that was taken out had not told; taking it again changes nothing."""
    with _errors():
        body = {"image": base64.b64encode(image.read_bytes()).decode(), "behind_sectors": behind}
        done = _ask(config, "POST", f"/v1/machines/{quote(device)}/journals", body)
    print(f"{device}: journal {done['journal']}, {done['last']} records, {done['new']} were new")


def _ask(config: Path, method: str, path: str, body: object = None) -> Any:
    known = console.find(configuration.read(config).folder)
    if known is None:
        raise console.ConsoleError("no service runs here: start it first")
    return known.ask(method, path, body)


def _post(url: str, body: object) -> Any:
    """Return what the service answers over the net; an empty object while it has nothing yet."""
    request = urllib.request.Request(
        url, data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=console.TIMEOUT_S) as answer:
        return json.load(answer)


@contextmanager
def _errors() -> Iterator[None]:
    """End with one line on what is wrong."""
    try:
        yield
    except (configuration.ConfigError, console.ConsoleError, OSError) as error:
        print(f"shugui: {error}", file=sys.stderr)
        raise typer.Exit(1) from error
