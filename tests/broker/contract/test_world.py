"""Whatever network and clocks do, the ledger ends at the truth: tried on a tiny world."""

from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.broker.contract.counter import Counter
from tests.broker.contract.world import World
from tests.postgres import Postgres

QUIET = settings(
    deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)


def test_the_ledger_ends_at_the_truth_on_sqlite() -> None:
    class OnSqlite(World):
        make = staticmethod(_on_sqlite)

    run_state_machine_as_test(
        OnSqlite, settings=settings(QUIET, max_examples=60, stateful_step_count=40)
    )


def test_the_ledger_ends_at_the_truth_on_postgresql(postgres: Postgres) -> None:
    url = postgres.ledger()

    def on_postgresql(folder: Path) -> Counter:
        nonlocal url
        postgres.give_back(url)
        url = postgres.ledger()
        return Counter(folder, url)

    class OnPostgresql(World):
        make = staticmethod(on_postgresql)

    run_state_machine_as_test(
        OnPostgresql, settings=settings(QUIET, max_examples=12, stateful_step_count=40)
    )
    postgres.give_back(url)


def _on_sqlite(folder: Path) -> Counter:
    counter = Counter(folder)
    counter.desk.db.execute("PRAGMA synchronous = OFF")
    return counter
