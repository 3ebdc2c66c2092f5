"""The kiosk's clock: uptime that never jumps, and the wall clock as the service tells it."""

import time
from collections.abc import Callable

from bookcase_fw import wire

MS = 1_000_000  # Nanoseconds.


class Clock:
    """The same interface as the firmware's.  Uptime counts from this object's making.

    The system's own wall clock holds until `learn`.
    """

    def __init__(
        self,
        boot: int,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
        wall_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self.boot = boot
        self.quality = wire.CLOCK_RTC
        self._monotonic_ns = monotonic_ns
        self._start_ns = monotonic_ns()
        self._offset_ms = wall_ns() // MS  # Wall clock less uptime.
        self._wall_ms = 0  # The latest that was told: it never goes backwards.

    def uptime_ms(self) -> int:
        return (self._monotonic_ns() - self._start_ns) // MS

    def wall_ms(self) -> int:
        """Milliseconds since 1970 UTC."""
        self._wall_ms = max(self._wall_ms, self.uptime_ms() + self._offset_ms)
        return self._wall_ms

    def stamp(self) -> tuple[int, int, int, int]:
        """Return (boot, uptime_ms, wall_ms, quality), the stamp of a record."""
        return self.boot, self.uptime_ms(), self.wall_ms(), self.quality

    def learn(self, time_ms: int) -> None:
        """Take over the service's time.  A clock that ran ahead stands still until it is true."""
        self._offset_ms = time_ms - self.uptime_ms()
        self.quality = wire.CLOCK_SYNCED
