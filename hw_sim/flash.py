"""A NOR flash in memory whose power can be cut at any operation.  Runs under both interpreters.

Programming only clears bits; erasing a sector sets them.  Programs, erases and syncs are counted as
operations.  When operation number `cut_at` begins, the power fails: `tear` says how much of it was
done, writes that were not synced may be dropped, and every later operation raises PowerCut.
"""

SECTOR_SIZE = 4096
PAGE_SIZE = 256  # What is held in one piece: a small heap is fragmented.
TEARS = ("nothing", "half", "all")


class PowerCut(Exception):
    """The power is gone."""


class Flash:
    def __init__(self, sector_count: int, sector_size: int = SECTOR_SIZE) -> None:
        assert sector_size % (2 * PAGE_SIZE) == 0
        self.sector_count, self.sector_size = sector_count, sector_size
        self._pages: dict[int, bytearray] = {}  # Those that are not blank.
        self._undo: list[tuple[int, bytes]] = []  # (address, bytes before) since the last sync.
        self.operations, self.erases, self.programmed_size = 0, 0, 0
        self.dead = False
        # Faults, off by default.
        self.cut_at = 0
        self.tear = "nothing"
        self.drops_unsynced = False

    def restarted(self) -> "Flash":
        """Return the same flash with the power back and no faults."""
        flash = Flash(self.sector_count, self.sector_size)
        flash._pages = self._pages
        return flash

    def readblocks(self, sector: int, data: bytearray, offset: int = 0) -> None:
        if self.dead:
            raise PowerCut
        self._read(self._address(sector, offset, len(data)), data)

    def writeblocks(self, sector: int, data: bytes, offset: int = 0) -> None:
        self.programmed_size += len(data)
        address = self._address(sector, offset, len(data))
        part = self._operate(address, len(data))
        held = bytearray(part)
        self._read(address, held)
        self._set(address, bytes(old & new for old, new in zip(held, data)))
        self._end()

    def ioctl(self, operation: int, argument: int) -> int:
        if operation == 3:
            self._operate(0, 0)
            self._undo = []
            self._end()
        if operation == 6:
            self.erases += 1
            address = self._address(argument, 0, self.sector_size)
            part = self._operate(address, self.sector_size)
            for page in range(address // PAGE_SIZE, (address + part) // PAGE_SIZE):
                self._pages.pop(page, None)
            self._end()
        return {4: self.sector_count, 5: self.sector_size}.get(operation, 0)

    def rot(self, text: bytes, offset: int = 0) -> None:
        """Damage the byte at an offset from where a text stands."""
        for sector in range(self.sector_count):
            held = bytearray(self.sector_size)
            self._read(sector * self.sector_size, held)
            place = bytes(held).find(text) + offset
            if bytes(held).find(text) >= 0:
                address = sector * self.sector_size + place
                self._set(address, bytes((held[place] ^ 0x55,)))
                return
        raise AssertionError("not on this flash: %r" % text)

    def _address(self, sector: int, offset: int, size: int) -> int:
        assert 0 <= sector < self.sector_count
        assert offset >= 0 and offset + size <= self.sector_size
        return sector * self.sector_size + offset

    def _operate(self, address: int, size: int) -> int:
        """Count an operation; return how many of its bytes are done."""
        if self.dead:
            raise PowerCut
        self.operations += 1
        if self.drops_unsynced and size:
            before = bytearray(size)
            self._read(address, before)
            self._undo.append((address, bytes(before)))
        if self.operations != self.cut_at:
            return size
        self.dead = True
        for start, data in reversed(self._undo):
            self._set(start, data)
        return {"nothing": 0, "half": size // 2, "all": size}[self.tear]

    def _end(self) -> None:
        if self.dead:
            raise PowerCut

    def _read(self, address: int, data: bytearray) -> None:
        done = 0
        while done < len(data):
            page, start = divmod(address + done, PAGE_SIZE)
            size = min(PAGE_SIZE - start, len(data) - done)
            held = self._pages.get(page)
            data[done : done + size] = held[start : start + size] if held else b"\xff" * size
            done += size

    def _set(self, address: int, data: bytes) -> None:
        done = 0
        while done < len(data):
            page, start = divmod(address + done, PAGE_SIZE)
            size = min(PAGE_SIZE - start, len(data) - done)
            if page not in self._pages:
                self._pages[page] = bytearray(b"\xff" * PAGE_SIZE)
            self._pages[page][start : start + size] = data[done : done + size]
            done += size
