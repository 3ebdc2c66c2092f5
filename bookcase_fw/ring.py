"""A log of entries in a ring of flash sectors that survives power cuts.  Bytes only, no clock.

The flash speaks MicroPython's block-device protocol with offsets: readblocks, writeblocks, and
ioctl 3 (sync), 4 (sector count), 5 (sector size), 6 (erase a sector).  Programming clears bits,
erasing sets them.  Little-endian:

    sector   header | entry | entry | ... | FF ...
    header   "SGR" 3 | format "1" | sequence 4 | number of its first entry 4 | label 12 | crc32 4
    entry    size 2 | low half of its number 2 | crc32 4 | data | FF up to 4 bytes

Sectors are used in turn.  The top bit of an entry's size says that its data is a new label: twelve
bytes for the owner, valid from there on, without a number.  A torn or rotten entry fails its
checksum and is stepped over; whatever is whole after it is still found.  Data must not contain
eight bytes of FF in a row: they mean that nothing follows.

A firmware that knows only older formats must not take a ring for blank: it refuses to start, and
the update is taken back.
"""

import binascii
import struct

LABEL_SIZE = 12
DATA_SIZE_MAX = 2048
PIECE_SIZE = 256
_SYNC, _COUNT, _SIZE, _ERASE = 3, 4, 5, 6
_MAGIC, _FORMAT = b"SGR", b"1"
_HEADER = "<4sII12sI"
_HEADER_SIZE = 28
_ENTRY = "<HHI"
_ENTRY_SIZE = 8
_BLANK = b"\xff" * _ENTRY_SIZE
_IS_LABEL = 0x8000
_CHUNK_SIZE = 256  # Read at once: a fragmented heap has no room for a whole sector.


class NewerRing(Exception):
    """A newer firmware wrote this ring; nothing of it is touched.  The message names the format."""


class RingFull(Exception):
    """The next sector still holds entries that were not released.  Nothing was written."""


class Ring:
    """Entries are numbered from 1 without a gap.  One writer; no call leaves it half changed."""

    def __init__(self, flash, label: bytes):
        """Read what is there; a flash that holds no ring starts one with this label."""
        assert len(label) == LABEL_SIZE
        self._flash = flash
        self.sector_size = flash.ioctl(_SIZE, 0)
        self.sector_count = flash.ioctl(_COUNT, 0)
        self.label = label
        self.last = 0
        self.released = 0  # Entries up to this number may be erased.
        # Number of the first entry of each sector; 0 where a sector holds none that can be read.
        self._firsts = [0] * self.sector_count
        self._sector, self._sequence, self._offset = 0, 0, 0
        self._erased = False  # Whether the next sector is known to be blank.
        self._cursor = (0, 0, 0)  # (number, sector, offset behind it) of the entry read last.
        self._recover()

    def append(self, data: bytes) -> int:
        """Write an entry and return its number; it is durable.  Raises RingFull."""
        assert 0 < len(data) <= DATA_SIZE_MAX
        if not self.fits(len(data)):
            self._advance()
        self._write(len(data), self.last + 1, data)
        self.last += 1
        return self.last

    def mark(self, label: bytes):
        """Replace the label; it is durable.  Raises RingFull."""
        assert len(label) == LABEL_SIZE
        self.label = label
        if self.fits(LABEL_SIZE):
            self._write(LABEL_SIZE | _IS_LABEL, 0, label)
        else:
            self._advance()
            self._flash.ioctl(_SYNC, 0)

    def read(self, number: int) -> "bytes | None":
        """Return an entry's data; None when it was erased, cannot be read, or never was."""
        place = self._place(number)
        if number > self.last or place is None:
            return None
        sector, offset = place
        while True:
            found = self._entry(sector, offset)
            if found is None:
                return None
            size, low, data, offset = found
            if not size & _IS_LABEL and low == number & 0xFFFF:
                self._cursor = (number, sector, offset)
                return data

    def tend(self):
        """Erase the next sector beforehand, if it may be, so that no append waits for it."""
        sector = (self._sector + 1) % self.sector_count
        if self._erased or self._newest_in(sector) > self.released:
            return
        if not self._is_blank(sector):
            self._flash.ioctl(_ERASE, sector)
        self._firsts[sector] = 0
        self._erased = True

    def fits(self, size: int) -> bool:
        """Say whether data of this size goes into the sector that is being written."""
        return self._offset + _ENTRY_SIZE + _padded(size) <= self.sector_size

    def held(self, number: int) -> int:
        """Return the bytes of flash from the sector of an entry up to the end of the last one."""
        distance = 0
        for back in range(self.sector_count):
            first = self._firsts[(self._sector - back) % self.sector_count]
            if first:
                distance = back
                if first <= number:
                    break
        return distance * self.sector_size + self._offset

    def oldest(self) -> int:
        """Return the number of the oldest entry that may still be read."""
        return min(first for first in self._firsts if first)

    def _advance(self):
        self.tend()
        if not self._erased:
            raise RingFull("entries up to %d are kept" % self.last)
        self._begin((self._sector + 1) % self.sector_count)

    def _begin(self, sector: int):
        self._sequence += 1
        header = struct.pack(
            _HEADER, _MAGIC + _FORMAT, self._sequence, self.last + 1, self.label, 0
        )[:-4]
        header += struct.pack("<I", binascii.crc32(header))
        self._flash.writeblocks(sector, header, 0)
        self._firsts[sector] = self.last + 1
        self._sector, self._offset, self._erased = sector, _HEADER_SIZE, False

    def _write(self, size: int, number: int, data: bytes):
        entry = _encode(size, number & 0xFFFF, data)
        self._flash.writeblocks(self._sector, entry, self._offset)
        self._flash.ioctl(_SYNC, 0)
        self._offset += len(entry)

    def _recover(self):
        headers = [self._header(sector) for sector in range(self.sector_count)]
        self._sequence, first, self.label, self._sector = max(
            (header + (sector,) for sector, header in enumerate(headers)),
            key=lambda header: header[0],
        )
        if not self._sequence:
            self._sector = self.sector_count - 1
            self._advance()
            return
        for back in range(self.sector_count):
            sector = (self._sector - back) % self.sector_count
            # A header out of turn is left from a sector whose erasing was cut short.
            if headers[sector][0] == self._sequence - back:
                self._firsts[sector] = headers[sector][1]
        self._recover_newest(first)

    def _recover_newest(self, first: int):
        self.last, self._offset = first - 1, _HEADER_SIZE
        while True:
            found = self._entry(self._sector, self._offset)
            if found is None:
                break
            size, low, data, self._offset = found
            if size & _IS_LABEL:
                self.label = data
            else:
                self.last = first + ((low - first) & 0xFFFF)
        self._offset = self._end(self._sector, self._offset)

    def _header(self, sector: int) -> tuple:
        """Return (sequence, first number, label); the sequence is 0 where there is no header."""
        data = self._read(sector, 0, _HEADER_SIZE)
        magic, sequence, first, label, check = struct.unpack(_HEADER, data)
        known = check == binascii.crc32(data[:-4]) and magic[:-1] == _MAGIC
        if known and magic[-1:] > _FORMAT:
            raise NewerRing("sector %d is of format %r" % (sector, magic))
        if not known:
            return 0, 0, self.label
        return sequence, first, label

    def _place(self, number: int) -> "tuple | None":
        """Return (sector, offset) from where an entry is to be looked for."""
        before, sector, offset = self._cursor
        if before == number - 1 and self._firsts[sector] and self._first_after(sector) > number:
            return sector, offset
        for back in range(self.sector_count):
            sector = (self._sector - back) % self.sector_count
            if 0 < self._firsts[sector] <= number:
                return sector, _HEADER_SIZE
        return None

    def _first_after(self, sector: int) -> int:
        """Return the first number behind a sector."""
        while sector != self._sector:
            sector = (sector + 1) % self.sector_count
            if self._firsts[sector]:
                return self._firsts[sector]
        return self.last + 1

    def _newest_in(self, sector: int) -> int:
        """Return the highest number that a sector may hold, readable or not."""
        return self._first_after(sector) - 1

    def _entry(self, sector: int, offset: int) -> "tuple | None":
        """Return (size, low half of the number, data, offset behind) of the next whole entry."""
        while offset + _ENTRY_SIZE <= self.sector_size:
            head = self._read(sector, offset, _ENTRY_SIZE)
            if head == _BLANK:
                return None
            size, low, check = struct.unpack(_ENTRY, head)
            length = size & ~_IS_LABEL
            if 0 < length <= min(DATA_SIZE_MAX, self.sector_size - offset - _ENTRY_SIZE):
                data = self._read(sector, offset + _ENTRY_SIZE, length)
                if check == binascii.crc32(data, binascii.crc32(head[:4])):
                    return size, low, data, offset + _ENTRY_SIZE + _padded(length)
            offset += 4
        return None

    def _end(self, sector: int, offset: int) -> int:
        """Return where the blank rest of a sector begins, behind whatever was torn."""
        end = offset
        for start in range(offset, self.sector_size, _CHUNK_SIZE):
            size = min(_CHUNK_SIZE, self.sector_size - start)
            programmed = self._read(sector, start, size).rstrip(b"\xff")
            if programmed:
                end = start + _padded(len(programmed))
        return end

    def _is_blank(self, sector: int) -> bool:
        return self._end(sector, 0) == 0

    def _read(self, sector: int, offset: int, size: int) -> bytes:
        data = bytearray(size)
        self._flash.readblocks(sector, data, offset)
        return bytes(data)


class Part:
    """Some sectors of a flash as a flash of their own."""

    def __init__(self, flash, first: int, sector_count: int):
        self._flash, self._first, self._count = flash, first, sector_count

    def readblocks(self, sector: int, data: bytearray, offset: int = 0):
        self._flash.readblocks(self._first + sector, data, offset)

    def writeblocks(self, sector: int, data: bytes, offset: int = 0):
        self._flash.writeblocks(self._first + sector, data, offset)

    def ioctl(self, operation: int, argument: int) -> int:
        if operation == _COUNT:
            return self._count
        if operation == _ERASE:
            assert 0 <= argument < self._count
            argument += self._first
        return self._flash.ioctl(operation, argument)


def _encode(size: int, low: int, data: bytes) -> bytes:
    head = struct.pack("<HH", size, low)
    check = struct.pack("<I", binascii.crc32(data, binascii.crc32(head)))
    return head + check + data + b"\xff" * (_padded(len(data)) - len(data))


def _padded(size: int) -> int:
    return (size + 3) & ~3
