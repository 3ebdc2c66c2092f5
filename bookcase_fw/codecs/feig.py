"""Feig HF reader frames and the ISO 15693 commands in them: bytes in, values out.

    request   02 | size of all (2) | address | code | data          | crc
    answer    02 | size of all (2) | address | code | status | data | crc

    data of a chip's command: command | mode, 01 is "the chip that is named" | UID (8) | rest

38400 baud 8E1 as delivered; the CRC is crc_low.ccitt over all before it, low byte first, all other
numbers high byte first.  Address FF is any reader.  An answer does not say which chip's command it
answers: one question at a time, and a late answer is waited out.  Source: Feig's system manuals of
ID ISC.MR101 and MR102 (advanced protocol frame, chapters "ISO15693 host commands" and "custom
commands").  No I/O and no clock.
"""

import binascii
from collections import namedtuple

from bookcase_fw.codecs import crc_low, stream

START = 0x02
ANY = 0xFF
HEADER_SIZE, CRC_SIZE = 5, 2
FRAME_SIZE_MAX = 320  # 128 bytes of blocks or 30 chips, and what is around them.
BLOCKS_MAX = 32  # In one read or write, of four bytes each.
UID_SIZE = 8

CODES = (
    # name      code   what follows
    ("reset",   0x69),  # switch the field off and on: all chips answer anew
    ("chip",    0xB0),  # a command of CHIP
    ("custom",  0xB1),  # the chip's maker (1), then a command of CUSTOM
)  # fmt: skip
CHIP = (
    # name          code     rest of the request                    data of the answer
    ("inventory",   0x01),  # mode only: 80 asks for what was left   count; 03, DSFID, UID each
    ("read",        0x23),  # first (1), count (1)                   count, size; status, data
    ("write",       0x24),  # first (1), count (1), size (1), data   none, or the block that failed
    ("write_afi",   0x27),  # AFI (1)                                none
    ("info",        0x2B),  #                                        as in Info, and a version
)  # fmt: skip
CUSTOM = (
    # name          code
    ("set_eas",     0xA2),
    ("reset_eas",   0xA3),
    ("eas_alarm",   0xA5),  # done when the bit is set; no_chip when it is not, or nobody is there
)  # fmt: skip
NXP = 0x04
ADDRESSED, MORE = 0x01, 0x80
STATUS = (
    # name        code
    ("done",      0x00),
    ("no_chip",   0x01),  # nobody answered, or not the one that was named
    ("false",     0x02),  # its answer's CRC was wrong
    ("write",     0x03),  # writing failed
    ("outside",   0x04),  # no such block
    ("kind",      0x05),  # a chip of a kind that has no such command
    ("range",     0x80),  # a parameter is out of range
    ("unknown",   0x81),  # no such command
    ("length",    0x82),
    ("radio",     0x83),
    ("more",      0x94),  # there is more to fetch
    ("refused",   0x95),  # the chip itself answered with an error
)  # fmt: skip
ISO_15693 = 0x03  # The kind of chip.
_TAG_SIZE = 10

Request = namedtuple("Request", ("name", "data"))
Answer = namedtuple("Answer", ("name", "status", "data"))
Info = namedtuple("Info", ("dsfid", "uid", "afi", "blocks", "block_size"))


def encode(name: str, data: bytes = b"") -> bytes:
    """Return a request: name is of CODES."""
    return _sealed(bytes((ANY, number(CODES, name))) + data)


def encode_answer(name: str, status: str, data: bytes = b"") -> bytes:
    return _sealed(bytes((0, number(CODES, name), number(STATUS, status))) + data)


def inventory(more: bool = False) -> bytes:
    """Return the request for the chips in the field, or for those that did not fit the answer."""
    return encode("chip", bytes((number(CHIP, "inventory"), MORE if more else 0)))


def to_chip(name: str, uid: str, rest: bytes = b"") -> bytes:
    """Return a request of CHIP to one chip; a UID is 16 hexadecimal digits, E0 first."""
    return encode("chip", bytes((number(CHIP, name), ADDRESSED)) + binascii.unhexlify(uid) + rest)


def custom(name: str, uid: str) -> bytes:
    """Return a request of CUSTOM to one chip, which must be NXP's."""
    head = bytes((NXP, number(CUSTOM, name), ADDRESSED))
    return encode("custom", head + binascii.unhexlify(uid))


def uids(data: bytes) -> list:
    """Return the UIDs of ISO 15693 chips in an inventory's answer; others are left out."""
    found = []
    for place in range(1, len(data) - _TAG_SIZE + 1, _TAG_SIZE):
        if data[place] == ISO_15693:
            found.append(_hex(data[place + 2 : place + _TAG_SIZE]))
    return found


def encode_uids(found: list) -> bytes:
    return bytes((len(found),)) + b"".join(
        [bytes((ISO_15693, 0)) + binascii.unhexlify(uid) for uid in found]
    )


def blocks(data: bytes) -> bytes:
    """Return the memory in a read's answer, without the blocks' status; empty when it is short."""
    if len(data) < 2:
        return b""
    count, size = data[:2]
    if len(data) != 2 + count * (size + 1):
        return b""
    return b"".join([data[at + 1 : at + 1 + size] for at in range(2, len(data), size + 1)])


def encode_blocks(memory: bytes, size: int) -> bytes:
    parts = [b"\x00" + memory[at : at + size] for at in range(0, len(memory), size)]
    return bytes((len(parts), size)) + b"".join(parts)


def info(data: bytes) -> Info | None:
    """Return what an info's answer says; the chip counts blocks and bytes from 0."""
    if len(data) < 12:
        return None
    return Info(data[0], _hex(data[1:9]), data[9], data[10] + 1, (data[11] & 31) + 1)


def encode_info(chip: Info) -> bytes:
    return (
        bytes((chip.dsfid,))
        + binascii.unhexlify(chip.uid)
        + bytes((chip.afi, chip.blocks - 1, chip.block_size - 1, 0))
    )


class Decoder(stream.Decoder):
    """The controller's side: answers."""

    def take(self, buffer: bytes) -> tuple:
        return _taken(buffer, HEADER_SIZE + 1, _answer)


class RequestDecoder(stream.Decoder):
    """The reader's side: requests."""

    def take(self, buffer: bytes) -> tuple:
        return _taken(buffer, HEADER_SIZE, _request)


def number(table: tuple, name: str) -> int:
    """Return the code that a table above gives to a name."""
    return [row[1] for row in table if row[0] == name][0]


def word(table: tuple, wanted: int) -> str:
    """Return the name that a table above gives to a code; empty when it has none."""
    for row in table:
        if row[1] == wanted:
            return row[0]
    return ""


def _taken(buffer: bytes, head_size: int, made) -> tuple:
    if buffer[0] != START:
        return None, 1
    if len(buffer) < HEADER_SIZE:
        return None, 0
    size = int.from_bytes(buffer[1:3], "big")
    name = word(CODES, buffer[4])
    if not name or not head_size + CRC_SIZE <= size <= FRAME_SIZE_MAX:
        return None, 1
    if len(buffer) < size:
        return None, 0
    body, end = buffer[: size - CRC_SIZE], buffer[size - CRC_SIZE : size]
    if crc_low.ccitt(body) != int.from_bytes(end, "little"):
        return None, 1
    return made(name, body), size


def _request(name: str, body: bytes) -> Request:
    return Request(name, body[HEADER_SIZE:])


def _answer(name: str, body: bytes) -> Answer:
    status = word(STATUS, body[HEADER_SIZE]) or str(body[HEADER_SIZE])
    return Answer(name, status, body[HEADER_SIZE + 1 :])


def _sealed(body: bytes) -> bytes:
    size = 1 + 2 + len(body) + CRC_SIZE
    assert size <= FRAME_SIZE_MAX
    frame = bytes((START,)) + size.to_bytes(2, "big") + body
    return frame + crc_low.ccitt(frame).to_bytes(2, "little")


def _hex(data: bytes) -> str:
    return binascii.hexlify(data).decode().upper()
