"""Whether everything that must go round still does: the watchdog is fed only as long as it does."""

BEAT_MS = 1000  # Between two beats of what waits for events otherwise.


class Stuck(Exception):
    """A loop has not gone round in time.  The message names it."""


class Pulse:
    def __init__(self, uptime_ms, late_ms: int):
        """uptime_ms() is the clock; what has not gone round for late_ms hangs."""
        self._uptime_ms, self._late_ms = uptime_ms, late_ms
        self._beats: dict = {}  # Loop -> when it went round last.

    def beat(self, name: str):
        """A loop goes round; from the first time on it must."""
        self._beats[name] = self._uptime_ms()

    def check(self):
        """Raise Stuck when a loop is late."""
        now_ms = self._uptime_ms()
        for name in self._beats:
            if now_ms - self._beats[name] > self._late_ms:
                raise Stuck(name)
