"""Limits hold whatever kiosks ask, lose and tell late: tried on many short lives."""

from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.broker.circulation.library import Kiosks
from tests.broker.desk import Desk
from tests.postgres import Postgres

QUIET = settings(
    deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)


def test_limits_hold_on_sqlite() -> None:
    class OnSqlite(Kiosks):
        make = staticmethod(_on_sqlite)

    run_state_machine_as_test(
        OnSqlite, settings=settings(QUIET, max_examples=80, stateful_step_count=50)
    )


def test_limits_hold_on_postgresql(postgres: Postgres) -> None:
    url = postgres.ledger()

    def on_postgresql(folder: Path) -> Desk:
        nonlocal url
        postgres.give_back(url)
        url = postgres.ledger()
        return Desk(folder, url)

    class OnPostgresql(Kiosks):
        make = staticmethod(on_postgresql)

    run_state_machine_as_test(
        OnPostgresql, settings=settings(QUIET, max_examples=12, stateful_step_count=50)
    )
    postgres.give_back(url)


def _on_sqlite(folder: Path) -> Desk:
    desk = Desk(folder)
    desk.db.execute("PRAGMA synchronous = OFF")
    return desk
