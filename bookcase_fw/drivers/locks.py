"""Which lock boards there are, by the name that a configuration gives; several share one line."""

import asyncio

from bookcase_fw.codecs import kerong, wjl
from bookcase_fw.drivers.kerong import Cu16, Cu48
from bookcase_fw.drivers.line import WAITS, Waits
from bookcase_fw.drivers.lockboard import LockBoard

BOARDS = (
    # name           driver     baud    locks of one
    ("wjl",          LockBoard,   9600, wjl.LOCK_MAX),
    ("kerong",       Cu48,      115200, kerong.CU48_LOCK_MAX),
    ("kerong_cu16",  Cu16,       19200, kerong.CU16_LOCK_MAX),
)  # fmt: skip


class Boards:
    """Several boards on one line, addressed from 1: the doors go on from board to board."""

    def __init__(self, boards: list, size: int):
        self._boards, self._size = boards, size

    @property
    def noise_count(self) -> int:
        return sum([board.noise_count for board in self._boards])

    async def unlock(self, lock: int):
        """As of one board; raises LockBoardError."""
        await self._boards[(lock - 1) // self._size].unlock((lock - 1) % self._size + 1)

    async def shut(self) -> tuple:
        """Return whether each door is shut, door 1 first; raises LockBoardError for any board."""
        found = ()
        for board in self._boards:
            found += await board.shut()
        return found


def line(name: str, port: tuple, doors: int, shut_bit: int = 1, waits: Waits = WAITS):
    """Return the driver of so many doors on a line: one board, or as many as that takes."""
    driver, _baud = board(name)
    (size,) = [row[3] for row in BOARDS if row[0] == name]
    bus, left, boards = asyncio.Lock(), doors, []
    while left > 0:
        options = {"board": len(boards) + 1, "locks": min(left, size), "shut_bit": shut_bit}
        boards.append(driver(port, bus=bus, waits=waits, **options))
        left -= size
    return boards[0] if len(boards) == 1 else Boards(boards, size)


def board(name: str) -> tuple:
    """Return (driver, baud) of a board; raises ValueError for a name that is not in the table."""
    for word, driver, baud, _size in BOARDS:
        if word == name:
            return driver, baud
    raise ValueError("no such lock board: %s" % name)
