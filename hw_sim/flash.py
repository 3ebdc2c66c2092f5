"""A NOR flash in memory whose power can be cut at any operation.  Runs under both interpreters.

Programming only clears bits; erasing a sector sets them.  Programs, erases and syncs are counted as
operations.  When operation number `cut_at` begins, the power fails: TEARS says how much of it was
done, writes that were not synced may be dropped, and every later operation raises PowerCut until
`image` is put into another Flash.
"""

SECTOR_SIZE = 4096
TEARS = ("nothing", "half", "all")


class PowerCut(Exception):
    """The power is gone."""


class Flash:
    def __init__(self, sector_count: int, image: "bytearray | None" = None):
        self.sector_count = sector_count
        self.image = image or bytearray(b"\xff" * (sector_count * SECTOR_SIZE))
        self.operations, self.erases, self.programmed_size = 0, 0, 0
        self.dead = False
        # Faults, off by default.
        self.cut_at = 0
        self.tear = "nothing"
        self.drops_unsynced = False
        self._undo: list = []  # (start, bytes before) of every write since the last sync.

    def readblocks(self, sector: int, data: bytearray, offset: int = 0):
        if self.dead:
            raise PowerCut
        start = self._start(sector, offset, len(data))
        data[:] = self.image[start : start + len(data)]

    def writeblocks(self, sector: int, data: bytes, offset: int = 0):
        start = self._start(sector, offset, len(data))
        self.programmed_size += len(data)
        self._operate(start, bytes(data), self._programmed)

    def ioctl(self, operation: int, argument: int) -> int:
        if operation == 4:
            return self.sector_count
        if operation == 5:
            return SECTOR_SIZE
        if operation == 6:
            self.erases += 1
            start = self._start(argument, 0, SECTOR_SIZE)
            self._operate(start, b"\xff" * SECTOR_SIZE, lambda start, data: data)
        if operation == 3:
            self._operate(0, b"", self._programmed)
            self._undo = []
        return 0

    def rot(self, sector: int, offset: int):
        """Damage one byte."""
        self.image[self._start(sector, offset, 1)] ^= 0x55

    def _operate(self, start: int, data: bytes, result):
        if self.dead:
            raise PowerCut
        self.operations += 1
        if self.operations == self.cut_at:
            if self.drops_unsynced:
                for place, before in reversed(self._undo):
                    self.image[place : place + len(before)] = before
            part = {"nothing": 0, "half": len(data) // 2, "all": len(data)}[self.tear]
            self.image[start : start + part] = result(start, data[:part])
            self.dead = True
            raise PowerCut
        if self.drops_unsynced:
            self._undo.append((start, bytes(self.image[start : start + len(data)])))
        self.image[start : start + len(data)] = result(start, data)

    def _programmed(self, start: int, data: bytes) -> bytes:
        return bytes(a & b for a, b in zip(self.image[start : start + len(data)], data))

    def _start(self, sector: int, offset: int, size: int) -> int:
        assert 0 <= sector < self.sector_count and 0 <= offset and offset + size <= SECTOR_SIZE
        return sector * SECTOR_SIZE + offset
