"""The real service as a process, and a machine that speaks to it over MQTT with paho."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from types import TracebackType

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from bookcase_fw import sign, wire
from tests.broker.desk import DISTRICT_KEY, Machine, library

TIMEOUT_S = 20.0
HOME = Path(__file__).parent.parent.parent


def folder_with_library(folder: Path, url: str = "") -> Path:
    """Make a ledger and return the path of a configuration with free ports."""
    data = folder / "data"
    library(data, url).close()
    config = folder / "service.json"
    settings = {
        "data": str(data),
        "database": url,
        "district_key": DISTRICT_KEY.hex(),
        "mqtt": {"port": 0},
        "web": {"port": 0},
    }
    config.write_text(json.dumps(settings))
    return config


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


class Service:
    """A running `python -m broker serve`; leaving the context stops it."""

    def __init__(self, config: Path) -> None:
        command = [sys.executable, "-m", "broker", "serve", "--config", str(config)]
        self.log = config.with_suffix(".log")
        with self.log.open("ab") as errors:
            self.process = subprocess.Popen(
                command, cwd=HOME, stdout=subprocess.PIPE, stderr=errors, text=True
            )
        assert self.process.stdout
        words = self.process.stdout.readline().split()
        assert words, self.log.read_text()
        self.ports = {word.split("=")[0]: int(word.rsplit(":", 1)[1]) for word in words[1:]}

    def __enter__(self) -> "Service":
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.stop()
        assert self.process.stdout
        self.process.stdout.close()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(TIMEOUT_S)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(TIMEOUT_S)


class Client:
    """A machine's connection.  What is said to it waits in `heard`, by name."""

    def __init__(self, machine: Machine, port: int, *, password: str | None = None) -> None:
        self.machine = machine
        self.heard: defaultdict[str, Queue[dict[str, object]]] = defaultdict(Queue)
        self.connected: Queue[bool] = Queue()
        self.granted: Queue[bool] = Queue()
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=machine.name, protocol=mqtt.MQTTv311
        )
        self._client.username_pw_set(machine.name, password or sign.password(machine.key))
        self._client.on_connect = lambda _c, _d, _f, reason, _p: self.connected.put(
            not reason.is_failure
        )
        self._client.on_subscribe = lambda _c, _d, _m, reasons, _p: self.granted.put(
            not reasons[0].is_failure
        )
        self._client.on_message = lambda _c, _d, message: self._message(message)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def listen(self) -> None:
        """Subscribe as a machine does, and wait until the service serves."""
        assert self.connected.get(timeout=TIMEOUT_S)
        for topic in (
            wire.topic(self.machine.name, "dn/#"),
            wire.service_topic(wire.shard(self.machine.name)),
        ):
            assert self.subscribe(topic)
        while not self.expect("service")["online"]:
            pass

    def subscribe(self, topic: str) -> bool:
        self._client.subscribe(topic, qos=1)
        return self.granted.get(timeout=TIMEOUT_S)

    def hello(self) -> dict[str, object]:
        """Say hello and return the ack that answers it."""
        self.say("hello", self.machine.hello())
        return self.expect("ack")

    def say(self, name: str, payload: bytes) -> None:
        self.publish(wire.topic(self.machine.name, wire.message(name)[0]), payload)

    def publish(self, topic: str, payload: bytes) -> None:
        self._client.publish(topic, payload, qos=1)

    def expect(self, name: str) -> dict[str, object]:
        """Return the next message of this name."""
        return self.heard[name].get(timeout=TIMEOUT_S)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _message(self, message: mqtt.MQTTMessage) -> None:
        if message.topic.endswith("/service"):
            self.heard["service"].put(json.loads(message.payload))
            return
        _device, tail = wire.split(message.topic)
        name = wire.name_of(tail)
        body, mac = sign.opened(bytes(message.payload))
        said: dict[str, object] = wire.decode(name, body)
        nonce = {"ack": "0badcafe", "answer": said.get("id"), "order": said.get("id")}.get(name, "")
        session = "" if name == "want" else "1.1"
        genuine = sign.genuine(self.machine.key, message.topic, session, nonce, body, mac)
        assert genuine, f"{name} is not signed for this connection"
        self.heard[name].put(said)


@contextmanager
def client(machine: Machine, port: int) -> Iterator[Client]:
    """A machine that listens and has said hello."""
    connection = Client(machine, port)
    try:
        connection.listen()
        connection.hello()
        yield connection
    finally:
        connection.close()


@contextmanager
def mosquitto(folder: Path) -> Iterator[int]:
    """A Mosquitto that lets everybody in; yields its port."""
    port = free_port()
    config = folder / "mosquitto.conf"
    config.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n"
        "max_inflight_messages 100\n"
    )
    server = subprocess.Popen(
        ["mosquitto", "-c", str(config)],
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PATH": f"{os.environ['PATH']}:/usr/sbin"},
    )
    try:
        yield port
    finally:
        server.terminate()
        server.wait(TIMEOUT_S)
