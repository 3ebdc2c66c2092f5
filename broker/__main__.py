"""The service's commands: serve, load, and the ledger's check and explanation."""

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Annotated
from zoneinfo import ZoneInfo

import structlog
import typer

from broker import config as configuration
from broker import law
from broker.accounts.command import app as accounts
from broker.catalogue.command import app as catalogue
from broker.circulation import rules
from broker.circulation.command import app as rules_app
from broker.fleet.command import app as fleet
from broker.keeping import command as keeping
from broker.ledger import audit, database
from broker.ledger.explain import Explanation
from broker.library import load as library
from broker.progress import progress
from broker.reports.command import app as reports
from broker.restock.command import app as restock
from broker.service import Service, set_up_log
from broker.staff.command import app as staff
from broker.updates.command import app as updates

log = structlog.get_logger()
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
ledger = typer.Typer(no_args_is_help=True, help="Look into the ledger.")
app.add_typer(ledger, name="ledger")
app.add_typer(rules_app, name="rules")
app.add_typer(accounts, name="accounts")
app.add_typer(catalogue, name="catalogue")
app.add_typer(reports, name="report")
app.add_typer(restock, name="restock")
app.add_typer(fleet, name="fleet")
app.add_typer(updates, name="update")
app.add_typer(staff, name="staff")
keeping.add(ledger)


class Language(StrEnum):
    en = "en"
    zh = "zh"


ConfigFile = Annotated[Path, typer.Option("--config", help="the service's JSON file")]


@app.command()
def serve(config: ConfigFile) -> None:
    """Serve machines and staff until SIGTERM or Ctrl-C."""
    set_up_log()
    ended, broken = threading.Event(), threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    def crashed(args: threading.ExceptHookArgs) -> None:
        """A service without one of its threads serves nobody: whoever watches it starts it anew."""
        assert args.exc_value
        log.critical(
            "thread_died", thread=args.thread and args.thread.name, exc_info=args.exc_value
        )
        broken.set()
        ended.set()

    threading.excepthook = crashed
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    with _errors():
        settings = configuration.read(config)
        service = Service(settings, now_ms=_now_ms, monotonic=time.monotonic)
    service.start()
    while not service.wait_served(0.1) and not ended.is_set():
        pass
    if not ended.is_set():
        web = f"http://{settings.web.host}:{service.web_port}"
        print(f"ready web={web} mqtt={settings.mqtt.host}:{service.mqtt_port}", flush=True)
        ended.wait()
    service.stop()
    raise typer.Exit(1 if broken.is_set() else 0)


@app.command()
def load(folder: Path, config: ConfigFile) -> None:
    """Load a library from the CSV files in a folder; twice is as good as once."""
    with _errors():
        settings = configuration.read(config)
        with database.alone(settings.folder, settings.database) as db:
            counts = library.load(
                db, folder, district_key=settings.key, now_ms=_now_ms(), progress=progress()
            )
    print(" ".join(f"{name}={count}" for name, count in counts.items()))


@ledger.command()
def upgrade(config: ConfigFile) -> None:
    """Make the ledger, or bring an older one up to date; serve does so as well."""
    with _errors():
        settings = configuration.read(config)
        with database.alone(settings.folder, settings.database):
            pass  # To open it is to bring it up to date.


@ledger.command()
def check(config: ConfigFile) -> None:
    """Build all projections anew from what machines said, and compare: exit 1 on a difference."""
    with _errors():
        settings = configuration.read(config)
        in_force = law.of_files(settings)
        differences = audit.check(
            settings.folder,
            in_force.day,
            settings.database,
            rules=in_force.rules,
            progress=partial(progress(), "copies"),
        )
    for difference in differences:
        print(difference)
    print(f"{len(differences)} differences")
    raise typer.Exit(1 if differences else 0)


@ledger.command()
def explain(
    ref: Annotated[str, typer.Argument(help="a copy's barcode, or a reader's card")],
    config: ConfigFile,
    language: Annotated[Language, typer.Option(help="of what is told")] = Language.en,
) -> None:
    """Tell a copy's life in words, or a reader's account."""
    with _errors():
        settings = configuration.read(config)
        engine = database.open_reader(settings.folder, settings.database)
        told = Explanation(engine, ZoneInfo(settings.timezone), language.value)
        print("\n".join(told.of(ref)))
        engine.dispose()


@contextmanager
def _errors() -> Iterator[None]:
    """Turn what an operator can mend into one line and exit status 1."""
    try:
        yield
    except (
        configuration.ConfigError,
        database.LedgerError,
        library.LoadError,
        rules.RuleError,
        OSError,
    ) as error:
        print(f"shugui: {error}", file=sys.stderr)
        raise typer.Exit(1) from error


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


if __name__ == "__main__":
    app(prog_name="python -m broker")
