"""ISO 28560-3, the Danish model: a block of fixed places at the start of an HF tag's memory.

    version, usage (4 bits each) | parts | part | number (16) | crc (2) | country (2) | rest (11)

34 bytes, or 32 with two bytes less of the rest of the ISIL, which stands without its first hyphen;
some writers leave it there, so both are read.  The CRC-16 (polynomial 1021, from FFFF) is over all
other bytes of the longer form, noughts where the shorter has none, low byte first.  Texts are
UTF-8, noughts fill up.  Decoding never raises: it says in a word what is wrong.
"""

from collections import namedtuple

from bookcase_fw.codecs import crc
from bookcase_fw.codecs.tags import compaction

SIZE, SHORT_SIZE = 34, 32
NUMBER_SIZE = 16
_NUMBER, _CRC, _COUNTRY, _REST = 3, 19, 21, 23
FAULTS = (
    "blank",  # nothing is written
    "cut",  # the memory is shorter than the block
    "checksum",
    "text",  # number or ISIL is no text
    "version",  # a form of the block that is not this one
)
VERSION = 1

Block = namedtuple("Block", ("number", "owner", "usage", "parts", "part"))


def encode(block: Block, size: int = SIZE) -> bytes:
    """Return the block; `usage` is four bits.  Raises ValueError for what does not fit."""
    country, rest = block.owner[:2], block.owner[2:]
    if rest[:1] == "-":
        rest = rest[1:]
    head = bytes((VERSION << 4 | block.usage, block.parts, block.part))
    head += _padded(block.number, NUMBER_SIZE)
    tail = _padded(country, 2) + _padded(rest, size - _REST)
    return head + _check(head, tail).to_bytes(2, "little") + tail


def decode(memory: bytes) -> tuple:
    """Return (Block, fault): fault is a word of FAULTS, empty when all is well.

    The block is None unless its checksum is right.  The owner is given with a hyphen behind its
    country, as it is written elsewhere.
    """
    if not any(memory[:SIZE]):
        return None, "blank"
    if len(memory) < SHORT_SIZE:
        return None, "cut"
    fault = ""
    for size in (SIZE, SHORT_SIZE):
        block, fault = _decoded(memory[:size])
        if fault != "checksum":
            break
    return block, fault


def _decoded(data: bytes) -> tuple:
    head, tail = data[:_CRC], data[_COUNTRY:]
    if _check(head, tail) != int.from_bytes(data[_CRC:_COUNTRY], "little"):
        return None, "checksum"
    if data[0] >> 4 != VERSION:
        return None, "version"
    texts = [_text(data[start:end]) for start, end in ((_NUMBER, _CRC), (_COUNTRY, _REST))]
    number, country = texts
    rest = _text(data[_REST:])
    if number is None or country is None or rest is None or not number:
        return None, "text"
    if rest[:1] == "-":
        rest = rest[1:]
    owner = country + "-" + rest if rest else country
    return Block(number, owner, data[0] & 15, data[1], data[2]), ""


def _check(head: bytes, tail: bytes) -> int:
    return crc.xmodem(head + tail + bytes(SIZE - _COUNTRY - len(tail)), 0xFFFF)


def _padded(text: str, size: int) -> bytes:
    data = text.encode()
    if len(data) > size:
        raise ValueError("%r does not fit %d bytes" % (text, size))
    return data + bytes(size - len(data))


def _text(data: bytes) -> str | None:
    end = data.find(b"\x00")
    return compaction.text(data if end < 0 else data[:end])
