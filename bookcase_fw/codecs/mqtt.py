"""MQTT 3.1.1 packets of a client: bytes in, values out.  No I/O and no clock.

    type (4 bits) | flags (4 bits) | remaining length (1 to 4 bytes, 7 bits each) | body

Clean sessions and QoS 0 and 1 only.  Each encoder returns one whole packet, to be written at once:
a packet in several small writes costs 40 ms each (Nagle and delayed acknowledgement).  Payloads
are bytes: the length of text in characters is not its length on the wire.

Section numbers are those of MQTT Version 3.1.1, OASIS Standard, 29 October 2014.
"""

from collections import namedtuple

# Table 2.1: the packets that a client sends or hears here.
CONNECT, CONNACK, PUBLISH, PUBACK = 1, 2, 3, 4
SUBSCRIBE, SUBACK, PINGREQ, PINGRESP, DISCONNECT = 8, 9, 12, 13, 14

PROTOCOL = b"\x00\x04MQTT\x04"  # 3.1.2.1 and 3.1.2.2: name and level.
ID_MAX = 65535
TOPIC_SIZE_MAX = 256  # Longer topics are none of ours.
FAILED = 0x80  # 3.9.3: return code of a refused subscription.

PING = bytes((PINGREQ << 4, 0))
GOODBYE = bytes((DISCONNECT << 4, 0))

Connack = namedtuple("Connack", ("code",))
Suback = namedtuple("Suback", ("id", "codes"))
Puback = namedtuple("Puback", ("id",))
# `id` is 0 at QoS 0.  `payload` is None when it was longer than the decoder's limit.
Publish = namedtuple("Publish", ("topic", "payload", "id", "retained"))
Pingresp = namedtuple("Pingresp", ())


class MqttError(Exception):
    """The bytes are not MQTT as we speak it.  TCP brings no noise: the connection must end."""


def connect(client: str, user: str, password: str, keep_alive_s: int, will: tuple) -> bytes:
    """Return a CONNECT with a clean session; will is (topic, payload, retained), sent at QoS 1."""
    topic, payload, retained = will
    # 3.1.2.3: user name, password, will retained, will QoS 1, will, clean session.
    flags = 0xC0 | (0x20 if retained else 0) | 0x08 | 0x04 | 0x02
    head = (PROTOCOL, bytes((flags,)), _number(keep_alive_s), _text(client))
    body = (_text(topic), _sized(payload), _text(user), _text(password))
    return _packet(CONNECT, 0, head + body)


def subscribe(packet_id: int, topics: tuple) -> bytes:
    """Return a SUBSCRIBE to topics at QoS 1."""
    body = [_text(topic) + b"\x01" for topic in topics]
    return _packet(SUBSCRIBE, 2, [_number(packet_id)] + body)


def publish(topic: str, payload: bytes, packet_id: int = 0, retained: bool = False) -> bytes:
    """Return a PUBLISH: at QoS 1 when it has a packet id, else at QoS 0."""
    if not isinstance(payload, (bytes, bytearray)):
        raise TypeError("a payload is bytes, not %r" % (payload,))
    middle = _number(packet_id) if packet_id else b""
    flags = (2 if packet_id else 0) | (1 if retained else 0)
    return _packet(PUBLISH, flags, (_text(topic), middle, payload))


def puback(packet_id: int) -> bytes:
    return _packet(PUBACK, 0, (_number(packet_id),))


def id_after(packet_id: int) -> int:
    """Return the next packet id: 1 to 65535, never 0 (2.3.1)."""
    return packet_id % ID_MAX + 1


class Decoder:
    """Collects bytes and yields whole packets; skips the payload of one that is too long.

    Raises MqttError where the stream cannot be read on.
    """

    def __init__(self, size_max: int):
        self._size_max = size_max
        self._buffer = b""
        self._skip = 0

    def feed(self, data: bytes) -> list:
        skipped = min(self._skip, len(data))
        self._skip -= skipped
        self._buffer += data[skipped:]
        packets = []
        while True:
            packet, used = _take(self._buffer, self._size_max)
            if not used:
                return packets
            self._skip = max(0, used - len(self._buffer))
            self._buffer = self._buffer[used:]
            packets.append(packet)


def _take(buffer: bytes, size_max: int) -> tuple:
    """Return (packet, bytes used): (None, 0) wants more; more than the buffer are to be skipped."""
    size, start = _length(buffer)
    if not start:
        return None, 0
    kind, flags = buffer[0] >> 4, buffer[0] & 15
    if size > size_max:
        if kind != PUBLISH:
            raise MqttError("a packet of type %d and %d bytes" % (kind, size))
        packet = _too_long(flags, buffer[start : start + 4 + TOPIC_SIZE_MAX])
        return packet, start + size if packet else 0
    if len(buffer) < start + size:
        return None, 0
    return _packet_of(kind, flags, buffer[start : start + size]), start + size


def _length(buffer: bytes) -> tuple:
    """Return (remaining length, where the body starts), or (0, 0) when more bytes are needed."""
    size = 0
    for place in range(1, min(len(buffer), 5)):
        size |= (buffer[place] & 0x7F) << 7 * (place - 1)
        if buffer[place] < 0x80:
            return size, place + 1
    if len(buffer) >= 5:
        raise MqttError("a length of five bytes")
    return 0, 0


def _packet_of(kind: int, flags: int, body: bytes) -> tuple:
    if kind == PUBLISH:
        topic, packet_id, start = _publish_head(flags, body)
        return Publish(topic, body[start:], packet_id, bool(flags & 1))
    if kind == PUBACK and len(body) == 2:
        return Puback(_number_at(body, 0))
    if kind == PINGRESP and not body:
        return Pingresp()
    if kind == CONNACK and len(body) == 2:
        return Connack(body[1])
    if kind == SUBACK and len(body) > 2:
        return Suback(_number_at(body, 0), tuple(body[2:]))
    raise MqttError("a packet of type %d and %d bytes" % (kind, len(body)))


def _too_long(flags: int, start: bytes) -> tuple | None:
    """Return a PUBLISH without its payload, or None when even its head is not there yet."""
    if len(start) < 2 or len(start) < 4 + _number_at(start, 0) <= 4 + TOPIC_SIZE_MAX:
        return None
    topic, packet_id, _start = _publish_head(flags, start)
    return Publish(topic, None, packet_id, bool(flags & 1))


def _publish_head(flags: int, body: bytes) -> tuple:
    """Return (topic, packet id, where the payload starts)."""
    qos = flags >> 1 & 3
    end = 2 + (_number_at(body, 0) if len(body) >= 2 else ID_MAX)
    start = end + 2 if qos else end
    if qos > 1 or end > 2 + TOPIC_SIZE_MAX or start > len(body):
        raise MqttError("a publish with flags %d and a topic of %d bytes" % (flags, end - 2))
    try:
        topic = bytes(body[2:end]).decode()
    except ValueError:
        raise MqttError("a topic that is no text")
    return topic, _number_at(body, end) if qos else 0, start


def _packet(kind: int, flags: int, parts: tuple | list) -> bytes:
    head = [kind << 4 | flags]
    size = sum([len(part) for part in parts])
    while size > 0x7F:
        head.append(size & 0x7F | 0x80)
        size >>= 7
    head.append(size)
    # Copied once: a long payload finds room but seldom.
    return b"".join([bytes(head)] + list(parts))


def _text(text: str) -> bytes:
    return _sized(text.encode())


def _sized(data: bytes) -> bytes:
    return _number(len(data)) + data


def _number(value: int) -> bytes:
    return bytes((value >> 8, value & 0xFF))


def _number_at(data: bytes, place: int) -> int:
    return data[place] << 8 | data[place + 1]
