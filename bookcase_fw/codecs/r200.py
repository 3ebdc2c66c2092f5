"""R200 and YRM100 UHF reader frames: bytes in, values out.  No I/O and no clock.

    BB | kind | code | size, high byte first (2) | data | sum of all from kind on | 7E

    data of a notice:   dBm, signed | PC (2) | tag's number, mostly 12 | CRC of PC and number (2)
    data of a select:   01: by the EPC bank | first bit (4) | bits | 00 | the tag's number
    data of a read:     the tag's password (4) | bank | first word (2) | words (2)
    answer to a read:   size of PC and number | PC (2) | tag's number | what was read

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
    ("select",      0x0C),  # see above                         0
    ("select_mode", 0x12),  # a number of SELECT_MODES          0
    ("inventory",   0x22),  #                                   notices
    ("inventories", 0x27),  # 22, then how many (2)             notices
    ("stop",        0x28),  #                                   0
    ("read",        0x39),  # see above                         see above
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
    ("overrun",  0xA3),  # the tag has no such place
)  # fmt: skip
REGIONS = (
    # name        number  MHz
    ("china",     1),  #  920-925
    ("us",        2),  #  902-928
    ("europe",    3),  #  865-868
    ("china_800", 4),  #  840-845
    ("korea",     6),  #  917-923
)  # fmt: skip

SELECT_MODES = (
    # name         number  what the selected tag is chosen for
    ("always",     0),  # everything, inventories too
    ("never",      1),
    ("operations", 2),  # everything but inventories
)  # fmt: skip
EPC_BANK, USER_BANK = 1, 3
_NUMBER_BIT = 0x20  # Of the EPC bank: CRC and PC are before the number.
_NO_PASSWORD = bytes(4)

Frame = namedtuple("Frame", ("kind", "name", "data"))


def encode(kind: str, name: str, data: bytes = b"") -> bytes:
    assert len(data) <= DATA_SIZE_MAX
    head = bytes((number(KINDS, kind), number(COMMANDS, name)))
    body = head + len(data).to_bytes(2, "big") + data
    return bytes((START,)) + body + bytes((sum(body) & 0xFF, END))


def notice(tag: str, dbm: int, flags: int = 0) -> bytes:
    """Return the notice of a tag; its number stands in hexadecimal digits, an even count of bytes.

    flags: the rest of PC, see `air`.
    """
    sent = air(tag, flags)
    data = bytes((dbm & 0xFF,)) + sent + crc.gen2(sent).to_bytes(2, "big")
    return encode("notice", "inventory", data)


def air(tag: str, flags: int = 0) -> bytes:
    """Return PC and number: PC's upper five bits are the number's length in words of two bytes."""
    number = binascii.unhexlify(tag)
    return (len(number) // 2 << 11 | flags).to_bytes(2, "big") + number


def select(tag: str) -> bytes:
    """Return the data of a select: what follows is for this tag alone."""
    number = binascii.unhexlify(tag)
    place = _NUMBER_BIT.to_bytes(4, "big") + bytes((len(number) * 8, 0))
    return b"\x01" + place + number


def read(bank: int, first: int, words: int) -> bytes:
    """Return the data of a read; first and words count words of two bytes."""
    return _NO_PASSWORD + bytes((bank,)) + first.to_bytes(2, "big") + words.to_bytes(2, "big")


def memory(data: bytes) -> tuple:
    """Return (PC and number, what was read) of the answer to a read."""
    end = 1 + data[0]
    return data[1:end], data[end:]


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
