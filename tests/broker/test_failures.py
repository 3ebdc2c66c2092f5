"""What a service needs fails and comes back: nothing lost, doubled, half done or acknowledged."""

import resource
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty

import psycopg
import pytest

from broker.ledger import audit, database, store
from tests.broker.desk import READERS, TAGS, Machine, day
from tests.broker.process import Client, Service, client, folder_with_library
from tests.postgres import Postgres

SILENT_S = 1.0  # How long a machine waits in vain for an ack that must not come.


@pytest.fixture(scope="module")
def durable() -> Iterator[Postgres]:
    """A PostgreSQL of its own, since it is stopped here, which keeps what it promised."""
    with Postgres(durable=True) as server:
        yield server


def session(case1: Client, number: int) -> None:
    """A copy is taken, or put back by the next."""
    verb = "put" if number % 2 else "took"
    case1.machine.session(number, READERS[0], **{verb: [TAGS[number // 2]]})


def told(case1: Client) -> int:
    """Say all records at once, and return the number that is acknowledged."""
    case1.say("fact", case1.machine.payload())
    number = case1.expect("ack")["number"]
    assert isinstance(number, int)
    return number


def in_vain(case1: Client) -> None:
    """Say all records; no ack may come."""
    case1.say("fact", case1.machine.payload())
    with pytest.raises(Empty):
        case1.heard["ack"].get(timeout=SILENT_S)


def outage(case1: Client, fail: Callable[[], None], mend: Callable[[], None]) -> None:
    """Facts before, during and after."""
    for number in range(10):
        session(case1, number)
    assert told(case1) == 10
    fail()
    for number in range(10, 20):
        session(case1, number)
    in_vain(case1)
    mend()
    # What was said in vain is committed as soon as it can be, without being said again.
    assert case1.expect("ack")["number"] == 20
    session(case1, 20)
    assert told(case1) == 21


def expect_whole(config: Path, url: str) -> None:
    with database.snapshot(config.parent / "data", url) as db:
        count = db.execute("SELECT COUNT(*), MIN(number), MAX(number) FROM inbox").fetchall()
        loans = db.execute("SELECT COUNT(*) FROM loan").fetchall()
    assert count == [(21, 1, 21)]
    assert loans == [(11,)]
    assert audit.check(config.parent / "data", day, url) == []


@pytest.mark.parametrize("how", ["stopped", "killed", "connections cut", "only reads"])
def test_a_lost_postgresql_is_waited_for(tmp_path: Path, durable: Postgres, how: str) -> None:
    url = durable.ledger()
    config = folder_with_library(tmp_path, url)

    def only_reads(word: str) -> None:
        for statement in (
            f"ALTER SYSTEM SET default_transaction_read_only = {word}",
            "SELECT pg_reload_conf()",
        ):
            with psycopg.connect(durable.url(), autocommit=True) as operator:
                operator.execute("SET default_transaction_read_only = off")
                operator.execute(statement.encode())

    def cut() -> None:
        # Nobody gets in until it is mended, and who was in is out.
        with psycopg.connect(durable.url(), autocommit=True) as operator:
            operator.execute(f"ALTER DATABASE {_name(url)} ALLOW_CONNECTIONS false".encode())
            operator.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s",
                (_name(url),),
            )

    def allow() -> None:
        with psycopg.connect(durable.url(), autocommit=True) as operator:
            operator.execute(f"ALTER DATABASE {_name(url)} ALLOW_CONNECTIONS true".encode())

    fail, mend = {
        "stopped": (durable.stop, durable.start),
        "killed": (durable.kill, durable.start),
        "connections cut": (cut, allow),
        "only reads": (lambda: only_reads("on"), lambda: only_reads("off")),
    }[how]
    with Service(config) as service, client(Machine(), service.ports["mqtt"]) as case1:
        outage(case1, fail, mend)

    expect_whole(config, url)


def test_a_full_disk_is_waited_for(tmp_path: Path) -> None:
    """No file may grow: what the system says then is what it says of a full disk."""
    config = folder_with_library(tmp_path)

    def limit(service: Service, size: int) -> None:
        hard = resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (size, hard))

    with Service(config) as service, client(Machine(), service.ports["mqtt"]) as case1:
        outage(
            case1,
            lambda: limit(service, 4096),
            lambda: limit(service, resource.RLIM_INFINITY),
        )

    expect_whole(config, "")


def test_a_killed_postgresql_service_goes_on_where_it_was(
    tmp_path: Path, durable: Postgres
) -> None:
    url = durable.ledger()
    config = folder_with_library(tmp_path, url)
    machine = Machine()
    with Service(config) as service, client(machine, service.ports["mqtt"]) as case1:
        for number in range(20):
            session(case1, number)
            case1.say("fact", machine.payload(number + 1, number + 1))
        case1.expect("ack")
        service.kill()
    with Service(config) as again, client(machine, again.ports["mqtt"]) as case1:
        session(case1, 20)
        while told(case1) < 21:
            pass

    expect_whole(config, url)


@pytest.mark.parametrize("statement", ["CREATE TABLE x (y)", "DELETE FROM loan"])
def test_a_disk_that_only_reads_is_waited_for(tmp_path: Path, statement: str) -> None:
    database.open_writer(tmp_path).close()
    file = sqlite3.connect(f"file:{tmp_path / database.NAME}?mode=ro", uri=True)

    with pytest.raises(sqlite3.OperationalError) as error:
        file.execute(statement)

    assert store.is_passing(error.value)


def test_what_is_wrong_with_a_question_is_not_waited_for(tmp_path: Path, database_url: str) -> None:
    db = database.open_writer(tmp_path, database_url)

    for statement in ("SELECT nonsense", "INSERT INTO holder (kind) VALUES ('nobody')"):
        with pytest.raises((sqlite3.Error, psycopg.Error)) as error:
            db.execute(statement)

        assert not store.is_passing(error.value)
    db.close()


def _name(url: str) -> str:
    return url.split("?")[0].rsplit("/", 1)[1]
