"""What the service may order of a kiosk: to start anew, once, when nobody stands there.

The outcome is a fact before it happens.  An order that is only a repetition, or of an earlier
connection, is no order; one that cannot be carried out in time is said to be late.
"""

from collections.abc import Callable, Mapping
from typing import Any

import structlog

from bookcase_fw import orders
from kiosk.services.clock import Clock
from kiosk.services.journal import Journal

NO_ORDER = ("retained", "stale_session")
OPS = ("restart",)

log = structlog.get_logger()


class Obeys:
    """`idle` says whether nobody is there; `restart` ends the program so that it begins again."""

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        idle: Callable[[], bool],
        restart: Callable[[], None],
    ) -> None:
        self._journal, self._clock, self._idle, self._restart = journal, clock, idle, restart
        self._waiting: Mapping[str, Any] | None = None

    def take(self, order: Mapping[str, Any], retained: bool, session: str) -> None:
        """Take a genuine order; it is carried out by `tick`."""
        why = orders.refusal(dict(order), retained, session, self._clock.uptime_ms())
        if not why and order["op"] not in OPS:
            why = "unknown"  # It has no doors.
        if self._waiting and self._waiting["id"] == order["id"]:
            return
        if not why:
            self._waiting = order
        elif why not in NO_ORDER:
            self._ended(order, why)

    def tick(self) -> None:
        """To be called now and then: do what was ordered, as soon as nobody is there."""
        order = self._waiting
        if order is None:
            return
        late = self._clock.uptime_ms() > order["deadline_ms"]
        if late or self._idle():
            self._waiting = None
            self._ended(order, "late" if late else "")
            if not late:
                self._restart()

    def _ended(self, order: Mapping[str, Any], why: str) -> None:
        log.info("order", op=order["op"], why=why or "done")
        outcome = {"id": order["id"], "ok": not why, "why": why}
        self._journal.append("outcome", outcome, self._clock.stamp())
