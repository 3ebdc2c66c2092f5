"""A model of an MQTT server, in memory, that misbehaves as real ones were measured to.

Machines connect to it with MQTT 3.1.1 packets; the service is joined to it by two functions.  Like
Mosquitto 2.0 and amqtt it acknowledges a message before anybody has it, and a death forgets what
was acknowledged and everything retained.

Packets: MQTT Version 3.1.1, OASIS Standard, 29 October 2014, sections 3.1 to 3.14.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from bookcase_fw.codecs import mqtt
from hw_sim.city.chance import Chance
from hw_sim.city.pipe import End, pipe

HOP_S = 0.02  # What a message takes from a machine to the service, and back.
ACCEPTED = b"\x20\x02\x00\x00"
PONG = b"\xd0\x00"
READ_SIZE = 4096

Take = Callable[[str, bytes], None]


class Message(NamedTuple):
    topic: str
    payload: bytes
    retained: bool


class Faults(NamedTuple):
    """Shares of messages, both ways, to which it happens."""

    twice: float = 0.0
    late: float = 0.0
    late_s: float = 0.0
    lost: float = 0.0  # Acknowledged and forgotten all the same.


class Session:
    """One machine's connection."""

    def __init__(self, end: End) -> None:
        self.end = end
        self.device = ""
        self.will: Message | None = None
        self.topics: list[str] = []
        self.packet_id = 0

    def wants(self, topic: str) -> bool:
        return any(_matches(pattern, topic) for pattern in self.topics)


class MqttModel:
    """`to_service(topic, payload)` is set by whoever joins; `say` is how the service publishes."""

    def __init__(self, chance: Chance) -> None:
        self.to_service: Take = _nobody
        self.faults = Faults()
        self.down = False
        self.unreachable: set[str] = set()  # Machines whose network is cut.
        self.fired: Counter[str] = Counter()
        self._chance = chance
        self._sessions: dict[str, Session] = {}
        self._retained: dict[str, bytes] = {}
        self._old: dict[str, bytes] = {}  # What was retained once, on a disk that is not synced.
        self._carried: Counter[bytes] = Counter()  # How often the same was carried before.
        self._tasks: set[asyncio.Task[None]] = set()
        self._epoch = 0  # Rises with each death: what was under way then never arrives.
        self.on_message: Take = _nobody  # Hears all that is said, both ways.
        self._has_some = asyncio.Event()  # That machines have said; nobody has it yet.

    async def connect(self, device: str) -> tuple[End, End]:
        """Return the port of a new connection, or raise OSError: down, or out of reach."""
        await asyncio.sleep(HOP_S)
        if self.down or device in self.unreachable:
            raise ConnectionRefusedError("no way to the MQTT server")
        near, far = pipe()
        session = Session(far)
        task = asyncio.create_task(self._serve(session, device))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return near, near

    def say(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Publish what the service says; to whom it concerns and who is there."""
        if self.down:
            return
        self.on_message(topic, payload)
        if retain:
            self._retained[topic] = payload
        message = Message(topic, payload, False)
        for session in list(self._sessions.values()):
            if session.wants(topic):
                self._carry(message, partial(self._deliver, session, message))

    def cut(self, device: str, on: bool) -> None:
        """Cut a machine off from the network, or let it in again."""
        (self.unreachable.add if on else self.unreachable.discard)(device)
        if on and device in self._sessions:
            self.fired["network"] += 1
            self._sessions[device].end.cut()

    async def amid_a_message(self) -> None:
        """Return when a machine's message is acknowledged, and still on its way."""
        self._has_some.clear()
        await self._has_some.wait()
        await asyncio.sleep(HOP_S / 2)

    def keep(self) -> None:
        """Write down what is retained now; a death may fall back to it."""
        self._old = dict(self._retained)

    def die(self, *, stale: bool = False) -> None:
        """Forget everything, also what was acknowledged and is retained; stale: but for the old."""
        self.fired["mqtt_died"] += 1
        self.down = True
        self._epoch += 1
        self._retained.clear()
        if stale:
            self.fired["retained_stale"] += len(self._old)
            self._retained |= self._old
        sessions, self._sessions = self._sessions, {}
        for session in sessions.values():
            session.will = None
            session.end.cut()

    def start(self) -> None:
        self.down = False

    async def _serve(self, session: Session, device: str) -> None:
        buffer = b""
        try:
            while data := await session.end.read(READ_SIZE):
                buffer += data
                while packet := _packet(buffer):
                    buffer = buffer[packet.size :]
                    self._take(session, packet, device)
        except ConnectionResetError:
            pass
        if self._sessions.get(session.device) is session:
            del self._sessions[session.device]
        if session.will:
            self._from_machine(session.will)

    def _take(self, session: Session, packet: "_Packet", device: str) -> None:
        if packet.kind == mqtt.CONNECT:
            session.device, session.will = _connected(packet.body)
            assert session.device == device, "a machine connects under its own name"
            before = self._sessions.pop(session.device, None)
            self._sessions[session.device] = session
            if before:
                before.end.cut()
            session.end.write(ACCEPTED)
        elif packet.kind == mqtt.SUBSCRIBE:
            session.topics = _topics(packet.body)
            codes = b"\x01" * len(session.topics)
            session.end.write(bytes((mqtt.SUBACK << 4, 2 + len(codes))) + packet.body[:2] + codes)
            for topic, payload in sorted(self._retained.items()):
                if session.wants(topic):
                    self._deliver(session, Message(topic, payload, True))
        elif packet.kind == mqtt.PUBLISH:
            message, packet_id = _published(packet)
            if packet_id:
                session.end.write(bytes((mqtt.PUBACK << 4, 2)) + packet_id)
            self._from_machine(message)
        elif packet.kind == mqtt.PINGREQ:
            session.end.write(PONG)
        elif packet.kind == mqtt.DISCONNECT:
            session.will = None
            session.end.close()

    def _from_machine(self, message: Message) -> None:
        self.on_message(message.topic, message.payload)
        self._has_some.set()
        if message.retained:
            self._retained[message.topic] = message.payload
        self._carry(message, lambda: self.to_service(message.topic, message.payload))

    def _deliver(self, session: Session, message: Message) -> None:
        session.packet_id = mqtt.id_after(session.packet_id)
        topic, payload, retained = message
        try:
            session.end.write(mqtt.publish(topic, payload, session.packet_id, retained))
        except ConnectionResetError:
            self.fired["said_to_nobody"] += 1

    def _carry(self, message: Message, arrive: Callable[[], None]) -> None:
        """Let something arrive after its way through the server; order is kept but for faults.

        What happens to a message belongs to its bytes, and to how often they came by before.
        """
        about = (message.topic, message.payload.hex(), self._again(message))
        delay_s, times = HOP_S, 1
        if self._strikes("lost", about, self.faults.lost):
            return
        if self._strikes("late", about, self.faults.late):
            delay_s += self._chance.of("how late", *about) * self.faults.late_s
        if self._strikes("twice", about, self.faults.twice):
            times = 2
        epoch = self._epoch

        def there() -> None:
            if epoch == self._epoch:
                arrive()
            else:
                self.fired["acknowledged_and_lost"] += 1

        for _time in range(times):
            asyncio.get_running_loop().call_later(delay_s, there)

    def _again(self, message: Message) -> int:
        if self.faults == Faults():
            return 0
        key = message.topic.encode() + message.payload
        self._carried[key] += 1
        return self._carried[key]

    def _strikes(self, fault: str, about: tuple[object, ...], share: float) -> bool:
        """Say whether a fault strikes now, and count it if it does."""
        strikes = share > 0 and self._chance.of(fault, *about) < share
        self.fired[fault] += strikes
        return strikes


class _Packet(NamedTuple):
    kind: int
    flags: int
    body: bytes
    size: int


def _packet(buffer: bytes) -> _Packet | None:
    """Return the first whole packet of a buffer, or None."""
    length, start = 0, 0
    for place in range(1, min(len(buffer), 5)):
        length |= (buffer[place] & 0x7F) << 7 * (place - 1)
        if buffer[place] < 0x80:
            start = place + 1
            break
    if not start or len(buffer) < start + length:
        return None
    return _Packet(buffer[0] >> 4, buffer[0] & 15, buffer[start : start + length], start + length)


def _connected(body: bytes) -> tuple[str, Message]:
    """Return (client id, will) of a CONNECT (3.1): all of ours have a will, a user, a password."""
    flags, rest = body[len(mqtt.PROTOCOL)], body[len(mqtt.PROTOCOL) + 3 :]
    client, rest = _sized(rest)
    topic, rest = _sized(rest)
    payload, _rest = _sized(rest)
    return client.decode(), Message(topic.decode(), payload, bool(flags & 0x20))


def _topics(body: bytes) -> list[str]:
    rest, topics = body[2:], []
    while rest:
        topic, rest = _sized(rest)
        topics.append(topic.decode())
        rest = rest[1:]
    return topics


def _published(packet: _Packet) -> tuple[Message, bytes]:
    topic, rest = _sized(packet.body)
    packet_id, payload = (rest[:2], rest[2:]) if packet.flags >> 1 & 3 else (b"", rest)
    return Message(topic.decode(), payload, bool(packet.flags & 1)), packet_id


def _sized(data: bytes) -> tuple[bytes, bytes]:
    end = 2 + int.from_bytes(data[:2], "big")
    return data[2:end], data[end:]


def _matches(pattern: str, topic: str) -> bool:
    """Whether a topic fits a subscription with + and # (4.7)."""
    wanted, found = pattern.split("/"), topic.split("/")
    for number, word in enumerate(wanted):
        if word == "#":
            return True
        if number >= len(found) or word not in ("+", found[number]):
            return False
    return len(wanted) == len(found)


def _nobody(_topic: str, _payload: bytes) -> None:
    """The service is not joined yet."""
