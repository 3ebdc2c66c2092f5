"""A file that does for the kiosk what a part of the flash does for the firmware: whole sectors."""

import os
from pathlib import Path

SECTOR_SIZE = 4096
_SYNC, _COUNT, _ERASE = 3, 4, 6  # MicroPython's operations of a block device.


class Flash:
    """What was not synced may be gone after a power cut; what was never written reads as 0xFF."""

    def __init__(self, path: Path, sector_count: int) -> None:
        path.touch()
        self._file = path.open("r+b", buffering=0)
        self._count = sector_count

    def readblocks(self, sector: int, data: bytearray, offset: int) -> None:
        self._file.seek(sector * SECTOR_SIZE + offset)
        data[:] = self._file.read(len(data)).ljust(len(data), b"\xff")

    def writeblocks(self, sector: int, data: bytes, offset: int) -> None:
        self._file.seek(sector * SECTOR_SIZE + offset)
        self._file.write(data)

    def ioctl(self, operation: int, argument: int) -> int:
        if operation == _SYNC:
            os.fsync(self._file.fileno())
        elif operation == _ERASE:
            self.writeblocks(argument, b"\xff" * SECTOR_SIZE, 0)
        return self._count if operation == _COUNT else 0

    def close(self) -> None:
        self._file.close()
