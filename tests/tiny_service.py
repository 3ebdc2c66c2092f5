"""The least that can stand for the service in tests of a device's uplink: it commits to a list."""

import json
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as paho

from bookcase_fw import record, sign, wire

WAIT_S = 20


class TinyService:
    """Serves one device; everything it heard stands in its public attributes."""

    def __init__(self, port: int, device: str, key: bytes) -> None:
        self.device, self.key = device, key
        self.session = self.nonce = ""
        self.records: list[bytes] = []  # Committed, in order.
        self.journal = ""
        self.duplicates = self.gaps = 0
        self.hellos: list[dict[str, Any]] = []
        self.asks: list[dict[str, Any]] = []
        self.presences: list[dict[str, Any]] = []
        self.states: list[dict[str, Any]] = []
        self.beats: list[dict[str, Any]] = []
        self.broken: list[str] = []  # What a device must never do.
        # Faults.
        self.silent = False
        self.renews = False
        self._before = ""
        self._changed = threading.Condition()
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2, "service")
        self._client.on_connect = self._subscribe
        self._client.on_message = self._hear
        self._client.on_socket_open = _without_delay
        self._client.will_set(self._topic(), json.dumps({"online": False}), 1, True)
        self._client.reconnect_delay_set(0.1, 0.1)  # type: ignore[arg-type]
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def close(self) -> None:
        self._client.publish(self._topic(), json.dumps({"online": False}), 1, True)
        self._client.disconnect()
        self._client.loop_stop()

    def wait(self, condition: Callable[[], object], what: str) -> None:
        """Wait until a condition on what was heard holds."""
        until_s = time.monotonic() + WAIT_S
        with self._changed:
            while not condition():
                left_s = until_s - time.monotonic()
                assert left_s > 0, f"{what}: not within {WAIT_S} s"
                self._changed.wait(min(left_s, 0.1))

    def numbers(self) -> list[int]:
        return [record.decode(data)["n"] for data in self.records]

    def say(
        self,
        name: str,
        fields: dict[str, Any],
        *,
        nonce: str = "",
        session: str | None = None,
        key: bytes | None = None,
        retained: bool = False,
    ) -> None:
        """Say something signed to the device; session, nonce and key can be wrong ones."""
        topic = wire.topic(self.device, wire.message(name)[0])
        session = self.session if session is None else session
        sealed = sign.seal(key or self.key, topic, session, nonce, wire.encode(name, fields))
        self.publish(topic, sealed, retained)

    def ack(self, nonce: str = "", **wrong: Any) -> None:
        fields = {
            "journal": self.journal,
            "number": len(self.records),
            "nonce": nonce,
            "time_ms": time.time_ns() // 1_000_000,
            "renew": self.renews,
        }
        self.say("ack", fields, nonce=self.nonce, **wrong)

    def publish(self, topic: str, payload: bytes, retained: bool = False) -> None:
        self._client.publish(topic, payload, 1, retained)

    def online(self, yes: bool) -> None:
        self.publish(self._topic(), json.dumps({"online": yes}).encode(), retained=True)

    def _topic(self) -> str:
        return wire.service_topic(wire.shard(self.device))

    def _subscribe(self, client: paho.Client, *_details: object) -> None:
        client.subscribe(wire.topic(self.device, "up/+"), 1)
        self.online(True)

    def _hear(self, _client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        name = wire.name_of(wire.split(message.topic)[1])
        with self._changed:
            if name == "fact":
                self._take_facts(message.payload)
            else:
                fields = wire.decode(name, message.payload)
                {
                    "presence": self.presences,
                    "hello": self.hellos,
                    "ask": self.asks,
                    "state": self.states,
                    "beat": self.beats,
                }[name].append(fields)
                if name == "hello":
                    self._greet(fields)
            self._changed.notify_all()

    def _greet(self, hello: dict[str, Any]) -> None:
        self.session, self.nonce = hello["session"], hello["nonce"]
        if hello["journal"] != self.journal:
            self._begin(hello["journal"])
        if not self.silent:
            self.ack(self.nonce)

    def _begin(self, journal: str) -> None:
        self.journal, self.records, self.renews = journal, [], False
        self._before = record.genesis(self.key, journal)

    def _take_facts(self, payload: bytes) -> None:
        if self.silent:
            return
        start, _, rest = payload.partition(b"[\n")
        said = json.loads(start + b"[]}")
        for data in rest[:-3].split(b",\n"):
            self._take_record(data)
        if said["journal"] != self.journal:
            self.broken.append(f"facts of another journal: {said['journal']}")
        self.ack()

    def _take_record(self, data: bytes) -> None:
        fields = record.decode(data)
        number = len(self.records) + 1
        if fields["n"] < number:
            self.duplicates += 1
            if self.records[fields["n"] - 1] != data:
                self.broken.append(f"another record under number {fields['n']}")
        elif fields["n"] > number:
            self.gaps += 1
        elif fields["p"] != self._before:
            self.broken.append(f"the chain breaks at {number}")
        else:
            self.records.append(data)
            self._before = record.chain(self.key, data)


def _without_delay(_client: paho.Client, _data: object, sock: Any) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
