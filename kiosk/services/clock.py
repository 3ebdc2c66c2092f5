"""The kiosk's clock: uptime that never jumps, and the wall clock as the service tells it."""

import time
from collections.abc import Callable

from bookcase_fw import wire

MS = 1_000_000  # Nanoseconds.


class Clock:
    """Uptime counts from this object's making; the system's own wall clock holds until `learn`."""

    def __init__(
        self,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
        wall_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._monotonic_ns = monotonic_ns
        self._wall_ns = wall_ns
        self._start_ns = monotonic_ns()
        self._anchor: tuple[int, int] | None = None

    def uptime_ms(self) -> int:
        return (self._monotonic_ns() - self._start_ns) // MS

    def wall(self) -> tuple[int, int]:
        """Return (wall clock in ms since 1970 UTC, its quality)."""
        if self._anchor is None:
            return self._wall_ns() // MS, wire.CLOCK_RTC
        wall_ms, uptime_ms = self._anchor
        return wall_ms + self.uptime_ms() - uptime_ms, wire.CLOCK_SYNCED

    def learn(self, wall_ms: int, uptime_ms: int) -> None:
        """The service's clock showed `wall_ms` when our uptime was `uptime_ms`."""
        self._anchor = wall_ms, uptime_ms

    def stamp(self, boot: int) -> tuple[int, int, int, int]:
        """Return what a record says of its time: (boot, uptime, wall clock, quality)."""
        return boot, self.uptime_ms(), *self.wall()
