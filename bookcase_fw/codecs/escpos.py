"""A receipt printer's commands (ESC/POS): bytes in, values out.  No I/O and no clock.

Text is plain bytes in the printer's own code (GB18030); everything else begins with ESC, GS, FS or
DLE.  No byte of GB18030 is below 0x20, so text and commands cannot be taken for each other.
"""

from collections import namedtuple

from bookcase_fw.codecs import stream

# In the order of Epson's command reference; data is what follows the two or three bytes.
COMMANDS = (
    # name      bytes            data bytes
    ("status",  b"\x10\x04",     1),  # DLE EOT n: answered at once, whatever it is doing
    ("init",    b"\x1b\x40",     0),  # ESC @
    ("bold",    b"\x1b\x45",     1),  # ESC E n
    ("align",   b"\x1b\x61",     1),  # ESC a n: 0 left, 1 centre, 2 right
    ("feed",    b"\x1b\x64",     1),  # ESC d n: lines
    ("chinese", b"\x1c\x26",     0),  # FS &: two and four bytes are one character
    ("size",    b"\x1d\x21",     1),  # GS ! n: 0x11 is twice as wide and high
    ("cut",     b"\x1d\x56\x42", 1),  # GS V 66 n: feeds to the knife and n dots, cuts partly
    ("done",    b"\x1d\x72",     1),  # GS r n: answered when all before it was printed
)  # fmt: skip
STARTS = b"\x10\x1b\x1c\x1d"
TEXT_MAX = 256  # Bytes of a piece of text; a longer one comes as several.

# What DLE EOT n asks, and which bits of the answer mean what; bit 1 and 4 are always set.
OFFLINE, ERROR, PAPER = 2, 3, 4
FIXED, FIXED_MASK = 0x12, 0x93
STATUS = (
    # word        n        bits
    ("cover",     OFFLINE, 0x04),
    ("fault",     OFFLINE, 0x40),
    ("fault",     ERROR,   0x68),
    ("no_paper",  PAPER,   0x60),
    ("low",       PAPER,   0x0C),
)  # fmt: skip

Command = namedtuple("Command", ("name", "value"))
Text = namedtuple("Text", ("data",))


def encode(name: str, value: int = 0) -> bytes:
    for row, start, size in COMMANDS:
        if row == name:
            return start + bytes((value,) * size)
    raise ValueError(name)


def is_status(byte: int) -> bool:
    """Say whether a byte is the answer to DLE EOT."""
    return byte & FIXED_MASK == FIXED


def encode_status(number: int, words: tuple) -> bytes:
    """Return the printer's answer to DLE EOT n, when these words of STATUS are so."""
    byte = FIXED
    for word, asked, bits in STATUS:
        if asked == number and word in words:
            byte |= bits
    return bytes((byte,))


def status(number: int, byte: int) -> list:
    """Return the words of STATUS that an answer to DLE EOT n says; none when all is well."""
    return [word for word, asked, bits in STATUS if asked == number and byte & bits]


class Decoder(stream.Decoder):
    """The printer's side: Command and Text."""

    def take(self, buffer: bytes) -> tuple:
        if buffer[0] not in STARTS:
            used = 1
            while used < len(buffer) and used < TEXT_MAX and buffer[used] not in STARTS:
                used += 1
            return Text(buffer[:used]), used
        for name, start, size in COMMANDS:
            if buffer[: len(start)] == start:
                if len(buffer) < len(start) + size:
                    return None, 0
                value = buffer[len(start)] if size else 0
                return Command(name, value), len(start) + size
        waits = any(start.startswith(buffer) for _name, start, _size in COMMANDS)
        return None, 0 if waits else 1
