"""The kiosk's uplink against real MQTT servers and the least of a service."""

import queue
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bookcase_fw import wire
from kiosk.services.clock import Clock
from kiosk.services.journal import Journal
from kiosk.services.uplink import Uplink
from tests.mqtt_servers import Server
from tests.peers import Services, services
from tests.tiny_service import WAIT_S

DEVICE, KEY = "kx01", bytes(range(32))
TIMINGS = {"pause_ms": 50, "pause_max_ms": 200, "answer_ms": 1000, "state_ms": 100}
RETURNED = {"visit": "1.1", "tag": "E2000001"}
STATE = {"config": 1, "policy": 0, "stock": [], "faults": [], "fill": 0, "lends": True}


class Kiosk:
    """What stands around the uplink in the kiosk; `hear` runs what was posted, in this thread."""

    def __init__(self, port: int, folder: Path) -> None:
        self.journal = Journal(folder / "journal", KEY)
        self.clock = Clock(self.journal.boot)
        self.served: list[bool] = []
        self.wants: list[dict[str, Any]] = []
        self.orders: list[tuple[dict[str, Any], bool, str]] = []
        self.answers: list[dict[str, Any] | None] = []
        self._posted: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self.uplink = Uplink(
            device=DEVICE,
            key=KEY,
            address=("127.0.0.1", port),
            journal=self.journal,
            clock=self.clock,
            post=self._posted.put,
            on_served=self.served.append,
            on_want=self.wants.append,
            on_order=lambda *order: self.orders.append(order),
            firmware="test",
            timings=TIMINGS,
        )
        self.uplink.start()

    def write(self, count: int) -> None:
        for _ in range(count):
            self.journal.append("returned", RETURNED, self.clock.stamp())
            self.uplink.kick()

    def hear(self, condition: Callable[[], object]) -> None:
        until_s = time.monotonic() + WAIT_S
        while not condition():
            self._posted.get(timeout=max(0.001, until_s - time.monotonic()))()

    def ask(self) -> None:
        self.uplink.ask("account", self.answers.append, 5000, reader="r", how="card")


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Callable[[Server], Kiosk]]:
    kiosks: list[Kiosk] = []

    def make(server: Server) -> Kiosk:
        kiosks.append(Kiosk(server.port, tmp_path))
        return kiosks[-1]

    yield make
    for kiosk in kiosks:
        kiosk.uplink.stop()
        kiosk.journal.close()


@pytest.fixture
def service() -> Iterator[Services]:
    yield from services(DEVICE, KEY)


Kiosks = Callable[[Server], Kiosk]


def test_every_fact_arrives_once_and_in_order_through_kills(
    server: Server, kiosk: Kiosks, service: Services
) -> None:
    ledger = service(server)
    machine = kiosk(server)

    for total in (200, 400, 600):
        machine.write(100)
        server.kill()
        machine.write(100)
        server.start()
        ledger.wait(lambda least=total: len(ledger.records) >= least, f"{total} facts")

    assert ledger.numbers() == list(range(1, 601))
    assert ledger.broken == []


def test_an_answer_and_its_absence_are_posted(
    mosquitto: Server, kiosk: Kiosks, service: Services
) -> None:
    machine = kiosk(mosquitto)
    machine.ask()
    machine.hear(lambda: machine.answers)
    ledger = service(mosquitto)
    machine.hear(lambda: True in machine.served)

    machine.ask()
    ledger.wait(lambda: ledger.asks, "the ask")
    ask_id = ledger.asks[0]["id"]
    ledger.say("answer", {"id": ask_id, "ok": True, "name": "forged"}, nonce=ask_id, key=bytes(32))
    ledger.say("answer", {"id": ask_id, "ok": True, "name": "genuine"}, nonce=ask_id)
    machine.hear(lambda: len(machine.answers) == 2)
    machine.ask()
    ledger.online(False)
    machine.hear(lambda: len(machine.answers) == 3)

    names = [answer and answer["name"] for answer in machine.answers]
    assert names == [None, "genuine", None]
    assert machine.served[-1] is False


def test_a_forged_ack_erases_nothing_and_a_want_is_handed_on(
    mosquitto: Server, kiosk: Kiosks, service: Services
) -> None:
    ledger = service(mosquitto)
    machine = kiosk(mosquitto)
    machine.hear(lambda: True in machine.served)
    ledger.silent = True
    machine.write(3)
    ack = {"journal": ledger.journal, "number": 3, "nonce": "", "time_ms": 0, "renew": False}

    ledger.publish(wire.topic(DEVICE, "dn/ack"), wire.encode("ack", ack))
    ledger.say("ack", ack, nonce=ledger.nonce, key=bytes(32))
    ledger.say("ack", ack, nonce=ledger.nonce, session="0.1")
    ledger.say("ack", ack, nonce="00000000")
    ledger.say("want", {"revision": 7}, session="")
    machine.hear(lambda: machine.wants)

    assert machine.wants[0]["revision"] == 7
    assert (machine.journal.acked, machine.journal.last) == (0, 3)


def test_an_order_is_handed_on_with_the_connection_that_it_came_by(
    mosquitto: Server, kiosk: Kiosks, service: Services
) -> None:
    ledger = service(mosquitto)
    machine = kiosk(mosquitto)
    machine.hear(lambda: True in machine.served)

    order = {"id": "o1", "session": "1.1", "deadline_ms": 1 << 40, "op": "open", "door": 1}
    ledger.say("order", order, nonce="o1")
    machine.hear(lambda: machine.orders)

    ((said, retained, session),) = machine.orders
    assert (said["id"], said["op"], retained, session) == ("o1", "open", False, "1.1")


def test_the_clock_learns_the_time_of_the_service(
    mosquitto: Server, kiosk: Kiosks, service: Services
) -> None:
    machine = kiosk(mosquitto)
    assert machine.clock.quality == wire.CLOCK_RTC

    service(mosquitto)
    machine.hear(lambda: True in machine.served)

    assert machine.clock.quality == wire.CLOCK_SYNCED


def test_presence_and_state_are_said_and_a_planned_stop_too(
    server: Server, kiosk: Kiosks, service: Services
) -> None:
    ledger = service(server)
    machine = kiosk(server)
    machine.uplink.report(STATE)
    ledger.wait(lambda: ledger.states, "the state")

    machine.uplink.stop()
    ledger.wait(lambda: len(ledger.presences) == 2, "the goodbye")

    assert [presence["online"] for presence in ledger.presences] == [True, False]
    assert ledger.states[0]["session"] == "1.1"
