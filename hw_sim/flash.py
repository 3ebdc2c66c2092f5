"""A NOR flash in memory whose power can be cut at any operation.  Runs under both interpreters.

Programming only clears bits; erasing a sector sets them.  Programs, erases and syncs are counted as
operations.  When operation number `cut_at` begins, the power fails: `tear` says how much of it was
done, writes that were not synced may be dropped, and every later operation raises PowerCut.
"""

SECTOR_SIZE = 4096
TEARS = ("nothing", "half", "all")


class PowerCut(Exception):
    """The power is gone."""


class Flash:
    def __init__(self, sector_count: int, sector_size: int = SECTOR_SIZE) -> None:
        self.sector_size = sector_size
        # Blank sectors take no memory.
        self._sectors: list[bytearray | None] = [None] * sector_count
        self._undo: list[tuple[int, bytearray | None]] = []  # Sectors before the last sync.
        self.operations, self.erases, self.programmed_size = 0, 0, 0
        self.dead = False
        # Faults, off by default.
        self.cut_at = 0
        self.tear = "nothing"
        self.drops_unsynced = False

    def restarted(self) -> "Flash":
        """Return the same flash with the power back and no faults."""
        flash = Flash(len(self._sectors), self.sector_size)
        flash._sectors = self._sectors
        return flash

    def readblocks(self, sector: int, data: bytearray, offset: int = 0) -> None:
        if self.dead:
            raise PowerCut
        assert 0 <= offset and offset + len(data) <= self.sector_size  # noqa: SIM300
        held = self._sectors[sector]
        data[:] = held[offset : offset + len(data)] if held else b"\xff" * len(data)

    def writeblocks(self, sector: int, data: bytes, offset: int = 0) -> None:
        assert 0 <= offset and offset + len(data) <= self.sector_size  # noqa: SIM300
        self.programmed_size += len(data)
        part = self._operate(sector, len(data))
        held = self._sectors[sector] or bytearray(b"\xff" * self.sector_size)
        for index in range(part):
            held[offset + index] &= data[index]
        self._sectors[sector] = held
        self._end()

    def ioctl(self, operation: int, argument: int) -> int:
        if operation == 3:
            self._operate(-1, 0)
            self._undo = []
            self._end()
        if operation == 6:
            self.erases += 1
            part = self._operate(argument, self.sector_size)
            held = self._sectors[argument]
            self._sectors[argument] = held and (bytearray(b"\xff" * part) + held[part:])
            self._end()
        return {4: len(self._sectors), 5: self.sector_size}.get(operation, 0)

    def rot(self, text: bytes, offset: int = 0) -> None:
        """Damage the byte at an offset from where a text stands."""
        for held in self._sectors:
            if held and bytes(held).find(text) >= 0:
                held[bytes(held).find(text) + offset] ^= 0x55
                return
        raise AssertionError("not on this flash: %r" % text)

    def _operate(self, sector: int, size: int) -> int:
        """Count an operation; return how many of its bytes are done."""
        if self.dead:
            raise PowerCut
        self.operations += 1
        if self.drops_unsynced and sector >= 0:
            held = self._sectors[sector]
            self._undo.append((sector, held and bytearray(held)))
        if self.operations != self.cut_at:
            return size
        self.dead = True
        if self.drops_unsynced:
            for changed, before in reversed(self._undo):
                self._sectors[changed] = before
        return {"nothing": 0, "half": size // 2, "all": size}[self.tear]

    def _end(self) -> None:
        if self.dead:
            raise PowerCut
