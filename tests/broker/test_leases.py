"""Several services on one PostgreSQL and one Mosquitto share the shards and outlive each other."""

import json
from collections.abc import Iterator
from pathlib import Path
from queue import Empty

import psycopg
import pytest

from bookcase_fw import wire
from broker.leases import leave, say
from broker.ledger import audit, database
from broker.ledger.postgres import PostgresDatabase
from tests.broker.desk import DISTRICT_KEY, READERS, TAGS, Machine, day, library
from tests.broker.process import Client, Service, mosquitto
from tests.postgres import Postgres

ALL = frozenset(range(wire.SHARD_COUNT))
MOVED_S = 10.0  # Within which the shards of a process that died are served by another.
NAMES = ("bc01", "bc02", "kx01")


@pytest.fixture
def url(postgres: Postgres) -> Iterator[str]:
    made = postgres.ledger()
    yield made
    postgres.give_back(made)


def test_one_process_has_all_shards_and_two_have_half_each(url: str) -> None:
    db = PostgresDatabase(url)

    assert say(db, "a").held == ALL
    assert say(db, "b").held == frozenset()
    first = say(db, "a")
    leave(db, "a", first.surplus)
    second = say(db, "b")

    assert len(first.held - first.surplus) == len(second.held) == 8
    assert second.held == first.surplus
    db.close()


def test_who_is_silent_loses_his_shards_and_takes_no_others(url: str) -> None:
    db = PostgresDatabase(url)
    say(db, "a")
    db.execute("UPDATE lease SET until_ms = until_ms - 5001")
    db.execute("UPDATE service SET seen_ms = seen_ms - 5001")

    assert say(db, "b").held == ALL
    assert say(db, "a").held == frozenset()
    db.close()


def config(folder: Path, url: str, port: int) -> Path:
    folder.mkdir()
    settings = {
        "data": str(folder / "data"),
        "database": url,
        "district_key": DISTRICT_KEY.hex(),
        "mqtt": {"embedded": False, "port": port},
        "web": {"port": 0},
    }
    path = folder / "service.json"
    path.write_text(json.dumps(settings))
    return path


def shards(url: str) -> dict[str, set[int]]:
    """Return which shards each process has."""
    found: dict[str, set[int]] = {}
    with psycopg.connect(url) as connection:
        for service, shard in connection.execute("SELECT service, shard FROM lease"):
            found.setdefault(service, set()).add(shard)
    return found


def told(client: Client) -> None:
    """Say all records until the last is acknowledged, as a machine does: again after each ack."""
    machine, acked = client.machine, 0
    client.hello()
    while acked < len(machine.records):
        client.say("fact", machine.payload(acked + 1, acked + 5))
        ack = client.expect("ack")
        assert isinstance(ack["number"], int)
        acked = ack["number"]


def live(machine: Machine, count: int) -> None:
    """Write so many sessions: a copy of the machine's own is taken and put back in turn."""
    tag = TAGS[NAMES.index(machine.name)]
    for number in range(count):
        uptime_ms = len(machine.records) + 1
        lent = {} if number % 2 else {"reader": READERS[0], "due": 20270101}
        verb = "returned" if number % 2 else "lent"
        if machine.name == "kx01":
            machine.fact(verb, uptime_ms=uptime_ms, tag=tag, visit="1.1", **lent)
        else:
            verb = "put" if number % 2 else "took"
            machine.session(uptime_ms, READERS[0], **{verb: [tag]})


def test_a_killed_process_leaves_its_shards_to_the_other(tmp_path: Path, url: str) -> None:
    library(tmp_path, url).close()
    machines = [Machine(name) for name in NAMES]
    with mosquitto(tmp_path) as port:
        first = Service(config(tmp_path / "a", url, port))
        (name,) = shards(url)
        second = Service(config(tmp_path / "b", url, port))
        with first, second:
            clients = [Client(machine, port) for machine in machines]
            for client in clients:
                client.listen()
                live(client.machine, 20)
                told(client)
                live(client.machine, 20)
                # On its way when the process dies: committed or not, acknowledged or not.
                client.say("fact", client.machine.payload(21, 30))
            mine = shards(url)[name]
            orphans = [c for c in clients if wire.shard(c.machine.name) in mine]
            first.kill()

            for client in orphans:
                _until_served_again(client)
            for client in clients:
                told(client)
                client.close()

    assert orphans
    with psycopg.connect(url) as connection:
        streams = connection.execute(
            "SELECT COUNT(*), MIN(number), MAX(number) FROM inbox GROUP BY stream"
        ).fetchall()
        lent = connection.execute("SELECT COUNT(*) FROM loan GROUP BY copy").fetchall()
    assert streams == [(40, 1, 40)] * 3
    assert lent == [(20,)] * 3
    assert audit.check(tmp_path, day, url) == []


def _until_served_again(client: Client) -> None:
    """The last will says that nobody serves; then somebody does, in time."""
    said: list[object] = []
    try:
        while said[-1:] != [True] or False not in said:
            said.append(client.heard["service"].get(timeout=MOVED_S)["online"])
    except Empty:
        pytest.fail(f"not served again within {MOVED_S} s: {said}")


def test_a_second_service_with_its_own_mqtt_server_does_not_start(tmp_path: Path, url: str) -> None:
    database.open_writer(tmp_path, url, "shared").close()
    held = database.open_writer(tmp_path, url, "shared")

    with pytest.raises(database.LedgerError, match="another service has this ledger"):
        database.open_writer(tmp_path, url, "alone")
    database.open_writer(tmp_path, url, "shared").close()
    held.close()
