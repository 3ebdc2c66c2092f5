"""R200 and YRM100 UHF reader frames: bytes in, values out.  No I/O and no clock.

    BB | kind | code | size, high byte first (2) | data | sum of all from kind on | 7E

    data of a notice:   dBm, signed | PC (2) | tag's number, mostly 12 | CRC of PC and number (2)

115200 baud 8N1.  An inventory is answered by a notice for each tag that was heard, or by one error
"nothing"; nothing marks its end.
"""

import binascii
from collections import namedtuple

from bookcase_fw.codecs import crc, stream

START, END = 0xBB, 0x7E
HEADER_SIZE = 5
DATA_SIZE_MAX = 72  # A notice with the longest number that a tag can have, 62 bytes, has 67.

KINDS = (
    # name      number
    ("command", 0x00),
    ("answer",  0x01),
    ("notice",  0x02),
)  # fmt: skip
COMMANDS = (
    # name          code     data of the command               data of the answer
    ("info",        0x03),  # 0 hardware, 1 software, 2 maker   that byte, then text
    ("region",      0x07),  # a number of REGIONS               0
    ("read_region", 0x08),  #                                   a number of REGIONS
    ("inventory",   0x22),  #                                   notices
    ("inventories", 0x27),  # 22, then how many (2)             notices
    ("stop",        0x28),  #                                   0
    ("power",       0xB6),  # hundredths of a dBm (2)           0
    ("read_power",  0xB7),  #                                   hundredths of a dBm (2)
    ("error",       0xFF),  # never sent                        a code of ERRORS
)  # fmt: skip
ERRORS = (
    # name       code     what went wrong
    ("no_tag",   0x09),  # no tag to read
    ("nothing",  0x15),  # an inventory heard nothing
    ("password", 0x16),  # the tag's password is another
    ("command",  0x17),  # no such command
)  # fmt: skip
REGIONS = (
    # name        number  MHz
    ("china",     1),  #  920-925
    ("us",        2),  #  902-928
    ("europe",    3),  #  865-868
    ("china_800", 4),  #  840-845
    ("korea",     6),  #  917-923
)  # fmt: skip

Frame = namedtuple("Frame", ("kind", "name", "data"))


def encode(kind: str, name: str, data: bytes = b"") -> bytes:
    assert len(data) <= DATA_SIZE_MAX
    head = bytes((number(KINDS, kind), number(COMMANDS, name)))
    body = head + len(data).to_bytes(2, "big") + data
    return bytes((START,)) + body + bytes((sum(body) & 0xFF, END))


def notice(tag: str, dbm: int) -> bytes:
    """Return the notice of a tag; its number stands in hexadecimal digits, an even count of bytes.

    PC's upper five bits are the number's length in words of two bytes.
    """
    epc = binascii.unhexlify(tag)
    air = bytes((len(epc) // 2 << 3, 0)) + epc
    data = bytes((dbm & 0xFF,)) + air + crc.gen2(air).to_bytes(2, "big")
    return encode("notice", "inventory", data)


def heard(frame: Frame) -> tuple:
    """Return (tag, dBm) of a notice: the number in upper case hexadecimal digits."""
    dbm = frame.data[0]
    tag = binascii.hexlify(frame.data[3:-2]).decode().upper()
    return tag, dbm - 256 if dbm > 127 else dbm


class Decoder(stream.Decoder):
    """Both sides: frames of all kinds.  A notice whose tag's own CRC is wrong is noise."""

    def take(self, buffer: bytes) -> tuple:
        if buffer[0] != START:
            return None, 1
        if len(buffer) < HEADER_SIZE:
            return None, 0
        kind, name = word(KINDS, buffer[1]), word(COMMANDS, buffer[2])
        size = int.from_bytes(buffer[3:HEADER_SIZE], "big")
        if not kind or not name or size > DATA_SIZE_MAX:
            return None, 1
        end = HEADER_SIZE + size
        if len(buffer) < end + 2:
            return None, 0
        data = buffer[HEADER_SIZE:end]
        if buffer[end] != sum(buffer[1:end]) & 0xFF or buffer[end + 1] != END:
            return None, 1
        if kind == "notice" and not _whole(data):
            return None, 1
        return Frame(kind, name, data), end + 2


def number(table: tuple, name: str) -> int:
    """Return the number that a table above gives to a name."""
    for row in table:
        if row[0] == name:
            return row[1]
    raise ValueError(name)


def word(table: tuple, wanted: int) -> str:
    """Return the name that a table above gives to a number; empty when it has none."""
    for row in table:
        if row[1] == wanted:
            return row[0]
    return ""


def _whole(data: bytes) -> bool:
    return len(data) > 5 and crc.gen2(data[1:-2]) == int.from_bytes(data[-2:], "big")
