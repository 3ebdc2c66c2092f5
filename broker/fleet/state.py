"""What each machine last said of itself, as a row: presence, hello, state and beat."""

import json
from collections import Counter
from collections.abc import Mapping

from broker.fleet.registry import Device
from broker.ledger.store import Database

_FIRST = """INSERT INTO device_state (device, first_ms, heard_ms, online, session, served, firmware,
boot, cause, journal, config, policy, lends, fill, unacked, uptime_ms, heap_used, heap_free, faults,
stock) VALUES (?, ?, ?, 0, '', '', '', 0, '', '', 0, 0, 0, 0, 0, 0, 0, 0, '[]', '[]')
ON CONFLICT (device) DO NOTHING"""

_TOLD = """UPDATE device_state SET unacked = CASE WHEN unacked > ? THEN unacked - ? ELSE 0 END
WHERE device = ? AND unacked > 0"""


class States:
    """Everything happens in the caller's transaction, and each message names a known machine."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._told: Counter[int] = Counter()

    def presence(self, device: Device, said: Mapping[str, object], now_ms: int) -> bool:
        """Note that a machine is there, or is not; say whether anything was noted.

        The last will of an earlier connection comes when the next one may be up already: it says
        nothing about this one.
        """
        if not said["online"] and said["session"] != device.session:
            return False
        changes: dict[str, object] = {"online": int(bool(said["online"]))}
        if said["online"]:
            device.session = str(said["session"])
            names = ("session", "firmware", "boot", "cause", "journal")
            changes |= {name: said[name] for name in names}
        self._note(device, changes, now_ms)
        return True

    def hello(self, device: Device, said: Mapping[str, object], now_ms: int) -> None:
        device.session, device.nonce = str(said["session"]), str(said["nonce"])
        names = ("session", "boot", "journal", "uptime_ms")
        changes = {name: said[name] for name in names}
        self._note(device, changes | {"online": 1, "served": said["session"]}, now_ms)

    def state(self, device: Device, said: Mapping[str, object], now_ms: int) -> None:
        changes = {name: said[name] for name in ("config", "policy", "fill")}
        lists = {name: json.dumps(said[name]) for name in ("faults", "stock")}
        self._note(device, changes | lists | {"lends": int(bool(said["lends"]))}, now_ms)

    def beat(self, device: Device, said: Mapping[str, object], now_ms: int) -> None:
        names = ("uptime_ms", "unacked", "heap_used", "heap_free")
        self._note(device, {name: said[name] for name in names}, now_ms)

    def unacked(self, device: Device, count: int, now_ms: int) -> None:
        self._note(device, {"unacked": max(0, count)}, now_ms)

    def told(self, device: Device, count: int) -> None:
        """So many of the records that waited are committed; the next beat may be a minute away."""
        self._told[device.id] += count

    def write(self) -> None:
        """Enter what was told, a row a machine and not one a fact: before the commit."""
        if self._told:
            self._db.executemany(
                _TOLD, [(count, count, device) for device, count in self._told.items()]
            )
            self._told.clear()

    def forget(self) -> None:
        self._told.clear()

    def lost(self, device: Device) -> None:
        """Nobody knows whether the machine is there: that it was heard is not changed."""
        self._db.execute("UPDATE device_state SET online = 0 WHERE device = ?", (device.id,))

    def _note(self, device: Device, changes: Mapping[str, object], now_ms: int) -> None:
        """Set columns, which are constants of this file, and when the machine was heard."""
        self._db.execute(_FIRST, (device.id, now_ms, now_ms))
        names = ", ".join(f"{name} = ?" for name in changes)
        update = f"UPDATE device_state SET {names}, heard_ms = ? WHERE device = ?"
        self._db.execute(update, (*changes.values(), now_ms, device.id))
