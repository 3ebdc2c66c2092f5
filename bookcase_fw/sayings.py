"""What a device says of itself, as the contract's messages.  Pure: shared by firmware and kiosk."""

from bookcase_fw import wire


class Sayings:
    """Each method returns the fields of the message of its name; `packed` makes them bytes.

    journal, clock: see upload.py and clock.py.
    """

    def __init__(self, device: str, journal, clock, firmware: str, cause: str):
        self.session = ""  # Session id of this connection: boot.connection.
        self.service_topic = wire.service_topic(wire.shard(device))
        self.topics = (wire.topic(device, "dn/+"), self.service_topic)
        self._device, self._journal, self._clock = device, journal, clock
        self._firmware, self._cause = firmware, cause

    def packed(self, name: str, fields: dict) -> tuple:
        """Return (topic, payload, QoS, retained); the session is added where the message has it."""
        tail, qos, retained, _signed, _fields = wire.message(name)
        payload = wire.encode(name, {"session": self.session} | fields)
        return wire.topic(self._device, tail), payload, qos, retained

    def fact(self, payload: bytes) -> tuple:
        """Return (topic, payload, QoS, retained) of a `fact`; its payload is ready (upload.py)."""
        tail, qos, retained, _signed, _fields = wire.message("fact")
        return wire.topic(self._device, tail), payload, qos, retained

    def presence(self, online: bool = True) -> dict:
        return self._stream() | {
            "online": online,
            "firmware": self._firmware,
            "cause": self._cause,
        }

    def hello(self, nonce: str) -> dict:
        _boot, uptime_ms, wall_ms, quality = self._clock.stamp()
        return self._stream() | {
            "nonce": nonce,
            "uptime_ms": uptime_ms,
            "wall_ms": wall_ms,
            "quality": quality,
        }

    def state(self, report: dict) -> dict:
        """The report, and the record number that it includes unless it says so itself."""
        return {"last": self._journal.last} | report

    def beat(self, health: dict) -> dict:
        unacked = self._journal.last - self._journal.acked
        return health | {"uptime_ms": self._clock.uptime_ms(), "unacked": unacked}

    def _stream(self) -> dict:
        journal = self._journal
        return {
            "boot": self._clock.boot,
            "journal": journal.id,
            "last": journal.last,
            "acked": journal.acked,
        }
