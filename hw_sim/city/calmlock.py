"""A lock board that answers a question about its doors when there is something new to tell.

The firmware asks ten times a second for ever; on a clock that jumps that would be all there is.
Nothing of the bytes differs: the board is slow to answer while nothing happens.  Whoever wants the
line must `stir` it first: a hand, a scan, an order to release a door.
"""

import asyncio
from collections.abc import Callable

from bookcase_fw.codecs import wjl
from hw_sim.devices.wjl import LockBoard
from hw_sim.plug import Plug

AWAKE_S = 15.0  # After being stirred it answers at least every AWAKE_HOLD_MS.
AWAKE_HOLD_MS, ASLEEP_HOLD_MS = 2500, 3_600_000


class CalmLock(LockBoard):
    def __init__(self, locks: int) -> None:
        super().__init__(locks)
        self._said: list[bool] | None = None
        self._held: wjl.Request | None = None
        self._hold = 0  # Number of the hold: an old one's end is nobody's.
        self._awake_until_s = 0.0
        self._said_all = asyncio.Event()
        self._said_all.set()
        self.on_release: Callable[[int], None] = _nobody_listens

    async def until_said(self) -> None:
        """Return as soon as no question is held back."""
        await self._said_all.wait()

    def stir(self) -> None:
        """Answer what is asked, and be quick to answer for a while."""
        self._awake_until_s = asyncio.get_running_loop().time() + AWAKE_S
        self._let_go()

    def answer(self, frame: wjl.Request) -> bytes:
        if frame.name != "read" or self._said != self._senses():
            return self._answered(frame)
        self._held, self._hold = frame, self._hold + 1
        self._said_all.clear()
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
        self._said_all.set()

    def _release(self, wanted: int) -> None:
        for lock in self._wanted(wanted):
            self.on_release(lock)
        super()._release(wanted)

    def _let_go(self) -> None:
        held, self._held = self._held, None
        self._said_all.set()
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


class CalmPort:
    """The board's line, reader and writer in one: what was written is answered when it is drained.

    So the driver's own waits begin when an answer is due.
    """

    def __init__(self, port: tuple[Plug, Plug], lock: CalmLock) -> None:
        (self._plug, _writer), self._lock = port, lock
        self.read, self.write = self._plug.read, self._plug.write

    async def drain(self) -> None:
        await self._plug.drain()
        await self._lock.until_said()


def _nobody_listens(_lock: int) -> None:
    pass
