"""The journal: what the machine saw, durable, numbered, chained and kept until acknowledged.

Records lie in a ring (ring.py) as record.py encoded them.  The ring's label holds the journal's id,
the ring's number before the journal's first record, and the ring's number up to which records were
acknowledged.  That pointer may be behind: then records are sent twice, never lost.  A sector is
erased only when the pointer on flash is past it.

A new id (`renew`) copies what is unacknowledged under new numbers, one record after the other, and
lets go of each old one as its copy is durable; a start that finds this half done goes on with it.
RESERVE sectors are never filled by `append`, so that there is always room for that.

Loans (LOANS) are refused from LOANS_FILL_MAX percent on.  Every other kind, a door session above
all, has happened and is taken as long as there is room; `append` then raises JournalFull.  An
unacknowledged record is never overwritten.
"""

import struct

from bookcase_fw import record
from bookcase_fw.ring import Ring
from bookcase_fw.sign import hexadecimal

LOANS = ("lent",)
LOANS_FILL_MAX = 90
RESERVE = 3
_LABEL = "<4sII"


class JournalFull(Exception):
    """There is no room for another record of this kind until some are acknowledged."""


class Journal:
    def __init__(self, flash, key: bytes, random_bytes):
        """Recover the journal from flash; random_bytes(n) makes a new journal's id."""
        self._key = key
        self._random_bytes = random_bytes
        self._ring = Ring(flash, struct.pack(_LABEL, random_bytes(4), 0, 0))
        self._before = ""  # The chain value of the last record, once it is known.
        self._chained = (0, "")  # (number, chain value) of the record chained last.
        self._read_label()
        if self._acked < self._base:
            self._copy()
        self._before = self.head(self.last)

    @property
    def last(self) -> int:
        """The highest record number written; 0 when none."""
        return self._ring.last - self._base

    @property
    def acked(self) -> int:
        """The highest record number known to be acknowledged; 0 when none."""
        return max(self._acked - self._base, 0)

    @property
    def fill(self) -> int:
        """Percent of the capacity that unacknowledged records take."""
        if self._acked >= self._ring.last:
            return 0
        return self._ring.held(self._acked + 1) * 100 // self._capacity()

    @property
    def lends(self) -> bool:
        """Whether there is room for loans; returns are taken beyond."""
        return self.fill < LOANS_FILL_MAX

    def append(self, kind: str, body: dict, stamp: tuple) -> int:
        """Write a fact and return its number; it is durable.  stamp: see record.encode.

        Raises JournalFull, and WireError when the body does not fit its kind.
        """
        if kind in LOANS and not self.lends:
            raise JournalFull("no room for a loan: %d percent wait" % self.fill)
        data = record.encode(self.last + 1, stamp, kind, self._before, body)
        held = self._ring.held(self._acked + 1)
        if not self._ring.fits(len(data)) and held > self._capacity() - self._ring.sector_size:
            raise JournalFull("no room for a record: %d wait" % (self.last - self.acked))
        self._ring.append(data)
        self._before = record.chain(self._key, data)
        return self.last

    def since(self, number: int, size_max: int) -> list:
        """Return the records from number + 1 on, at least one if there is one, size_max bytes.

        A record that cannot be read comes as `lost` under its number, and ends the list: the link
        from the record behind it cannot be checked.
        """
        records, size = [], 0
        while number < self.last:
            number += 1
            data, readable = self._record(number)
            size += len(data)
            if records and size > size_max:
                break
            records.append(data)
            if not readable:
                break
        return records

    def head(self, number: int) -> str:
        """Return the chain value of a record; of number 0, what the first record carries."""
        if number == 0:
            return record.genesis(self._key, self.id)
        if number == self.last and self._before:
            return self._before
        if number != self._chained[0]:
            self._chained = (number, record.chain(self._key, self._record(number)[0]))
        return self._chained[1]

    def acknowledge(self, number: int):
        """Let go of the records up to this number; a lower number than before changes nothing."""
        acked = self._base + min(number, self.last)
        if acked <= self._acked:
            return
        sectors_before = self._ring.held(self._ring.released + 1) // self._ring.sector_size
        self._acked = acked
        # The pointer is written when it frees a sector: one small entry a sector, not one an ack.
        if self._ring.held(acked + 1) // self._ring.sector_size < sectors_before:
            self._write_label()

    def renew(self):
        """Start a new journal id; unacknowledged records go on in it under new numbers."""
        self._base, self.id = self._ring.last, hexadecimal(self._random_bytes(4))
        self._write_label()
        self._before, self._chained = "", (0, "")
        self._copy()
        self._before = self.head(self.last)

    def tend(self):
        """Erase the next sector beforehand.  To be called when there is time: it takes long."""
        self._ring.tend()

    def _capacity(self) -> int:
        return (self._ring.sector_count - RESERVE) * self._ring.sector_size

    def _record(self, number: int) -> tuple:
        """Return (bytes, whether they could be read)."""
        data = self._ring.read(self._base + number)
        if data is not None:
            return data, True
        # The chain must not depend on who asks: go back to what can be read, then forth again.
        first = number
        while first > 1 and self._ring.read(self._base + first - 1) is None:
            first -= 1
        before = self.head(first - 1)
        for lost in range(first, number + 1):
            data = record.encode(lost, (0, 0, 0, 0), "lost", before, {"why": "unreadable"})
            before = record.chain(self._key, data)
        return data, False

    def _copy(self):
        """Write the records that waited in the journal before this one; see `renew`."""
        count = self._base - self._acked
        self._ring.released = self._acked + self.last
        while self.last < count:
            old = self._ring.read(self._acked + self.last + 1)
            number, before = self.last + 1, self.head(self.last)
            if old is None:
                old = record.encode(number, (0, 0, 0, 0), "lost", before, {"why": "unreadable"})
            self._ring.append(_renumbered(old, number, before))
            self._ring.released = self._acked + self.last
        self._acked = self._base
        self._ring.released = self._base

    def _read_label(self):
        raw, self._base, self._acked = struct.unpack(_LABEL, self._ring.label)
        self.id = hexadecimal(raw)
        self._ring.released = self._acked

    def _write_label(self):
        self._ring.mark(struct.pack(_LABEL, bytes.fromhex(self.id), self._base, self._acked))
        self._ring.released = self._acked


def _renumbered(data: bytes, number: int, before: str) -> bytes:
    """Return a record under another number and behind another record, else as it was."""
    behind_number = data.index(b',"b":')
    link = data.index(b'"p":"') + 5
    start = b'{"n":%d' % number + data[behind_number:link]
    return start + before.encode() + data[link + 2 * record.CHAIN_SIZE :]
