"""`python -m broker accounts …`, on the ledger that a configuration names."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from broker.accounts.command import app
from broker.accounts.people import find
from broker.ledger.store import Database
from tests.broker.accounts.shelf import ANNE, DISTRICT_KEY, START_MS, lend
from tests.broker.process import Service

RULES = "limit any 10\nloan any any -> 28 days\nfine any any -> 20 fen a day up to 2000 fen\n"
OPEN, SHUT = "", "from 2026-11-16 until 2026-11-17: closed return\n"


@pytest.fixture
def config(tmp_path: Path, db: Database, database_url: str) -> Path:
    """A configuration with rules of its own; `db` stays open, as a second process would be."""
    for name, text in (("own.rules", RULES), ("own.calendar", OPEN)):
        (tmp_path / name).write_text(text)
    settings = {
        "data": str(tmp_path / "data"),
        "district_key": DISTRICT_KEY.hex(),
        "database": database_url,
        "mqtt": {"port": 0},
        "web": {"port": 0},
        "rules": str(tmp_path / "own.rules"),
        "calendar": str(tmp_path / "own.calendar"),
    }
    path = tmp_path / "service.json"
    path.write_text(json.dumps(settings))
    return path


def run(config: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*arguments, "--config", str(config)])
    return result.exit_code, result.output


def test_a_closure_is_declared_afterwards_and_settled(db: Database, config: Path) -> None:
    cause = lend(db, 1, ANNE, out_ms=0, due=20261113, in_ms=START_MS)

    assert run(config, "settle") == (
        0,
        f"loans: 1 of 1\nloan 1:{cause}: fine 0 -> 100 fen\n1 differences written\n",
    )
    config.with_name("own.calendar").write_text(SHUT)
    assert f"\nloan 1:{cause}: fine 100 -> 60 fen\n" in run(config, "settle")[1]
    assert run(config, "settle") == (0, "loans: 1 of 1\n0 differences written\n")
    assert run(config, "check") == (0, "0 differences\n")

    code, told = run(config, "show", "SG00000001")
    assert (code, told.splitlines()[0]) == (0, "SG****0001  张**  owes 0.60 yuan")
    assert "2 days of closure not counted" in told


def test_a_statement_is_compared(config: Path, tmp_path: Path) -> None:
    file = tmp_path / "day.csv"
    file.write_text("kind,id,fen,reference\npaid,abcd,100,b1\n")

    code, said = run(config, "reconcile", "bank", "2026-11-18", str(file))

    assert (code, said) == (1, "unknown_here: paid abcd: - / 100 fen\n0 match, 1 differ\n")


def test_a_service_that_runs_settles_and_compares(db: Database, config: Path) -> None:
    cause = lend(db, 1, ANNE, out_ms=0, due=20261113, in_ms=START_MS)
    assert run(config, "settle")[0] == 0
    db.execute("DELETE FROM loan_news")  # Or the service's clerk would be the first to settle.
    calendar, statement = config.with_name("own.calendar"), config.with_name("day.csv")
    statement.write_text("kind,id,fen,reference\npaid,abcd,100,b1\n")
    calendar.write_text(SHUT)

    with Service(config):
        settled = run(config, "settle")
        compared = run(config, "reconcile", "bank", "2026-11-18", str(statement))
        calendar.write_text(OPEN)
        old = run(config, "settle")

    assert settled == (
        0,
        f"loans: 1 of 1\nloan 1:{cause}: fine 100 -> 60 fen\n1 differences written\n",
    )
    assert compared == (1, "unknown_here: paid abcd: - / 100 fen\n0 match, 1 differ\n")
    assert old == (
        1,
        "shugui: What was asked of the account cannot be: rules or calendar were changed since "
        "the service started: restart it first\n",
    )


def test_history_is_retired(db: Database, config: Path) -> None:
    lend(db, 1, ANNE, out_ms=0, due=20200101, in_ms=1)

    assert run(config, "retire", "--before", "2025-01-01")[1].startswith("detached=1 waiting=0")
    assert find(db, "SG00000001").account != ANNE


def test_data_is_exported_once(config: Path, tmp_path: Path) -> None:
    file = str(tmp_path / "reader.zip")

    assert run(config, "export", "SG00000001", file)[0] == 0
    assert run(config, "export", "SG00000001", file)[0] == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "SG99999999"),
        ("settle", "--since", "yesterday"),
        ("reconcile", "bank", "2026-11-18", "/nowhere.csv"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(config: Path, arguments: tuple[str, ...]) -> None:
    code, said = run(config, *arguments)

    assert (code, said.count("\n"), said.startswith("shugui: ")) == (1, 1, True)
