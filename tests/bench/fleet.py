"""A load of devices for the bars: real packets from one thread, nothing but what a device says.

Everything is encoded before the clock starts, so that the load costs the shared cores little.
"""

import hashlib
import hmac
import json
import selectors
import socket
import threading
import time
from collections.abc import Iterator

from bookcase_fw import record, sign, wire
from bookcase_fw.codecs import mqtt

WINDOW = 20  # Facts of one device that wait for an ack at the same time.


class Device:
    """One device that has records to tell, so many in a message."""

    def __init__(
        self,
        name: str,
        key: bytes,
        journal: str,
        bodies: list[dict[str, object]],
        *,
        together: int = 1,
    ):
        self.name = name
        self._together = together
        self.session = "1.1"
        self.journal = journal
        self.count = len(bodies)
        self.sent = self.acked = 0
        self.served = False
        self._key = key
        self._decoder = mqtt.Decoder(wire.PAYLOAD_SIZE_MAX)
        self._packets = list(self._encode(bodies))
        self.socket = socket.socket()

    def connect(self, host: str, port: int, *, session: str = "1.1") -> None:
        """Connect, also anew: what was not acknowledged is sent again."""
        self.session, self.served, self.sent = session, False, self.acked
        self._decoder = mqtt.Decoder(wire.PAYLOAD_SIZE_MAX)
        self.socket.close()
        self.socket = socket.socket()
        self.socket.connect((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        will = (wire.topic(self.name, "up/presence"), self._presence(False), True)
        self.socket.sendall(
            mqtt.connect(self.name, self.name, sign.password(self._key), 60, will)
            + mqtt.subscribe(1, (wire.topic(self.name, "dn/+"),))
            + self._publish("presence", self._presence(True), 2)
            + self._publish("hello", self._hello(), 3)
        )

    def hear(self) -> None:
        """Read what has come: acknowledgements move the window on."""
        heard = self._decoder.feed(self.socket.recv(65536))
        published = [packet for packet in heard if isinstance(packet, mqtt.Publish)]
        # A server sends no more while too many of its messages are unacknowledged.
        receipts = b"".join(mqtt.puback(packet.id) for packet in published if packet.id)
        if receipts:
            self.socket.sendall(receipts)
        for packet in published:
            if packet.topic.endswith("/dn/ack"):
                body = json.loads(sign.opened(packet.payload)[0])
                self.served = self.served or bool(body.get("nonce"))
                self.acked = max(self.acked, body["number"])

    def say(self, most: int = WINDOW) -> None:
        """Send so many records, as far as the window allows, in one write."""
        end = min(self.count, self.acked + WINDOW, self.sent + most)
        if end > self.sent:
            # In whole messages: what of the first was acknowledged before is said again.
            first, last = self.sent // self._together, -(-end // self._together)
            self.socket.sendall(b"".join(self._packets[first:last]))
            self.sent = min(self.count, last * self._together)

    def _encode(self, bodies: list[dict[str, object]]) -> Iterator[bytes]:
        before = record.genesis(self._key, self.journal)
        topic = wire.topic(self.name, "up/fact")
        told: list[bytes] = []
        for number, body in enumerate(bodies, 1):
            data = record.encode(number, (1, number * 10, 0, 0), "session", before, body)
            before = hmac.digest(self._key, data, hashlib.sha256)[: record.CHAIN_SIZE].hex()
            told.append(data)
            if len(told) == self._together or number == len(bodies):
                payload = wire.fact_payload(self.journal, before, told)
                yield mqtt.publish(topic, payload, number % 65000 + 10)
                told = []

    def _publish(self, name: str, payload: bytes, packet_id: int) -> bytes:
        tail, _qos, retained, _signed, _fields = wire.message(name)
        return mqtt.publish(wire.topic(self.name, tail), payload, packet_id, retained)

    def _presence(self, online: bool) -> bytes:
        values = {"online": online, "session": self.session, "boot": 1, "journal": self.journal}
        return wire.encode("presence", values)

    def _hello(self) -> bytes:
        return wire.encode(
            "hello",
            {
                "session": self.session,
                "nonce": "00000001",
                "journal": self.journal,
                "last": self.count,
                "acked": 0,
                "boot": 1,
                "uptime_ms": self.count * 10 + 1000,
                "wall_ms": 0,
                "quality": wire.CLOCK_NONE,
            },
        )


def serve(
    devices: list[Device], host: str, port: int, *, session: str = "1.1", limit_s: float = 30
) -> selectors.BaseSelector:
    """Connect all and wait until all are served."""
    selector = selectors.DefaultSelector()
    for device in devices:
        device.connect(host, port, session=session)
        selector.register(device.socket, selectors.EVENT_READ, device)
    _until(selector, lambda: all(device.served for device in devices), limit_s)
    return selector


def drive(devices: list[Device], host: str, port: int, limit_s: float) -> float:
    """Connect all, wait until all are served, then send all; return seconds to the last ack."""
    return tell(devices, serve(devices, host, port), limit_s)


def tell(devices: list[Device], selector: selectors.BaseSelector, limit_s: float) -> float:
    """Send everything of devices that are served; return seconds to the last ack."""
    begin = time.perf_counter()
    for device in devices:
        device.say()
    _until(selector, lambda: all(device.acked == device.count for device in devices), limit_s, True)
    took_s = time.perf_counter() - begin
    for device in devices:
        device.socket.close()
    return took_s


def amble(
    devices: list[Device], host: str, port: int, period_s: float, end: threading.Event
) -> int:
    """Let each device send a session every so often until the end; return how many were sent."""
    selector = selectors.DefaultSelector()
    for device in devices:
        device.connect(host, port)
        selector.register(device.socket, selectors.EVENT_READ, device)
    _until(selector, lambda: all(device.served for device in devices), 30)

    begin, turn = time.perf_counter(), 0
    while not end.is_set():
        wait_s = begin + turn * period_s / len(devices) - time.perf_counter()
        for key, _events in selector.select(max(0, wait_s)):
            key.data.hear()
        if time.perf_counter() >= begin + turn * period_s / len(devices):
            devices[turn % len(devices)].say(1)
            turn += 1
    for device in devices:
        device.socket.close()
    return sum(device.sent for device in devices)


def _until(selector, done, limit_s: float, speak: bool = False) -> None:  # type: ignore[no-untyped-def]
    end = time.perf_counter() + limit_s
    while not done():
        for key, _events in selector.select(1):
            key.data.hear()
            if speak:
                key.data.say()
        if time.perf_counter() > end:
            raise TimeoutError("the service did not acknowledge everything in time")
