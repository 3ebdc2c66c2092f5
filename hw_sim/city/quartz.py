"""A machine's own quartz: it runs a little fast or slow, and never jumps."""

from collections.abc import Callable


class Quartz:
    """Seconds that pass at a rate of their own, since the city began."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._rate = 1.0
        self._from_s = self._read_s = 0.0

    def read_s(self) -> float:
        return self._read_s + (self._now_s() - self._from_s) * self._rate

    def run_at(self, rate: float) -> None:
        """Run so from now on; 1.0 is right."""
        self._read_s, self._from_s = self.read_s(), self._now_s()
        self._rate = rate
