"""What is to be said to machines when the transaction is committed, signed for each of them."""

import json
from typing import NamedTuple

from bookcase_fw import wire
from broker.fleet import keys
from broker.fleet.registry import Device


class Outgoing(NamedTuple):
    topic: str
    payload: bytes
    retain: bool


class _Ack(NamedTuple):
    device: Device
    number: int
    renew: bool
    time_ms: int


class Outbox:
    """Collects in a transaction; `take` empties it after the commit, `forget` after a rollback."""

    def __init__(self) -> None:
        self._messages: list[Outgoing] = []
        self._acks: dict[tuple[str, str], _Ack] = {}

    def say(
        self,
        device: Device,
        name: str,
        values: dict[str, object],
        *,
        session: str = "",
        nonce: str = "",
    ) -> None:
        """Say something; what its signature covers is told in sign.py."""
        tail, _qos, retained, _signed, _fields = wire.message(name)
        topic = wire.topic(device.name, tail)
        body = _encoded(name, values)
        payload = keys.seal(device.key, topic, session=session, nonce=nonce, body=body)
        self._messages.append(Outgoing(topic, payload, retained))

    def greet(
        self, device: Device, journal: str, *, number: int, renew: bool, time_ms: int
    ) -> None:
        """Answer a hello: an ack that carries its nonce."""
        self._ack(journal, _Ack(device, number, renew, time_ms), nonce=device.nonce)

    def acknowledge(
        self, device: Device, journal: str, *, number: int, renew: bool, time_ms: int
    ) -> None:
        """Acknowledge a stream: of several in one transaction the last one is said."""
        self._acks[device.name, journal] = _Ack(device, number, renew, time_ms)

    def take(self) -> list[Outgoing]:
        for (_name, journal), ack in self._acks.items():
            # A machine believes an ack only for its present connection, which begins with a hello.
            if ack.device.nonce:
                self._ack(journal, ack)
        said = self._messages
        self.forget()
        return said

    def forget(self) -> None:
        self._messages = []
        self._acks = {}

    def _ack(self, journal: str, ack: _Ack, nonce: str = "") -> None:
        body = {"journal": journal, "number": ack.number, "time_ms": ack.time_ms}
        said = body | {"renew": ack.renew, "nonce": nonce}
        device = ack.device
        self.say(device, "ack", said, session=device.session, nonce=device.nonce)


def _encoded(name: str, values: dict[str, object]) -> bytes:
    """Return a body without its empty fields: shorter, and the same to a reader."""
    fields = wire.message(name)[4]
    checked: dict[str, object] = wire.check(name, fields, values)
    needed = {field for field, _type, needed, _meaning in fields if needed}
    kept = {field: value for field, value in checked.items() if value or field in needed}
    return json.dumps(kept, ensure_ascii=False).encode()
