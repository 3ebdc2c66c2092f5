"""What other processes of the service committed is told to the pages of this one.

On PostgreSQL several processes share a ledger, and each tells its browsers what it committed
itself.  What is new beside that is found by the numbers that only grow, once a second; on a file
there is one process and nothing to find.
"""

import threading
from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from broker.live import Hub

log = structlog.get_logger()

LOOK_S = 1.0
TOLD_MAX = 64  # Of a kind at once; browsers that wait for more are told to load anew.

_NEWEST = """SELECT COALESCE((SELECT MAX(id) FROM movement), 0),
COALESCE((SELECT MAX(id) FROM exception_case), 0),
COALESCE((SELECT MAX(heard_ms) FROM device_state), 0),
(SELECT COUNT(*) FROM exception_case WHERE closed_ms IS NULL)"""
_MOVEMENTS = "SELECT id FROM movement WHERE id > :since ORDER BY id DESC LIMIT :most"
_CASES = "SELECT id FROM exception_case WHERE id > :since ORDER BY id DESC LIMIT :most"
_MACHINES = """SELECT device.name FROM device_state JOIN device ON device.id = device_state.device
WHERE heard_ms > :since ORDER BY heard_ms DESC LIMIT :most"""
# What grows, in the order of _NEWEST: the query, the event, and the field that names it.
LOOKS = (
    (_MOVEMENTS, "movement", "id"),
    (_CASES, "case", "id"),
    (_MACHINES, "machine", "device"),
)


class Echo(threading.Thread):
    """Told twice is no harm: of two notices that wait for a browser, one is kept."""

    def __init__(self, engine: Engine, hub: Hub) -> None:
        super().__init__(name="echo", daemon=True)
        self._engine = engine
        self._hub = hub
        self._stopped = threading.Event()
        self._seen: tuple[int, ...] = ()

    def stop(self) -> None:
        self._stopped.set()

    def run(self) -> None:
        while not self._stopped.wait(LOOK_S):
            try:
                self.look()
            except SQLAlchemyError as error:
                log.warning("echo_waits", text=str(error).splitlines()[0])

    def look(self) -> None:
        """Tell what is new since the last look; the first one only remembers."""
        if self._hub.listener_count == 0:
            self._seen = ()
            return
        newest = tuple(self._rows(_NEWEST)[0])
        before, self._seen = self._seen, newest
        if not before:
            return
        for (query, event, field), since, now in zip(LOOKS, before, newest, strict=False):
            if now > since:
                for row in reversed(self._rows(query, since=since, most=TOLD_MAX)):
                    self._hub.publish(event, {field: row[0]})
        if newest[0] > before[0]:
            self._hub.publish("counters", {})
        if newest[-1] != before[-1]:  # One was closed, or opened anew.
            self._hub.publish("case", {"id": newest[1]})

    def _rows(self, query: str, **values: object) -> Sequence[Any]:
        with self._engine.connect() as connection:
            return connection.execute(text(query), values).all()
