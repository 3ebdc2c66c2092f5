"""A kiosk's serial keypad: single bytes in, words out.  No I/O and no clock.

9600 baud 8N1; one byte a key, nothing around it.
"""

from bookcase_fw.codecs import stream

KEYS = (
    # word    byte
    ("up",    b"U"),
    ("down",  b"D"),
    ("left",  b"L"),
    ("right", b"R"),
    ("go",    b"\r"),
    ("back",  b"*"),
    ("help",  b"#"),
) + tuple((digit, digit.encode()) for digit in "0123456789")  # fmt: skip


def encode(word: str) -> bytes:
    for name, byte in KEYS:
        if name == word:
            return byte
    raise ValueError(word)


class Decoder(stream.Decoder):
    """The host's side: words of KEYS."""

    def take(self, buffer: bytes) -> tuple:
        for name, byte in KEYS:
            if byte == buffer[:1]:
                return name, 1
        return None, 1
