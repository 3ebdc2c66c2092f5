"""The commands `rules check` and `rules try`: what is wrong with a text, and what it would do."""

import sys
import time
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bookcase_fw import wire
from broker import config as configuration
from broker import law
from broker.circulation import calendar, days, rules
from broker.circulation.text import RuleError
from broker.circulation.texts import money
from broker.holds.waiting import Waiting
from broker.ledger import database
from broker.ledger.trial import Decision, NotKnown, Question, Trial, Verdict

app = typer.Typer(no_args_is_help=True, help="Rules of lending and calendar: docs/rules.md.")

CALENDAR_SUFFIX = ".calendar"
OPS = tuple(word for word, _meaning in wire.ASKS)


@app.command()
def check(file: Path) -> None:
    """Say what is wrong with a file of rules or a calendar (*.calendar), and where."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        print(f"shugui: {file}: {error}", file=sys.stderr)
        raise typer.Exit(1) from None
    grammar = calendar if file.suffix == CALENDAR_SUFFIX else rules
    errors = grammar.errors(text)
    for wrong in errors:
        print(pointed(str(file), text, wrong))
    if errors:
        raise typer.Exit(1)
    print(f"{file}: {len(grammar.parse(text).lines)} lines, nothing wrong")


@app.command("try")
def try_(
    config: Annotated[Path, typer.Option("--config", help="the service's JSON file")],
    at: Annotated[str, typer.Option(help="a machine (kx01), or a site and channel (lib01/desk)")],
    card: Annotated[str, typer.Option(help="who asks")] = "",
    barcode: Annotated[list[str] | None, typer.Option(help="which copy; may be repeated")] = None,
    day: Annotated[str, typer.Option(help="on which day, 2020-06-01; today without it")] = "",
    op: Annotated[str, typer.Option(help=", ".join(OPS))] = "lend",
) -> None:
    """Say what would be answered now, or on another day, and by which lines; nothing changes."""
    try:
        settings = configuration.read(config)
        zone = ZoneInfo(settings.timezone)
        on = days.parse(day) if day else days.of(_now_ms(), zone)
        if op not in OPS:
            raise ValueError(f"{op!r} is none of {', '.join(OPS)}")
        trial = Trial(
            lambda: database.snapshot(settings.folder, settings.database),
            law.of_files(settings),
            zone,
            now_ms=_now_ms,
            waiting=Waiting,
        )
        found = trial.decide(Question(op, card, tuple(barcode or ()), at, on))
    except (configuration.ConfigError, RuleError, NotKnown, ValueError, OSError) as error:
        print(f"shugui: {error}", file=sys.stderr)
        raise typer.Exit(1) from None
    print("\n".join(told(found)))


def pointed(name: str, text: str, error: RuleError) -> str:
    """Return an error with its line and a caret below the column."""
    line = text.splitlines()[error.line - 1]
    place = f"{name}:{error.line}:{error.column}: {error.expected}"
    return f"{place}\n    {line}\n    {' ' * (error.column - 1)}^"


def told(found: Decision) -> list[str]:
    """Return a decision as lines of text."""
    meaning = dict(wire.REASONS)
    head = f"{found.op} on {_day(found.day)}: " + ("yes" if found.ok else "no")
    if found.why:
        head += f", {found.why}: {meaning.get(found.why, '')}"
    counts = f"  on loan {found.loans}, may still take {found.left}"
    copies = [_copy(book, meaning) for book in found.books]
    return [head, counts, *copies, *(f"  by {line}" for line in found.lines)]


def _copy(book: Verdict, meaning: dict[str, str]) -> str:
    words = [f"  {book.barcode} {book.title}: "]
    words.append("yes" if book.ok else f"no, {book.why}: {meaning.get(book.why, '')}")
    if book.due:
        words.append(f", due {_day(book.due)}")
    if book.overdue_days:
        words.append(f", {book.overdue_days} days late, {money(book.fen)} yuan")
    return "".join(words)


def _day(day: int) -> str:
    return f"{day // 10000}-{day // 100 % 100:02}-{day % 100:02}"


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
