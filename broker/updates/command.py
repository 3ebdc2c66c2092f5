"""The update commands: make a key, build and sign a bundle, offer it to machines, stop it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import text

from broker import config as configuration
from broker.ledger import database
from broker.updates import making
from broker.updates.shelf import Shelf

app = typer.Typer(no_args_is_help=True, help="Updates of bookcases: signed, in waves.")

ConfigFile = Annotated[Path, typer.Option("--config", help="the service's JSON file")]
KeyFile = Annotated[Path, typer.Option("--key", help="the private key, a PEM file")]
Version = Annotated[str, typer.Option(help="numbers with points between")]
Least = Annotated[str, typer.Option(help="the oldest firmware that may take it")]

_LIST = """SELECT update_offer.id, kind, version, state, update_machine.wave, word, COUNT(*)
FROM update_offer JOIN update_machine ON update_machine.offer = update_offer.id
GROUP BY update_offer.id, kind, version, state, update_machine.wave, word
ORDER BY update_offer.id, update_machine.wave, word"""


@app.command()
def key(path: Path) -> None:
    """Make a private key, and print what machines must know of it (`update_key`)."""
    with _errors():
        if not path.exists():
            making.make_key(path)
        print(making.modulus(path))


@app.command()
def build(
    source: Annotated[Path, typer.Argument(help="a folder of compiled firmware, or a JSON file")],
    target: Path,
    version: Version,
    least: Least = "0.1.0",
    device: Annotated[str, typer.Option(help="for this machine only")] = "*",
) -> None:
    """Build a bundle: of a folder new firmware, of a JSON file changes of the configuration."""
    with _errors():
        kind = "firmware" if source.is_dir() else "config"
        files = making.of_folder(source) if source.is_dir() else making.of_config(source)
        data = making.build(files, kind=kind, version=version, least=least, device=device)
        target.write_bytes(data)
    print(f"{target}: {kind} {version}, {len(files)} files, {len(data)} bytes, not signed yet")


@app.command()
def sign(path: Path, key: KeyFile) -> None:
    """Sign a bundle in its place."""
    with _errors():
        path.write_bytes(making.sign(path.read_bytes(), key))
    print(f"{path}: signed")


@app.command()
def offer(
    path: Path,
    config: ConfigFile,
    machine: Annotated[list[str] | None, typer.Option(help="only these; else all")] = None,
) -> None:
    """Offer a signed bundle; the service takes the wish within a minute and begins with one."""
    with _errors():
        settings = configuration.read(config)
        data = path.read_bytes()
        if not settings.updates.key:
            raise making.MakingError(f"{config}: updates.key is not set: whose bundles are ours?")
        if not making.genuine(data, settings.updates.key):
            raise making.MakingError(f"{path}: machines would not believe its signature")
        shelf = Shelf(settings.folder)
        found = shelf.put(data)
        names = machine or ([] if found.device == "*" else [found.device])
        shelf.wish({"offer": found.hash, "machines": names})
    print(f"{found.kind} {found.version} is offered to {', '.join(names) or 'all bookcases'}")


@app.command()
def stop(number: int, config: ConfigFile) -> None:
    """Offer it to no further machine; those that have it keep it."""
    with _errors():
        Shelf(configuration.read(config).folder).wish({"stop": number})
    print(f"offer {number} ends within a minute")


@app.command("list")
def list_(config: ConfigFile) -> None:
    """Say how far each offer has come."""
    with _errors():
        settings = configuration.read(config)
        engine = database.open_reader(settings.folder, settings.database)
        with engine.connect() as connection:
            for number, kind, version, state, wave, word, count in connection.execute(text(_LIST)):
                print(f"{number:4} {kind:8} {version:10} {state:8} wave {wave}: "
                      f"{count} {word or 'not told yet'}")  # fmt: skip
        engine.dispose()


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except (making.MakingError, configuration.ConfigError, OSError) as error:
        print(f"shugui: {error}", file=sys.stderr)
        raise typer.Exit(1) from error
