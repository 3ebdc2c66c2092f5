"""Writes the board's partition table as ESP-IDF's loader reads it: partitions.py FILE

An entry has 32 bytes, little-endian: AA 50, type, subtype, offset 4, size 4, label 16, flags 4;
after the last one EB EB, fourteen FF and the MD5 of all entries; FF up to 3,072 bytes.
"""

import hashlib
import struct
import sys
from pathlib import Path

SIZE = 0xC00
FLASH_SIZE = 0x800000  # The reference board has 8 MiB.
APP, DATA = 0, 1
# fmt: off
PARTITIONS = (
    # label      type  subtype offset    size      what lies there
    ("nvs",      DATA, 0x02,   0x009000, 0x006000),  # the radio's own settings
    ("phy_init", DATA, 0x01,   0x00F000, 0x001000),
    ("factory",  APP,  0x00,   0x010000, 0x1F0000),  # MicroPython
    ("journal",  DATA, 0x40,   0x200000, 0x400000),  # raw: journal, notes, lists of readers
    ("vfs",      DATA, 0x81,   0x600000, 0x200000),  # littlefs: halves and configuration
)
# fmt: on


def table() -> bytes:
    entries = b"".join(
        struct.pack("<2sBBII16sI", b"\xaa\x50", kind, subtype, offset, size, label.encode(), 0)
        for label, kind, subtype, offset, size in PARTITIONS
    )
    check = b"\xeb\xeb" + b"\xff" * 14 + hashlib.md5(entries).digest()  # noqa: S324
    return (entries + check).ljust(SIZE, b"\xff")


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(table())
