"""A lock board that answers a question about its doors when there is something new to tell.

The firmware asks ten times a second for ever; on a clock that jumps that would be all there is.
Nothing of the bytes differs: the board is slow to answer while nothing happens.  Who drives it must
give the driver time (`patience_s`), and `stir` it before anything wants the line: a hand, a scan, a
message from the service.
"""

import asyncio
from collections.abc import Callable

from bookcase_fw.codecs import wjl
from bookcase_fw.drivers.line import WAITS
from hw_sim.devices.wjl import LockBoard

AWAKE_S = 15.0  # After being stirred it answers at least every AWAKE_HOLD_MS.
AWAKE_HOLD_MS, ASLEEP_HOLD_MS = 2500, 3_600_000


class CalmLock(LockBoard):
    def __init__(self, locks: int) -> None:
        super().__init__(locks)
        self._said: list[bool] | None = None
        self._held: wjl.Request | None = None
        self._hold = 0  # Number of the hold: an old one's end is nobody's.
        self._awake_until_s = 0.0
        self.on_release: Callable[[int], None] = _nobody_listens

    @property
    def patience_s(self) -> float:
        """Return how long its driver should wait for an answer now."""
        hold_ms = AWAKE_HOLD_MS if self._is_awake() else ASLEEP_HOLD_MS
        return float(WAITS.answer_s) + hold_ms / 1000

    def stir(self) -> None:
        """Answer what is asked, and be quick to answer for a while."""
        self._awake_until_s = asyncio.get_running_loop().time() + AWAKE_S
        self._let_go()

    def answer(self, frame: wjl.Request) -> bytes:
        if frame.name != "read" or self._said != self._senses():
            return self._answered(frame)
        self._held, self._hold = frame, self._hold + 1
        hold = self._hold
        held_ms = AWAKE_HOLD_MS if self._is_awake() else ASLEEP_HOLD_MS
        self.later(held_ms, lambda: self._let_go() if hold == self._hold else None)
        return b""

    def pull_door(self, lock: int) -> bool:
        is_open = super().pull_door(lock)
        self.stir()
        return is_open

    def shut_door(self, lock: int) -> None:
        super().shut_door(lock)
        self.stir()

    def force_door(self, lock: int) -> None:
        super().force_door(lock)
        self.stir()

    def replugged(self) -> None:
        """The controller was switched off: nobody waits for an answer any more."""
        self._held, self._said = None, None

    def _release(self, wanted: int) -> None:
        for lock in self._wanted(wanted):
            self.on_release(lock)
        super()._release(wanted)

    def _let_go(self) -> None:
        held, self._held = self._held, None
        if held:
            self.say(self._answered(held))

    def _answered(self, frame: wjl.Request) -> bytes:
        if frame.name == "read":
            self._said = self._senses()
        return super().answer(frame)

    def _senses(self) -> list[bool]:
        return [self._sensed(number) for number in self._wanted(0)]

    def _is_awake(self) -> bool:
        return asyncio.get_running_loop().time() < self._awake_until_s


class Patience:
    """The driver's waits (drivers/line.py), of which the answer's grows while the board is calm."""

    quiet_s, late_s, gap_s = WAITS.quiet_s, WAITS.late_s, WAITS.gap_s

    def __init__(self, lock: CalmLock) -> None:
        self._lock = lock

    @property
    def answer_s(self) -> float:
        return self._lock.patience_s


def _nobody_listens(_lock: int) -> None:
    pass
