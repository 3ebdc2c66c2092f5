"""The drivers of Kerong's lock boards CU48 and CU16; as LockBoard in drivers/lockboard.py.

See codecs/kerong.py.
"""

import asyncio

from bookcase_fw.codecs import kerong, modbus
from bookcase_fw.drivers.line import WAITS, Line, Waits
from bookcase_fw.drivers.lockboard import TRIES_MAX, LockBoardError

RELEASE_COIL = 1


class _Board:
    """What both share: locks count from 1, boards on one line share `bus`, and a question is asked
    again until its own answer comes."""

    def __init__(self, line: Line, board: int, locks: int, shut_bit: int, bus: asyncio.Lock | None):
        self._line, self._board, self._locks, self._shut_bit = line, board, locks, shut_bit
        self._bus = bus or asyncio.Lock()

    @property
    def noise_count(self) -> int:
        return self._line.noise_count

    def _shut(self, bits: int) -> tuple:
        return tuple([(bits >> lock & 1) == self._shut_bit for lock in range(self._locks)])

    async def _ask(self, request: bytes, wanted) -> tuple:
        await self._line.settle()
        for _try in range(TRIES_MAX):
            await self._line.send(request)
            answer = await self._line.answer(wanted)
            if answer:
                return answer
        raise LockBoardError("lock board %d is silent: asked %d times" % (self._board, TRIES_MAX))


class Cu48(_Board):
    """The doors of one CU48.  `release_coil` is what is written to a coil to release its lock."""

    def __init__(
        self,
        port: tuple,
        board: int = 1,
        locks: int = 4,
        shut_bit: int = 1,
        bus: asyncio.Lock | None = None,
        waits: Waits = WAITS,
        release_coil: int = RELEASE_COIL,
    ):
        assert 1 <= board <= modbus.STATION_MAX and 1 <= locks <= kerong.CU48_LOCK_MAX
        line = Line(port, modbus.Decoder(), LockBoardError, waits)
        super().__init__(line, board, locks, shut_bit, bus)
        self._release_coil = release_coil

    async def unlock(self, lock: int):
        """Release a lock; raises LockBoardError when the board is silent or refuses.

        The board answers at once that it was told, not that the door opened: that is in `shut`.
        """
        assert 1 <= lock <= self._locks
        async with self._bus:
            answer = await self._ask(
                kerong.cu48_unlock(self._board, lock, self._release_coil),
                lambda frame: self._answers(frame, "write_coil", lock - 1),
            )
        self._accept(answer)

    async def shut(self) -> tuple:
        """Return whether each door is shut, lock 1 first, or raise LockBoardError."""
        async with self._bus:
            answer = await self._ask(
                kerong.cu48_read(self._board, self._locks),
                lambda frame: self._answers(frame, "read_coils"),
            )
        self._accept(answer)
        return self._shut(int.from_bytes(answer[2], "little"))

    def _answers(self, frame: tuple, name: str, place: int = 0) -> bool:
        """Say whether a frame answers a request; a late one about another lock does not."""
        if frame[:2] != (self._board, name):
            return False
        if type(frame) is modbus.Data:
            return len(frame[2]) == (self._locks + 7) // 8
        return type(frame) is modbus.Refused or frame[2] == place

    def _accept(self, answer: tuple):
        if type(answer) is modbus.Refused:
            _station, name, error = answer
            raise LockBoardError("lock board %d refuses %s: %s" % (self._board, name, error))


class Cu16(_Board):
    """The doors of one CU16.  Board 1 is the one with all switches off, address 0."""

    def __init__(
        self,
        port: tuple,
        board: int = 1,
        locks: int = 4,
        shut_bit: int = 1,
        bus: asyncio.Lock | None = None,
        waits: Waits = WAITS,
    ):
        assert 1 <= board <= kerong.CU16_BOARD_MAX and 1 <= locks <= kerong.CU16_LOCK_MAX
        line = Line(port, kerong.Decoder(), LockBoardError, waits)
        super().__init__(line, board, locks, shut_bit, bus)

    async def unlock(self, lock: int):
        """Ask the board to release a lock; nothing answers: whether it opened is in `shut`."""
        assert 1 <= lock <= self._locks
        async with self._bus:
            await self._line.send(kerong.encode(self._board, "unlock", lock))

    async def shut(self) -> tuple:
        """Return whether each door is shut, lock 1 first, or raise LockBoardError."""
        async with self._bus:
            answer = await self._ask(
                kerong.encode(self._board, "read"), lambda frame: frame[0] == self._board
            )
        return self._shut(answer[1])
