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
# The same of many, as one statement (PostgreSQL).
_TOLD_MANY = """UPDATE device_state SET unacked = GREATEST(unacked - told.count, 0)
FROM (SELECT unnest(CAST(? AS BIGINT[])) AS device, unnest(CAST(? AS BIGINT[])) AS count) AS told
WHERE device_state.device = told.device AND unacked > 0"""

# When a machine came within reach and went out of it: rows are only added.
_LINK = "INSERT INTO device_link (device, at_ms, served) VALUES (?, ?, ?)"
_WAS_SERVED = "SELECT served FROM device_link WHERE device = ? ORDER BY id DESC LIMIT 1"
_HEARD = "SELECT online, heard_ms FROM device_state WHERE device = ?"
SILENT_MS = 1_200_000  # Health figures come each 15 minutes at the least.


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
        if not said["online"]:
            self._was_away(device, 0)
            self._link(device, now_ms, served=False)
        else:
            self._was_away(device, now_ms - SILENT_MS)
            device.session = str(said["session"])
            names = ("session", "firmware", "boot", "cause", "journal")
            changes |= {name: said[name] for name in names}
        self._note(device, changes, now_ms)
        return True

    def hello(self, device: Device, said: Mapping[str, object], now_ms: int) -> None:
        device.session, device.nonce = str(said["session"]), str(said["nonce"])
        names = ("session", "boot", "journal", "uptime_ms")
        changes = {name: said[name] for name in names}
        self._was_away(device, now_ms - SILENT_MS)
        self._link(device, now_ms, served=True)
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
        if self._told and self._db.kind == "postgresql":
            self._db.execute(_TOLD_MANY, (list(self._told), list(self._told.values())))
        elif self._told:
            self._db.executemany(
                _TOLD, [(count, count, device) for device, count in self._told.items()]
            )
        self._told.clear()

    def forget(self) -> None:
        self._told.clear()

    def lost(self, device: Device) -> None:
        """Nobody knows whether the machine is there: that it was heard is not changed."""
        self._db.execute("UPDATE device_state SET online = 0 WHERE device = ?", (device.id,))

    def _was_away(self, device: Device, since_ms: int) -> None:
        """A machine that was not heard since then was away since it was heard last.

        Nobody saw it go: its MQTT server, or the service, was away as well.
        """
        row = self._db.execute(_HEARD, (device.id,)).fetchone()
        if row and (not row[0] or row[1] < since_ms):
            self._link(device, row[1], served=False)

    def _link(self, device: Device, at_ms: int, *, served: bool) -> None:
        """Write it down when it is a change."""
        last = self._db.execute(_WAS_SERVED, (device.id,)).fetchone()
        if (last is not None and bool(last[0])) != served:
            self._db.execute(_LINK, (device.id, at_ms, int(served)))

    def _note(self, device: Device, changes: Mapping[str, object], now_ms: int) -> None:
        """Set columns, which are constants of this file, and when the machine was heard."""
        self._db.execute(_FIRST, (device.id, now_ms, now_ms))
        names = ", ".join(f"{name} = ?" for name in changes)
        update = f"UPDATE device_state SET {names}, heard_ms = ? WHERE device = ?"
        self._db.execute(update, (*changes.values(), now_ms, device.id))
