"""The readers who are known here, as sorted numbers on flash: searched there, fetched in parts.

    entry  first bytes of the reader's pseudonym 7 | copies that they may take offline, 0: blocked
    part   entries of the readers whose first four bytes * parts >> 32 is its number, sorted
    sector "SGL1" | count of entries 2 | number of the part 2 | crc32 of the entries 4 | entries

All numbers are little-endian but the pseudonym.  The flash has two banks: one is in force, the
other is filled, and a note says which.  A part that differs in nothing is copied over; one that a
power cut left whole is not fetched again.  Which lists are wanted, the policy says (`lists` is the
crc32 of their directory); what a machine asks for (`list`):

    "LISTS"         their directory: the crc32 of each part       "LISTS PART"    a part's entries

A truncated pseudonym stands for another reader once in 10 ** 12 looks into 100,000 readers.
"""

import binascii
import struct

ENTRY_SIZE = 8
ENTRIES_MAX = 500
BLOCKED_BYTE = 0
_MAGIC = b"SGL1"
_HEADER = "<4sHHI"
_HEADER_SIZE = 12
_SYNC, _COUNT, _ERASE = 3, 4, 6


class ListsError(Exception):
    """What was said is no part of the lists that are wanted; the message says why."""


def part_of(reader: bytes, parts: int) -> int:
    """Return the number of the part in which a pseudonym stands."""
    return int.from_bytes(reader[:4], "big") * parts >> 32


def directory(parts: list) -> bytes:
    """Return the directory of all parts' entries."""
    return b"".join([struct.pack("<I", binascii.crc32(part)) for part in parts])


class Lists:
    def __init__(self, flash, notes):
        self._flash, self._notes = flash, notes
        self._bank_size = flash.ioctl(_COUNT, 0) // 2
        # (lists, parts, bank) in force; lists 0 is none.
        self._lists, self._parts, self._bank = notes.load("lists", (0, 0, 0))

    @property
    def revision(self) -> int:
        """Which lists are in force; 0: none."""
        return self._lists

    @property
    def parts_max(self) -> int:
        return self._bank_size

    def quota(self, reader: str) -> "int | None":
        """Return how many copies a reader may take offline, 0 when blocked, None when unknown."""
        if not self._parts:
            return None
        name = bytes.fromhex(reader)[: ENTRY_SIZE - 1]
        sector = self._sector(self._bank, part_of(name, self._parts))
        count = struct.unpack(_HEADER, self._read(sector, 0, _HEADER_SIZE))[1]
        low, high = 0, min(count, ENTRIES_MAX)
        while low < high:
            middle = (low + high) // 2
            entry = self._read(sector, _HEADER_SIZE + middle * ENTRY_SIZE, ENTRY_SIZE)
            if entry[:-1] == name:
                return entry[-1]
            low, high = (middle + 1, high) if entry[:-1] < name else (low, middle)
        return None

    def fill(self, sums: bytes, part: int) -> bool:
        """Say whether a part of this directory is in the other bank, or could be copied there."""
        (wanted,) = struct.unpack_from("<I", sums, part * 4)
        if self._holds(1 - self._bank, part, wanted):
            return True
        same = self._parts * 4 == len(sums) and self._holds(self._bank, part, wanted)
        if same:
            self._write(part, self._entries(self._sector(self._bank, part)))
        return same

    def take(self, sums: bytes, part: int, entries: bytes):
        """Put a part that was fetched into the other bank; raises ListsError."""
        if len(entries) % ENTRY_SIZE or len(entries) > ENTRIES_MAX * ENTRY_SIZE:
            raise ListsError("part %d has %d bytes" % (part, len(entries)))
        if (binascii.crc32(entries),) != struct.unpack_from("<I", sums, part * 4):
            raise ListsError("part %d is of other lists" % part)
        self._write(part, entries)

    def switch(self, sums: bytes):
        """Put the other bank in force: it holds every part of this directory."""
        in_force = (binascii.crc32(sums), len(sums) // 4, 1 - self._bank)
        self._notes.save("lists", in_force)
        self._lists, self._parts, self._bank = in_force

    def _write(self, part: int, entries: bytes):
        sector = self._sector(1 - self._bank, part)
        head = (_MAGIC, len(entries) // ENTRY_SIZE, part, binascii.crc32(entries))
        self._flash.ioctl(_ERASE, sector)
        self._flash.writeblocks(sector, struct.pack(_HEADER, *head) + entries, 0)
        self._flash.ioctl(_SYNC, 0)

    def _holds(self, bank: int, part: int, wanted: int) -> bool:
        """Say whether a bank holds a part with this checksum, whole."""
        sector = self._sector(bank, part)
        magic, count, number, check = struct.unpack(_HEADER, self._read(sector, 0, _HEADER_SIZE))
        if (magic, number, check) != (_MAGIC, part, wanted) or count > ENTRIES_MAX:
            return False
        return binascii.crc32(self._entries(sector)) == wanted

    def _entries(self, sector: int) -> bytes:
        count = struct.unpack(_HEADER, self._read(sector, 0, _HEADER_SIZE))[1]
        return self._read(sector, _HEADER_SIZE, count * ENTRY_SIZE)

    def _sector(self, bank: int, part: int) -> int:
        return bank * self._bank_size + part

    def _read(self, sector: int, offset: int, size: int) -> bytes:
        data = bytearray(size)
        self._flash.readblocks(sector, data, offset)
        return bytes(data)


async def fetch(lists: Lists, wanted: int, ask) -> bool:
    """Fetch lists and put them in force; say whether that was done.

    ask(text) is a coroutine that returns an answer to `list` (wire.ASKS), or None.  What was
    fetched before it ended is not fetched again.  Raises ListsError when it makes no sense.
    """
    sums = _data(await ask("%d" % wanted))
    if sums is None:
        return False
    if binascii.crc32(sums) != wanted or not sums or len(sums) // 4 > lists.parts_max:
        raise ListsError("lists %d have another directory, or one that is too long" % wanted)
    for part in range(len(sums) // 4):
        if lists.fill(sums, part):
            continue
        entries = _data(await ask("%d %d" % (wanted, part)))
        if entries is None:
            return False
        lists.take(sums, part, entries)
    lists.switch(sums)
    return True


def _data(answer: "dict | None") -> "bytes | None":
    if not answer or not answer["ok"]:
        return None
    try:
        return binascii.a2b_base64(answer["data"])
    except ValueError:
        raise ListsError("what came is no base64")
