"""A machine of the year: a journal as the firmware writes it, and the messages that tell of it.

Record numbers, stamps, chain and payloads are the firmware's own (bookcase_fw.record, wire).
"""

from bookcase_fw import record, wire
from broker.exchange import Incoming
from broker.fleet import keys
from hw_sim.year import town

JOURNAL = "00002020"


class Journal:
    """Written since one long boot, whose uptime begins with `began_ms`."""

    def __init__(self, machine: town.Machine, began_ms: int) -> None:
        self.machine = machine
        self._key = town.key_of(machine.name)
        self._began_ms = began_ms
        self._chain = record.genesis(self._key, JOURNAL)
        self._number = 0
        self._asked = 0
        self._untold: list[bytes] = []

    def name(self) -> str:
        """Return a new number for an ask or a visit."""
        self._asked += 1
        return f"1.{self._asked}"

    def write(self, kind: str, at_ms: int, body: dict[str, object]) -> None:
        stamp = (1, at_ms - self._began_ms, at_ms, wire.CLOCK_SYNCED)
        self._number += 1
        written = record.encode(self._number, stamp, kind, self._chain, body)
        self._chain = keys.chain(self._key, written)
        self._untold.append(written)

    def told(self, at_ms: int) -> Incoming:
        """Return the message of all that was written since the last one."""
        payload = wire.fact_payload(JOURNAL, self._chain, self._untold)
        self._untold = []
        return self._says("fact", payload, at_ms)

    def ask(self, at_ms: int, op: str, reader: str, tags: list[str]) -> tuple[str, Incoming]:
        """Return a question's id and its message."""
        number = self.name()
        said = {"id": number, "session": "1.1", "op": op, "reader": reader, "tags": tags}
        return number, self._says("ask", wire.encode("ask", said), at_ms)

    def hello(self, at_ms: int) -> Incoming:
        said = {
            "session": "1.1",
            "nonce": "00002020",
            "journal": JOURNAL,
            "last": self._number,
            "acked": self._number,
            "boot": 1,
            "uptime_ms": at_ms - self._began_ms,
            "wall_ms": at_ms,
            "quality": wire.CLOCK_SYNCED,
        }
        return self._says("hello", wire.encode("hello", said), at_ms)

    def beat(self, at_ms: int) -> Incoming:
        said = {"uptime_ms": at_ms - self._began_ms, "unacked": 0}
        return self._says("beat", wire.encode("beat", said), at_ms)

    def _says(self, name: str, payload: bytes, at_ms: int) -> Incoming:
        return Incoming(wire.topic(self.machine.name, wire.message(name)[0]), payload, at_ms)
