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
_COUNTED = {"counted": "", "uncounted": "fault", "opened": "busy"}


class OrderBook:
    def __init__(self, app):
        self._app = app
        self._outcomes = app.notes.load("orders", [])  # [id, op, why or _BEGUN], oldest first.
        self._waiting: dict = {}  # Door -> (id, what its words mean).
        self._counts: dict = {}  # Order id -> doors that are still to be counted.

    def recover(self):
        """Close what a power cut interrupted."""
        for order_id, op, why in list(self._outcomes):
            if why == _BEGUN:
                self._close(order_id, "" if op == "restart" else "fault")

    def take(self, order: dict, retained: bool):
        """Carry out a genuine order, or refuse it."""
        for order_id, _op, why in self._outcomes:
            if order_id == order["id"]:
                # A retained order comes again with every connection: its refusal is known.
                if why != _BEGUN and not retained:
                    self._write(order_id, why)
                return
        uptime_ms = self._app.clock.uptime_ms()
        why = orders.refusal(order, retained, self._app.session, uptime_ms)
        why = why or getattr(self, "_refusal_" + order["op"])(order)
        self._note(order["id"], order["op"], _BEGUN)
        if why:
            self._close(order["id"], why)
        else:
            getattr(self, "_begin_" + order["op"])(order)

    def told(self, door: int, word: str):
        """Hear what happened at a door."""
        order_id, meanings = self._waiting.get(door, ("", {}))
        if word not in meanings:
            return
        self._waiting.pop(door)
        if order_id not in self._counts:
            self._close(order_id, meanings[word])
            return
        self._counts[order_id].remove(door)
        if meanings[word] or not self._counts[order_id]:
            self._counts.pop(order_id)
            self._waiting = {n: row for n, row in self._waiting.items() if row[0] != order_id}
            self._close(order_id, meanings[word])

    def _refusal_open(self, order: dict) -> str:
        if order["door"] not in self._app.numbers:
            return "unknown"
        return "" if self._app.visit.idle and self._app.door(order["door"]).free else "busy"

    def _refusal_count(self, order: dict) -> str:
        if not self._app.numbers or order["door"] and order["door"] not in self._app.numbers:
            return "unknown"
        doors = self._doors(order)
        taken = [n for n in doors if n in self._waiting or not self._app.door(n).free]
        return "busy" if taken else ""

    def _refusal_restart(self, _order: dict) -> str:
        return "busy" if any(self._app.door(n).on for n in self._app.numbers) else ""

    def _begin_open(self, order: dict):
        self._waiting[order["door"]] = (order["id"], _OPENED)
        how = "assisted" if order["reader"] else "order"
        request = NOBODY | {"reader": order["reader"], "how": how}
        self._app.post_door(order["door"], "request", request)

    def _begin_count(self, order: dict):
        self._counts[order["id"]] = self._doors(order)
        for number in self._doors(order):
            self._waiting[number] = (order["id"], _COUNTED)
            self._app.post_door(number, "count")

    def _begin_restart(self, _order: dict):
        self._app.restart()

    def _doors(self, order: dict) -> list:
        return [order["door"]] if order["door"] else list(self._app.numbers)

    def _note(self, order_id: str, op: str, why: str):
        kept = [row for row in self._outcomes if row[0] != order_id]
        self._outcomes = kept[1 - KEPT :] + [[order_id, op, why]]
        self._app.notes.save("orders", self._outcomes)

    def _close(self, order_id: str, why: str):
        (op,) = [row[1] for row in self._outcomes if row[0] == order_id]
        self._write(order_id, why)
        self._note(order_id, op, why)

    def _write(self, order_id: str, why: str):
        try:
            self._app.write("outcome", {"id": order_id, "ok": not why, "why": why})
        except JournalFull:
            self._app.log("order %s: no room for its outcome" % order_id)
