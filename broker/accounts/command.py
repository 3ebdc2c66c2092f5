"""`python -m broker accounts …`: settle again, reconcile a statement, check, retire, show, export.

What writes is done by the service when one runs, and in the ledger itself when none does.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from urllib.parse import quote
from zoneinfo import ZoneInfo

import typer

from broker import chores, console, lengthy
from broker import config as configuration
from broker.accounts import costs, people, personal, reconcile, views
from broker.accounts import money as purses
from broker.accounts.people import AccountError
from broker.accounts.reconcile import StatementError
from broker.accounts.settle import Changed
from broker.circulation import days
from broker.circulation.rules import RuleError
from broker.circulation.texts import money as yuan
from broker.law import of_files
from broker.ledger import database
from broker.progress import progress

app = typer.Typer(no_args_is_help=True, help="Readers' accounts.")
ConfigFile = Annotated[Path, typer.Option("--config", help="the service's JSON file")]
Since = Annotated[str, typer.Option("--since", help="a day like 2026-01-31")]
Before = Annotated[str, typer.Option("--before", help="a day like 2024-01-31")]


@app.command()
def show(card: str, config: ConfigFile) -> None:
    """Tell what a reader owes and why, newest first; names and cards are masked."""
    with _errors():
        settings = configuration.read(config)
        zone = ZoneInfo(settings.timezone)
        with database.snapshot(settings.folder, settings.database) as db:
            account = views.account(db, people.find(db, card), _now_ms())
    print(f"{account.card}  {account.name}  owes {yuan(max(0, account.owed_fen))} yuan")
    if account.blocked:
        print(f"may not borrow: {account.blocked}")
    if account.deposit_fen:
        print(f"deposit: {yuan(account.deposit_fen)} yuan")
    for row in account.money:
        sign = "-" if row.change < 0 else "+" if row.change else " "
        what = f"{row.kind} taken back" if row.reverses else row.kind
        day = days.of(row.at_ms, zone)
        print(f"{day}  {sign}{yuan(row.fen):>8}  {what}: {row.words_en}  {row.rule}".rstrip())


@app.command()
def settle(config: ConfigFile, since: Since = "2000-01-01") -> None:
    """Settle again what ended since a day, by today's rules and calendar; only differences."""
    with _errors():
        settings = configuration.read(config)
        law = of_files(settings)
        begin_ms, _end_ms = reconcile.midnights(days.parse(since), ZoneInfo(settings.timezone))
        chore = lengthy.settle(costs.by(law.rules, law.calendar), law.day, begin_ms)
        path, tell, count = f"/v1/settlements?since_ms={begin_ms}", progress(), 0
        for step in console.follow(settings, chore, "POST", path):
            tell(step["what"], step["done"], step["total"])
            count += len(step["changed"])
            for found in (Changed(**one) for one in step["changed"]):
                print(f"loan {found.cause}: {found.kind} {found.before} -> {found.after} fen")
    print(f"{count} differences written")


@app.command("reconcile")
def compare(provider: str, day: str, statement: Path, config: ConfigFile) -> None:
    """Compare a provider's CSV statement of a day with the ledger: exit 1 on a difference."""
    with _errors():
        settings = configuration.read(config)
        text = statement.read_text(encoding="utf-8-sig")
        path = f"/v1/reconciliations/{quote(provider)}/{days.parse(day)}"
        chore = chores.reconcile(provider, days.parse(day), text)
        report = console.do_chore(settings, chore, "POST", path, {"statement": text})
    for found in report["differences"]:
        said = f"{found['ours'] or '-'} / {found['theirs'] or '-'}"
        print(f"{found['what']}: {found['kind']} {found['id']}: {said}")
    print(f"{report['matched']} match, {len(report['differences'])} differ")
    raise typer.Exit(1 if report["differences"] else 0)


@app.command()
def check(config: ConfigFile) -> None:
    """Build all balances anew from the rows of money, and compare: exit 1 on a difference."""
    with _errors():
        settings = configuration.read(config)
        with database.snapshot(settings.folder, settings.database) as db:
            differences = purses.differences(db)
    for difference in differences:
        print(difference)
    print(f"{len(differences)} differences")
    raise typer.Exit(1 if differences else 0)


@app.command()
def retire(config: ConfigFile, before: Before) -> None:
    """Detach loans that ended before a day from their readers, and forget old records' bodies."""
    with _errors():
        settings = configuration.read(config)
        day = days.parse(before)
        path, said = "/v1/retirements", {"before": day}
        counts = console.do_chore(settings, chores.retire(day), "POST", path, said)
    print(" ".join(f"{name}={count}" for name, count in counts.items()))


@app.command()
def export(card: str, file: Path, config: ConfigFile) -> None:
    """Write all that is held of a reader into a new ZIP file."""
    with _errors():
        settings = configuration.read(config)
        with database.snapshot(settings.folder, settings.database) as db:
            data = personal.export_zip(db, people.find(db, card))
        with file.open("xb") as out:
            out.write(data)
    print(f"{file}: {len(data)} bytes")


@contextmanager
def _errors() -> Iterator[None]:
    """Turn what an operator can mend into one line and exit status 1."""
    try:
        yield
    except (
        configuration.ConfigError,
        console.ConsoleError,
        database.LedgerError,
        AccountError,
        StatementError,
        RuleError,
        OSError,
        ValueError,
    ) as error:
        print(f"shugui: {error}", file=sys.stderr)
        raise typer.Exit(1) from error


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
