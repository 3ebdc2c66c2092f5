"""The machine's clock: uptime that never wraps, and the wall clock as well as it is known."""

from bookcase_fw import wire


class Clock:
    """`ticks_ms` counts milliseconds and starts again at `period_ms`.

    It must be read at least twice a period; everything that happens reads it.
    """

    def __init__(self, boot: int, ticks_ms, period_ms: int, rtc_ms: int = 0):
        """rtc_ms: what a battery-backed clock says now, in ms since 1970; 0 when there is none."""
        self.boot = boot
        self._ticks_ms, self._period_ms = ticks_ms, period_ms
        self._ticks = ticks_ms()
        self._uptime_ms = 0
        self._offset_ms = rtc_ms  # Wall clock less uptime.
        self._wall_ms = 0  # The latest wall clock told: it never goes backwards within a boot.
        self.quality = wire.CLOCK_RTC if rtc_ms else wire.CLOCK_NONE

    def uptime_ms(self) -> int:
        ticks = self._ticks_ms()
        self._uptime_ms += (ticks - self._ticks) % self._period_ms
        self._ticks = ticks
        return self._uptime_ms

    def wall_ms(self) -> int:
        """Milliseconds since 1970 UTC; 0 when unknown."""
        uptime_ms = self.uptime_ms()
        if self.quality != wire.CLOCK_NONE:
            self._wall_ms = max(self._wall_ms, uptime_ms + self._offset_ms)
        return self._wall_ms

    def stamp(self) -> tuple:
        """Return (boot, uptime_ms, wall_ms, quality), the stamp of a record."""
        wall_ms = self.wall_ms()
        return (self.boot, self._uptime_ms, wall_ms, self.quality)

    def learn(self, time_ms: int):
        """Take over the service's time.  A clock that ran ahead stands still until it is true."""
        self._offset_ms = time_ms - self.uptime_ms()
        self.quality = wire.CLOCK_SYNCED
