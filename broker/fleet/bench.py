"""The journal of a board that was taken out: read from a picture of its flash, on the bench.

The flash is read as the board would read it (bookcase_fw/ring.py, journal.py) and is not changed.
What comes of it are the same `fact` messages that the board would have sent.
"""

from collections.abc import Iterator
from typing import NamedTuple

from bookcase_fw import wire
from bookcase_fw.journal import Journal
from bookcase_fw.ring import NewerRing, Part

SECTOR_SIZE = 4096
BEHIND_SECTORS = 24 + 800  # Notes and lists, behind the journal of the reference board.
MESSAGE_SIZE = 8192
_BLANK = b"\xff" * SECTOR_SIZE
_COUNT, _SIZE, _ERASE = 4, 5, 6


class NoJournal(Exception):
    """The picture holds no journal that can be read; the message says what it is."""


class Old(NamedTuple):
    """A journal that was found: its id, its last record, and what it would have said."""

    id: str
    last: int
    messages: list[bytes]


def read(image: bytes, key: bytes, *, behind_sectors: int = BEHIND_SECTORS) -> Old:
    """Return the journal in a picture of a board's flash partition; key: the board's own."""
    sectors = len(image) // SECTOR_SIZE - behind_sectors
    if sectors < 2 or len(image) % SECTOR_SIZE:
        raise NoJournal(f"{len(image)} bytes are no picture of such a partition")
    flash = _Picture(image)
    if all(flash.sector(number) == _BLANK for number in range(sectors)):
        raise NoJournal("the journal's flash is blank")
    try:
        journal = Journal(Part(flash, 0, sectors), key, bytes)
    except NewerRing as newer:
        raise NoJournal(f"this journal wants a newer version of the service: {newer}") from None
    return Old(journal.id, journal.last, list(_messages(journal)))


def _messages(journal: Journal) -> Iterator[bytes]:
    """Every record that is still there; what was acknowledged may be erased already."""
    number = journal.acked
    while number < journal.last:
        records = journal.since(number, MESSAGE_SIZE)
        number += len(records)
        yield wire.fact_payload(journal.id, journal.head(number), records)


class _Picture:
    """A flash in memory: what is written to it reaches nothing else."""

    def __init__(self, image: bytes) -> None:
        self._bytes = bytearray(image)

    def sector(self, number: int) -> bytes:
        return bytes(self._bytes[number * SECTOR_SIZE : (number + 1) * SECTOR_SIZE])

    def readblocks(self, sector: int, data: bytearray, offset: int = 0) -> None:
        start = sector * SECTOR_SIZE + offset
        data[:] = self._bytes[start : start + len(data)]

    def writeblocks(self, sector: int, data: bytes, offset: int = 0) -> None:
        start = sector * SECTOR_SIZE + offset
        held = self._bytes[start : start + len(data)]
        self._bytes[start : start + len(data)] = bytes(
            old & new for old, new in zip(held, data, strict=True)
        )

    def ioctl(self, operation: int, argument: int) -> int:
        if operation == _ERASE:
            self._bytes[argument * SECTOR_SIZE : (argument + 1) * SECTOR_SIZE] = _BLANK
        return {_COUNT: len(self._bytes) // SECTOR_SIZE, _SIZE: SECTOR_SIZE}.get(operation, 0)
