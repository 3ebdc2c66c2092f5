"""Orders to a machine: signed for its present connection, carried out once, or not at all."""

import secrets

from bookcase_fw import wire
from broker.fleet.registry import Device
from broker.ledger.clocks import Clocks
from broker.ledger.store import Database

WORDS = tuple(word for word, _meaning in wire.ORDERS)
WAIT_MS = 10_000  # How long after it was sent an order may still be begun.

_STATE = "SELECT online, session, served, boot FROM device_state WHERE device = ?"
_ENTER = """INSERT INTO device_order (id, device, op, door, session, sent_ms, why)
VALUES (?, ?, ?, ?, ?, ?, '')"""
_SAY_WHY = "INSERT INTO order_reason (number, actor, reason) VALUES (?, ?, ?)"


class OrderRefused(Exception):
    """The order cannot be sent.  `reason` is a word of wire.REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Orders:
    """Everything happens in the caller's transaction."""

    def __init__(self, db: Database, clocks: Clocks) -> None:
        self._db = db
        self._clocks = clocks

    def make(
        self,
        device: Device,
        *,
        op: str,
        door: int,
        reader: str,
        staff: str,
        now_ms: int,
        reason: str = "",
    ) -> dict[str, object]:
        """Enter an order and return its fields (wire `order`), or raise OrderRefused."""
        first = 1 if op in ("open", "restock") else 0  # There is no "open all".
        if op not in WORDS or not first <= door <= device.doors:
            raise OrderRefused("unknown")
        row = self._db.execute(_STATE, (device.id,)).fetchone()
        if row is None or not row[0] or row[1] != row[2]:
            raise OrderRefused("offline")
        uptime_ms = self._clocks.uptime_ms(device.id, row[3], now_ms)
        if uptime_ms is None:
            raise OrderRefused("offline")
        order: dict[str, object] = {
            "id": secrets.token_hex(8),
            "session": row[1],
            "deadline_ms": uptime_ms + WAIT_MS,
            "op": op,
            "door": door,
            "reader": reader,
            "staff": staff,
        }
        self._db.execute(_ENTER, (order["id"], device.id, op, door, row[1], now_ms))
        if staff:
            self._db.execute(_SAY_WHY, (order["id"], staff, reason))
        return order
