"""The service as a process, over its own MQTT server and over Mosquitto, killed and stopped."""

import base64
import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import httpx
import pytest

from bookcase_fw import wire
from broker import console
from broker.ledger import audit, database
from tests.broker.desk import READERS, TAGS, Machine, day
from tests.broker.process import Client, Service, client, folder_with_library, mosquitto

STOP_MAX_S = 3.0
ANN = READERS[0]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return folder_with_library(tmp_path)


@pytest.fixture
def service(config: Path) -> Iterator[Service]:
    with Service(config) as running:
        yield running


def rows(config: Path, statement: str) -> list[tuple[object, ...]]:
    path = config.parent / "data" / database.NAME
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        return db.execute(statement).fetchall()


def use_mosquitto(config: Path, port: int) -> None:
    settings = json.loads(config.read_text())
    settings["mqtt"] = {"embedded": False, "port": port}
    config.write_text(json.dumps(settings))


def test_a_loan_travels_from_the_machine_to_the_ledger_and_back(service: Service) -> None:
    machine = Machine()
    with client(machine, service.ports["mqtt"]) as case1:
        ask = {"id": "1.2", "session": "1.1", "op": "open", "reader": ANN, "door": 1}
        case1.say("ask", wire.encode("ask", ask))
        answer = case1.expect("answer")
        machine.session(1, ANN, took=[TAGS[0]], answer="1.2", due=answer["due"])
        case1.say("fact", machine.payload())

        assert case1.expect("ack")["number"] == 1
        assert answer["name"] == "读*1"


def test_a_machine_is_told_the_policy_when_it_comes(service: Service) -> None:
    machine = Machine("bc02")
    with client(machine, service.ports["mqtt"]) as case2:
        policy = case2.expect("want")["policy"]
        assert isinstance(policy, dict)
        wanted = policy["lists"]
        said = {}
        for number, text in enumerate((f"{wanted}", f"{wanted} 0", "7 0", "x")):
            ask = {"id": f"1.{number}", "session": "1.1", "op": "list", "text": text}
            case2.say("ask", wire.encode("ask", ask))
            said[text] = case2.expect("answer")

    assert (policy["revision"], policy["limit"], policy["loan_days"]) == (1, 15, 28)
    assert policy["readers"] == [] and policy["parts"] == 1 and policy["rules"] > 0
    part = base64.b64decode(str(said[f"{wanted} 0"]["data"]))
    assert base64.b64decode(str(said[f"{wanted}"]["data"])) == crc32(part).to_bytes(4, "little")
    quotas = {part[at : at + 7].hex(): part[at + 7] for at in range(0, len(part), 8)}
    assert quotas == {reader[:14]: 0 if reader == READERS[2] else 3 for reader in READERS}
    assert (said["7 0"]["why"], said["x"]["why"]) == ("late", "unknown")


def test_a_wrong_password_is_refused_and_disturbs_nobody(service: Service) -> None:
    machine = Machine()
    with client(machine, service.ports["mqtt"]) as case1:
        thief = Client(machine, service.ports["mqtt"], password="guess")
        refused = thief.connected.get(timeout=20)
        thief.close()
        machine.session(1, ANN, took=[TAGS[0]])
        case1.say("fact", machine.payload())

        assert not refused
        assert case1.expect("ack")["number"] == 1


def test_a_machine_hears_and_says_only_what_is_its_own(service: Service, config: Path) -> None:
    machine, other = Machine(), Machine("bc02")
    other.session(1, ANN, took=[TAGS[5]])
    with client(machine, service.ports["mqtt"]) as case1:
        assert not case1.subscribe(wire.topic("bc02", "dn/#"))
        assert not case1.subscribe("#")
        case1.publish(wire.topic("bc02", "up/fact"), other.payload())
        case1.publish(wire.topic("bc01", "dn/order"), b"{}")
        machine.session(1, ANN, took=[TAGS[0]])
        case1.say("fact", machine.payload())
        case1.expect("ack")

    refused = rows(config, "SELECT value FROM counter WHERE reason = 'foreign_topic'")
    assert refused == [(4,)]
    assert rows(config, "SELECT copy FROM loan") == [(1,)]


def test_a_newer_connection_of_a_machine_ends_the_older(service: Service) -> None:
    machine = Machine()
    older = Client(machine, service.ports["mqtt"])
    older.listen()
    older.hello()
    with client(machine, service.ports["mqtt"]) as newer:
        machine.session(1, ANN, took=[TAGS[0]])
        newer.say("fact", machine.payload())

        assert newer.expect("ack")["number"] == 1
    older.close()


def test_a_megabyte_is_refused_in_one_line_and_others_are_served(
    service: Service, config: Path
) -> None:
    machine = Machine()
    with client(Machine("bc02"), service.ports["mqtt"]) as loud:
        loud.say("fact", b"x" * 1_000_000)
        with client(machine, service.ports["mqtt"]) as case1:
            machine.session(1, ANN, took=[TAGS[0]])
            case1.say("fact", machine.payload())
            assert case1.expect("ack")["number"] == 1

    (count,) = rows(config, "SELECT value FROM counter WHERE reason = 'too_long'")[0]
    assert isinstance(count, int) and count >= 1
    assert "reason='too_long'" in service.log.read_text()


def test_an_order_from_the_web_reaches_its_machine_signed(service: Service, config: Path) -> None:
    found = console.find(config.parent / "data")
    assert found
    web = f"http://127.0.0.1:{service.ports['web']}"
    machine = Machine()
    with client(machine, service.ports["mqtt"]) as case1:
        staff = httpx.Client(base_url=web, headers={"Authorization": f"Bearer {found.token}"})
        machines = {row["device"]: row["served"] for row in staff.get("/v1/machines").json()}
        assert machines == {"bc01": True, "bc02": False, "kx01": False}

        sent = staff.post("/v1/machines/bc01/orders", json={"op": "open", "door": 2})
        order = case1.expect("order")
        late = staff.post("/v1/machines/bc02/orders", json={"op": "count", "door": 0})
        staff.close()

    assert order == sent.json() | {
        "session": "1.1",
        "deadline_ms": order["deadline_ms"],
        "op": "open",
        "door": 2,
        "reader": "",
        "staff": "console",
    }
    assert late.is_error


@pytest.mark.parametrize("embedded", [True, False])
def test_what_was_committed_and_not_acknowledged_is_applied_once(
    config: Path, tmp_path: Path, embedded: bool
) -> None:
    """The ack is lost with the service that wrote it; the machine says everything again."""
    machine = Machine()
    for number in range(30):
        machine.session(number, ANN, **{"put" if number % 2 else "took": [TAGS[number // 2]]})
    with mosquitto(tmp_path) as port:
        if not embedded:
            use_mosquitto(config, port)
        with Service(config) as service, client(machine, service.ports["mqtt"]) as case1:
            for number in range(1, 31):
                case1.say("fact", machine.payload(number, number))
            case1.expect("ack")
            service.kill()
        with Service(config) as again, client(machine, again.ports["mqtt"]) as case1:
            case1.say("fact", machine.payload())
            while case1.expect("ack")["number"] != 30:
                case1.say("fact", machine.payload())

    assert rows(config, "SELECT COUNT(*), MAX(number) FROM inbox") == [(30, 30)]
    assert rows(config, "SELECT COUNT(*) FROM loan WHERE state = 'void'") == [(15,)]
    assert audit.check(config.parent / "data", day) == []


def test_a_machine_learns_that_the_service_died(config: Path, tmp_path: Path) -> None:
    with mosquitto(tmp_path) as port:
        use_mosquitto(config, port)
        with Service(config) as service, client(Machine(), port) as case1:
            service.kill()

            assert case1.expect("service") == {"online": False}


def test_a_stop_says_that_nobody_serves_and_is_quick(config: Path, tmp_path: Path) -> None:
    with mosquitto(tmp_path) as port:
        use_mosquitto(config, port)
        with Service(config) as service, client(Machine(), port) as case1:
            begun = time.monotonic()
            status = service.stop()

            assert (status, time.monotonic() - begun < STOP_MAX_S) == (0, True)
            assert case1.expect("service") == {"online": False}


def test_a_second_service_on_the_same_ledger_does_not_start(service: Service, config: Path) -> None:
    with pytest.raises(AssertionError, match="on SQLite there is one service"):
        Service(config)

    assert service.process.poll() is None
