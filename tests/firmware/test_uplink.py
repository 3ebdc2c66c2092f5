"""The firmware's uplink as MicroPython processes against real MQTT servers."""

import json
import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bookcase_fw import wire
from tests.mqtt_servers import Mosquitto, Server
from tests.peers import Services, services

HOME = Path(__file__).parent.parent.parent
MICROPYTHON = HOME / ".cache/micropython/micropython"
DEVICE, KEY = "bc01", bytes(range(32))
OTHER_KEY = bytes(range(1, 33))


class Device:
    """The program as a process: says lines, hears lines; may be killed and started again."""

    def __init__(self, port: int, folder: Path) -> None:
        self.port, self.flash, self.boot = port, folder / "flash", 0
        self.lines: list[str] = []
        self._changed = threading.Condition()
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self.boot += 1
        words = [str(self.port), str(self.boot), str(self.flash), KEY.hex()]
        self._process = subprocess.Popen(
            [MICROPYTHON, "-X", "heapsize=96wK", "-m", "tests.firmware.uplink_program", *words],
            cwd=HOME,
            env=os.environ | {"MICROPYPATH": ".:.frozen"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._read, args=(self._process,), daemon=True).start()

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()

    def say(self, line: str) -> None:
        assert self._process and self._process.stdin
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def hear(self, start: str) -> str:
        """Wait for a line, take it and all before it, and return what follows its start."""
        with self._changed:
            while not any(line.startswith(start) for line in self.lines):
                assert self._changed.wait(20), f"no line {start!r}, but {self.lines}"
            place = next(n for n, line in enumerate(self.lines) if line.startswith(start))
            line = self.lines[place]
            self.lines = self.lines[place + 1 :]
        return line[len(start) :].strip()

    def figures(self) -> dict[str, Any]:
        self.say("figures")
        return dict(json.loads(self.hear("figures")))

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        for line in process.stdout:
            with self._changed:
                self.lines.append(line.rstrip())
                self._changed.notify_all()


Devices = Callable[[Server], Device]


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Devices]:
    devices: list[Device] = []

    def make(server: Server) -> Device:
        devices.append(Device(server.port, tmp_path))
        devices[-1].start()
        return devices[-1]

    yield make
    for device in devices:
        device.kill()


@pytest.fixture
def service() -> Iterator[Services]:
    yield from services(DEVICE, KEY)


def test_every_fact_arrives_once_and_in_order_through_kills(
    server: Server, device: Devices, service: Services
) -> None:
    ledger = service(server)
    machine = device(server)
    machine.say("facts 2000")

    for heard in (300, 700, 1100, 1500):
        ledger.wait(lambda least=heard: len(ledger.records) >= least, f"{heard} facts")
        server.kill()
        server.start()
        machine.kill()
        machine.start()
        machine.say("facts 2000")
    machine.say("acked 2000")
    machine.hear("acked 2000")

    assert ledger.numbers() == list(range(1, 2001))
    assert ledger.broken == []
    assert {hello["journal"] for hello in ledger.hellos} == {ledger.journal}


def test_a_server_that_closes_in_good_order_is_noticed_at_once(
    server: Server, device: Devices, service: Services
) -> None:
    ledger = service(server)
    machine = device(server)
    machine.hear("served")

    server.terminate()
    machine.hear("unserved")
    server.start()
    machine.hear("served")

    assert ledger.hellos[0]["session"] == "1.1"
    assert ledger.hellos[-1]["session"] != "1.1"


def test_a_server_that_hangs_is_noticed_by_its_silence(
    mosquitto: Server, device: Devices, service: Services
) -> None:
    ledger = service(mosquitto)
    machine = device(mosquitto)
    machine.hear("served")

    mosquitto.freeze()
    machine.hear("log uplink: the server is silent")
    mosquitto.freeze(still=False)
    machine.hear("served")

    # The answers to its pings kept the first connection up until then.
    assert ledger.hellos[0]["session"] == "1.1"


def test_a_planned_stop_and_a_death_both_end_the_presence(
    server: Server, device: Devices, service: Services
) -> None:
    ledger = service(server)
    machine = device(server)
    machine.hear("served")
    machine.say("stop")
    machine.hear("stopped")
    ledger.wait(lambda: len(ledger.presences) == 2, "the goodbye")
    machine.start()
    machine.hear("served")
    machine.kill()
    ledger.wait(lambda: len(ledger.presences) == 4, "the will")

    shown = [(presence["session"], presence["online"]) for presence in ledger.presences]
    assert shown == [("1.1", True), ("1.1", False), ("2.1", True), ("2.1", False)]


def test_a_forged_ack_erases_nothing(mosquitto: Server, device: Devices, service: Services) -> None:
    ledger = service(mosquitto)
    machine = device(mosquitto)
    machine.hear("served")
    ledger.silent = True
    machine.say("facts 5")
    machine.hear("facts")
    ack = {"journal": ledger.journal, "number": 5, "nonce": "", "time_ms": 0, "renew": False}

    ledger.publish(wire.topic(DEVICE, "dn/ack"), wire.encode("ack", ack))
    ledger.publish(wire.topic(DEVICE, "dn/ack"), b"\x00" * 1_000_000)
    ledger.publish(wire.topic(DEVICE, "dn/ack"), b'{"d":{},"mac":"%s"}' % (b"0" * 64))
    ledger.say("ack", ack, nonce=ledger.nonce, key=OTHER_KEY)
    ledger.say("ack", ack, nonce=ledger.nonce, session="0.1")
    ledger.say("ack", ack, nonce="00000000")
    # What is genuine and says too much: another journal, a number that was never written.
    ledger.say("ack", ack | {"journal": "00000000"}, nonce=ledger.nonce)
    ledger.say("ack", ack | {"number": 6}, nonce=ledger.nonce)
    ledger.say("want", {"revision": 1}, session="")
    machine.hear("want 1")

    figures = machine.figures()
    assert (figures["acked"], figures["doubts"]) == (0, 6)
    ledger.silent = False
    machine.say("acked 5")
    machine.hear("acked 5")
    assert ledger.numbers() == [1, 2, 3, 4, 5]


ORDERS = (
    # id, wrong fields, retained, why it is refused
    ("genuine", {}, False, ""),
    ("late", {"deadline_ms": 0}, False, "late"),
    ("stale", {"session": "0.9"}, False, "stale_session"),
    ("strange", {"op": "open_all"}, False, "unknown"),
    ("kept", {}, True, "retained"),
)


def test_orders_that_must_not_be_done_are_refused_with_their_reason(
    mosquitto: Server, device: Devices, service: Services
) -> None:
    ledger = service(mosquitto)
    machine = device(mosquitto)
    machine.hear("served")
    heard = []
    for name, wrong, retained, _why in ORDERS:
        order = {"id": name, "session": "1.1", "deadline_ms": 1 << 40, "op": "count"} | wrong
        ledger.say("order", order, nonce=name, session=order["session"], retained=retained)
        heard.append(machine.hear("order"))
    ledger.say("order", order, nonce="kept", session="1.1", key=OTHER_KEY)
    machine.kill()
    machine.start()
    kept = machine.hear("order")

    # One that is retained is told by its flag: after the next subscription.
    assert heard[:4] == [f"{name} {why}".strip() for name, _w, _r, why in ORDERS[:4]]
    assert kept == "kept retained"


def test_asks_are_answered_or_given_up(
    mosquitto: Server, device: Devices, service: Services
) -> None:
    ledger = service(mosquitto)
    machine = device(mosquitto)
    machine.hear("served")

    for number, name in enumerate(("first", "second"), 1):
        machine.say("ask 5000")
        ledger.wait(lambda count=number: len(ledger.asks) == count, "an ask")
        ask_id = ledger.asks[-1]["id"]
        ledger.say("answer", {"id": "1.99", "ok": True, "name": "forged"}, nonce="1.99")
        ledger.say("answer", {"id": ask_id, "ok": True, "name": "late"}, nonce="1.99")
        ledger.say("answer", {"id": ask_id, "ok": True, "name": name}, nonce=ask_id)
        assert machine.hear("answer") == name
    machine.say("ask 50")
    assert machine.hear("answer") == "nothing"

    assert [ask["id"] for ask in ledger.asks] == ["1.1", "1.2", "1.3"]


def test_the_journal_is_held_back_while_the_service_is_away(
    mosquitto: Server, device: Devices, service: Services
) -> None:
    ledger = service(mosquitto)
    machine = device(mosquitto)
    machine.hear("served")

    ledger.online(False)
    machine.hear("unserved")
    machine.say("facts 3")
    machine.hear("facts 3")
    machine.say("ask 5000")
    assert machine.hear("answer") == "nothing"
    assert ledger.records == []
    ledger.online(True)
    machine.hear("served")
    ledger.wait(lambda: len(ledger.records) == 3, "the facts")


def test_a_service_that_does_not_answer_is_noticed_and_greeted_again(
    mosquitto: Server, device: Devices, service: Services
) -> None:
    ledger = service(mosquitto)
    machine = device(mosquitto)
    machine.hear("served")

    ledger.silent = True
    machine.say("facts 1")
    machine.hear("unserved")
    ledger.silent = False
    machine.hear("served")
    machine.say("acked 1")
    machine.hear("acked 1")

    assert {hello["session"] for hello in ledger.hellos} == {"1.1"}


def test_an_ordered_new_journal_carries_what_was_not_acknowledged(
    mosquitto: Server, device: Devices, service: Services
) -> None:
    ledger = service(mosquitto)
    machine = device(mosquitto)
    machine.say("facts 2")
    machine.say("acked 2")
    machine.hear("acked 2")
    first = ledger.journal

    ledger.silent = ledger.renews = True
    machine.say("facts 4")
    machine.hear("facts 4")
    ledger.silent = False
    ledger.ack()
    ledger.wait(lambda: ledger.journal != first and len(ledger.records) == 2, "the new journal")

    texts = [json.loads(data)["d"]["text"] for data in ledger.records]
    assert texts == ["fact 3", "fact 4"]
    assert ledger.broken == []


def test_a_state_is_said_at_most_so_often_and_again_after_a_reconnection(
    mosquitto: Server, device: Devices, service: Services
) -> None:
    ledger = service(mosquitto)
    machine = device(mosquitto)
    machine.hear("served")

    for _ in range(20):
        machine.say("state")
    ledger.wait(lambda: len(ledger.beats) >= 2, "two beats")
    assert 1 <= len(ledger.states) <= 3
    before = len(ledger.states)
    mosquitto.kill()
    mosquitto.start()
    ledger.wait(lambda: len(ledger.states) > before, "the state again")

    assert ledger.states[-1]["session"] != "1.1"


def test_a_device_survives_a_port_that_is_not_a_server(tmp_path: Path, device: Devices) -> None:
    """It is accepted and hears nonsense: it pauses and tries again."""
    server = Mosquitto(tmp_path)
    with socket.create_server(("127.0.0.1", server.port)) as listener:
        machine = device(server)
        for _ in range(2):
            peer, _address = listener.accept()
            with peer:
                peer.sendall(b"HTTP/1.1 400 Bad Request\r\n" * 4)
                machine.hear("log uplink:")
