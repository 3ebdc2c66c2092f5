"""What just changed, told to every browser that listens; a slow one is told the latest only."""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from typing import NamedTuple

WAITING_MAX = 64  # Notices that wait for one listener; more, and it is told to load anew.

# Event and the field of its data that names what changed: of two that wait, the later one stands.
KEYS = {
    "machine": "device",
    "movement": "id",
    "case": "id",
    "counters": "",
    "picture": "device",
}


class Notice(NamedTuple):
    """What changed.  The event `reload` says that some notices were lost: look at everything."""

    event: str
    key: str
    data: Mapping[str, object]


RELOAD = Notice("reload", "", {})


class Hub:
    """Passes notices from any thread to the listeners, each on its own event loop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: set[Listener] = set()
        self._closed = False

    def publish(self, event: str, data: Mapping[str, object]) -> None:
        """Tell every listener; never waits.  The data hold at least the event's key in KEYS."""
        field = KEYS[event]
        notice = Notice(event, str(data[field]) if field else "", data)
        with self._lock:
            for listener in self._listeners:
                listener.tell(notice)

    def listen(self) -> "Listener":
        """Return a new listener of the running event loop; `with` ends it."""
        listener = Listener(asyncio.get_running_loop(), self._forget)
        with self._lock:
            self._listeners.add(listener)
            if self._closed:
                listener.end()
        return listener

    def close(self) -> None:
        """End every listener, now and later: a web server stops only when its answers end."""
        with self._lock:
            self._closed = True
            for listener in self._listeners:
                listener.end()

    @property
    def listener_count(self) -> int:
        return len(self._listeners)

    def _forget(self, listener: "Listener") -> None:
        with self._lock:
            self._listeners.discard(listener)


class Listener:
    """One browser's notices.  `tell` and `end` are called under the hub's lock, by any thread."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, forget: Callable[["Listener"], None]
    ) -> None:
        self._loop = loop
        self._forget = forget
        self._lock = threading.Lock()
        self._waiting: OrderedDict[tuple[str, str], Notice] = OrderedDict()
        self._news = asyncio.Event()
        self._ended = False

    def __enter__(self) -> "Listener":
        return self

    def __exit__(self, *_error: object) -> None:
        self._forget(self)

    def tell(self, notice: Notice) -> None:
        with self._lock:
            if RELOAD[:2] in self._waiting:
                return
            self._waiting[notice[:2]] = notice
            if len(self._waiting) > WAITING_MAX:
                self._waiting.clear()
                self._waiting[RELOAD[:2]] = RELOAD
        self._wake()

    def end(self) -> None:
        self._ended = True
        self._wake()

    async def notices(self) -> AsyncIterator[Notice]:
        """Yield notices in the order of their first news, until the end."""
        while not self._ended:
            await self._news.wait()
            self._news.clear()
            for notice in self._taken():
                yield notice

    def _taken(self) -> list[Notice]:
        with self._lock:
            waiting = list(self._waiting.values())
            self._waiting.clear()
        return waiting

    def _wake(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._news.set)
        except RuntimeError:
            # Its loop has stopped, and with it the browser's connection.
            self._ended = True
