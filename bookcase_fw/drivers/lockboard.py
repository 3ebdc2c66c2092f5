"""The lock board's driver: asks, asks again, gives up.  See codecs/wjl.py."""

import asyncio

from bookcase_fw.codecs import wjl
from bookcase_fw.drivers.line import WAITS, Line, Waits

TRIES_MAX = 3


class LockBoardError(Exception):
    """The board is silent or its line has ended.  Say so and carry on: the next poll asks again."""


class LockBoard:
    """The doors of one board.  Locks count from 1.

    `shut_bit` is what the board says of a shut door: it depends on the wiring and is learnt at
    installation.  Boards on one line share `bus`; a task that waits for it waits for an answer.
    """

    def __init__(
        self,
        port: tuple,
        board: int = 1,
        locks: int = 4,
        shut_bit: int = 1,
        bus: asyncio.Lock | None = None,
        waits: Waits = WAITS,
    ):
        assert 1 <= board <= wjl.BOARD_MAX and 1 <= locks <= wjl.LOCK_MAX
        self._line = Line(port, wjl.Decoder(), LockBoardError, waits)
        self._board, self._locks, self._shut_bit = board, locks, shut_bit
        self._bus = bus or asyncio.Lock()

    @property
    def noise_count(self) -> int:
        return self._line.noise_count

    async def unlock(self, lock: int):
        """Ask the board to release a lock.

        The board answers a second later, too late to wait for: whether the door opened is seen in
        `shut`.  A request that the line swallowed looks like a door that nobody opened.
        """
        assert 1 <= lock <= self._locks
        async with self._bus:
            await self._line.send(wjl.encode(self._board, "open", lock))

    async def shut(self) -> tuple:
        """Return whether each door is shut, lock 1 first, or raise LockBoardError."""
        async with self._bus:
            bits = await self._read()
        return tuple([(bits >> lock & 1) == self._shut_bit for lock in range(self._locks)])

    async def _read(self) -> int:
        await self._line.settle()
        for _try in range(TRIES_MAX):
            await self._line.send(wjl.encode(self._board, "read"))
            answer = await self._line.answer(self._is_ours)
            if answer:
                return answer[1]
        raise LockBoardError("lock board %d is silent: asked %d times" % (self._board, TRIES_MAX))

    def _is_ours(self, frame: tuple) -> bool:
        return type(frame) is wjl.All and frame[0] == self._board
