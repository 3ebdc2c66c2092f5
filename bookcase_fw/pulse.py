"""Whether everything that must go round still does: the watchdog is fed only as long as it does."""

BEAT_MS = 1000  # Between two beats of what waits for events otherwise.
LATE_MS = 20000  # What has not gone round for so long hangs.


class Stuck(Exception):
    """A loop has not gone round for LATE_MS.  The message names it."""


class Pulse:
    def __init__(self, uptime_ms):
        self._uptime_ms = uptime_ms
        self._beats: dict = {}  # Loop -> when it went round last.

    def beat(self, name: str):
        """A loop goes round; from the first time on it must."""
        self._beats[name] = self._uptime_ms()

    def check(self):
        """Raise Stuck when a loop is late."""
        now_ms = self._uptime_ms()
        for name in self._beats:
            if now_ms - self._beats[name] > LATE_MS:
                raise Stuck(name)
