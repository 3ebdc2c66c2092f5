"""The desk's own journal: what the service decides is written, numbered and chained like any fact.

The desk is a device of the ledger that has no machine.  Its key is random, made with its first
record, and its one boot counts the milliseconds since 1970, so its clock is the service's own.
"""

import secrets
from collections.abc import Mapping

import msgspec

from bookcase_fw import wire
from broker.desk import contract
from broker.fleet import keys
from broker.fleet.registry import Device
from broker.ledger.clocks import Clocks
from broker.ledger.inbox import Fact, Inbox
from broker.ledger.store import Database

KEY_SIZE = 32
BOOT = 1
_FIELDS = dict(contract.FACTS)

_DESK = "SELECT id, key FROM device WHERE name = ?"
_SITE = """INSERT INTO site (id, name_zh, name_en, kind, level, lat, lon)
VALUES (?, '服务台', 'Service desk', 'desk', 'district', 0, 0) ON CONFLICT (id) DO NOTHING"""
_MAKE = """INSERT INTO device (name, kind, site, doors, capacity, key)
VALUES (?, ?, ?, 0, 0, ?) RETURNING id, key"""
_JOURNAL = "SELECT journal FROM stream WHERE device = ? AND state = 'open' ORDER BY id DESC LIMIT 1"


class Journal:
    """Everything happens in the caller's transaction."""

    def __init__(self, db: Database, inbox: Inbox, clocks: Clocks) -> None:
        self._db = db
        self._inbox = inbox
        self._clocks = clocks

    def append(self, kind: str, body: Mapping[str, object], now_ms: int) -> tuple[Device, Fact]:
        """Write a fact and return it as the inbox holds it.

        Raises WireError when the body does not fit its kind, or is too long.
        """
        checked: dict[str, object] = wire.check(kind, _FIELDS[kind], dict(body))
        device = self.device(now_ms)
        journal = self._journal(device)
        stream = self._inbox.stream(device, journal)
        data = _record(stream.number + 1, kind, stream.chain, checked, now_ms)
        payload = wire.fact_payload(journal, keys.chain(device.key, data), [data])
        _journal, taken = self._inbox.take(device, payload, now_ms)
        (fact,) = taken.facts
        return device, fact._replace(body=checked, problem="")

    def device(self, now_ms: int) -> Device:
        """Return the desk itself, made when it first speaks."""
        row = self._db.execute(_DESK, (contract.DEVICE,)).fetchone()
        if row is None:
            name = contract.DEVICE
            self._db.execute(_SITE, (name,))
            key = secrets.token_bytes(KEY_SIZE)
            row = self._db.execute(_MAKE, (name, name, name, key)).fetchone()
            self._clocks.anchor(row[0], BOOT, now_ms, now_ms)
        number, key = row
        name = contract.DEVICE
        return Device(number, name, name, name, "district", 0, bytes(key), "")

    def _journal(self, device: Device) -> str:
        row = self._db.execute(_JOURNAL, (device.id,)).fetchone()
        return str(row[0]) if row else secrets.token_hex(4)


def _record(number: int, kind: str, before: str, body: dict[str, object], now_ms: int) -> bytes:
    needed = {name for name, _type, needed, _meaning in _FIELDS[kind] if needed}
    kept = {name: value for name, value in body.items() if value or name in needed}
    envelope = {"n": number, "b": BOOT, "u": now_ms, "t": now_ms, "q": wire.CLOCK_SYNCED}
    data = msgspec.json.encode(envelope | {"k": kind, "p": before, "d": kept})
    if len(data) > wire.RECORD_SIZE_MAX:
        raise wire.WireError("a record of %d bytes is too long: %s" % (len(data), kind))
    return data
