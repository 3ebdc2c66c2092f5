"""Orders from afar: each is carried out once, and its outcome is a fact.

The outcomes of the last orders are noted on flash, and an order before it is begun: a repeated one
is answered with what was noted.  An order that a power cut interrupted failed, except a restart.
"""

from bookcase_fw import orders
from bookcase_fw.doors import NOBODY
from bookcase_fw.journal import JournalFull

KEPT = 64
_BEGUN = "begun"
# What the door says -> why the order failed; "" when it was carried out.
_OPENED = {"opened": "", "jammed": "jammed", "refused": "busy", "uncounted": "fault"}
_TASKS = ("count", "learn", "selftest", "lock_down", "unlock")  # See tasks.py.
FOUND_MAX = 14  # Rows of a report that fit into a record.


class OrderBook:
    def __init__(self, app):
        self._app = app
        self._outcomes = app.notes.load("orders", [])  # [id, op, why or _BEGUN], oldest first.
        self._waiting: dict = {}  # Door -> id of the order that opens it.

    def recover(self):
        """Close what a power cut interrupted."""
        for order_id, op, why in list(self._outcomes):
            if why == _BEGUN:
                self._close(order_id, "" if op == "restart" else "fault")

    def take(self, order: dict, retained: bool):
        """Carry out a genuine order, or refuse it."""
        for order_id, op, why in self._outcomes:
            if order_id == order["id"]:
                # A retained order comes again with every connection: its refusal is known.
                if why != _BEGUN and not retained:
                    self._write(order_id, why, op, [])
                return
        uptime_ms = self._app.clock.uptime_ms()
        why = orders.refusal(order, retained, self._app.session, uptime_ms)
        why = why or self._refusal(order)
        self._note(order["id"], order["op"], _BEGUN)
        if why:
            self._close(order["id"], why)
        elif order["op"] in _TASKS:
            self._app.tasks.begin(
                order["op"], order["door"], lambda why, found: self._close(order["id"], why, found)
            )
        else:
            getattr(self, "_begin_" + order["op"])(order)

    def told(self, door: int, word: str):
        """Hear what happened at a door."""
        if door in self._waiting and word in _OPENED:
            self._close(self._waiting.pop(door), _OPENED[word])

    def _refusal(self, order: dict) -> str:
        if order["op"] in _TASKS:
            return self._app.tasks.refusal(order["op"], order["door"])
        return getattr(self, "_refusal_" + order["op"])(order)

    def _refusal_restock(self, order: dict) -> str:
        return self._refusal_open(order)

    def _refusal_open(self, order: dict) -> str:
        if order["door"] not in self._app.numbers:
            return "unknown"
        return "" if self._app.visit.idle and self._app.door(order["door"]).free else "busy"

    def _refusal_restart(self, _order: dict) -> str:
        return "busy" if any(self._app.door(n).on for n in self._app.numbers) else ""

    def _begin_open(self, order: dict):
        how = "assisted" if order["reader"] else "order"
        self._open(order, {"reader": order["reader"], "how": how})

    def _begin_restock(self, order: dict):
        self._open(order, {"how": "staff", "staff": order["staff"]})

    def _open(self, order: dict, who: dict):
        self._waiting[order["door"]] = order["id"]
        self._app.post_door(order["door"], "request", NOBODY | who)

    def _begin_restart(self, _order: dict):
        self._app.restart()

    def _note(self, order_id: str, op: str, why: str):
        kept = [row for row in self._outcomes if row[0] != order_id]
        self._outcomes = kept[1 - KEPT :] + [[order_id, op, why]]
        self._app.notes.save("orders", self._outcomes)

    def _close(self, order_id: str, why: str, found: "list | None" = None):
        (op,) = [row[1] for row in self._outcomes if row[0] == order_id]
        self._write(order_id, why, op, found or [])
        self._note(order_id, op, why)

    def _write(self, order_id: str, why: str, op: str, found: list):
        body = {"id": order_id, "ok": not why, "why": why, "op": op}
        try:
            self._app.write("outcome", body | {"found": found[:FOUND_MAX]})
        except JournalFull:
            self._app.log("order %s: no room for its outcome" % order_id)
