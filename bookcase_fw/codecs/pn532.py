"""PN532 card reader frames on its serial line (HSU): bytes in, values out.  No I/O and no clock.

    frame   00 00 FF | size | 100 - size | D4 | code | data | 100 - sum | 00      to the reader
    frame   00 00 FF | size | 100 - size | D5 | code + 1 | data | 100 - sum | 00  from the reader
    ack     00 00 FF | 00 | FF | 00
    error   00 00 FF | 01 | FF | 7F | 81 | 00                                     from the reader

    data of an answer about cards: count | number | SENS_RES (2) | SEL_RES | size | UID | rest

115200 baud 8N1.  The size counts from D4 or D5 on.  The reader acknowledges each command before it
answers it; an ack to the reader ends what it does.  Asleep it wants a long preamble first.  Source:
NXP's user manual 141520 (UM0701-02).
"""

from collections import namedtuple

from bookcase_fw.codecs import stream

START = b"\x00\x00\xff"
HEADER_SIZE = 5
DATA_SIZE_MAX = 62  # Two cards with long answers; longer frames are not for us.
WAKE = b"\x55\x55" + bytes(14)
ACK = START + b"\x00\xff\x00"
ERROR = START + b"\x01\xff\x7f\x81\x00"
TO_READER, FROM_READER, SYNTAX = 0xD4, 0xD5, 0x7F
COMMANDS = (
    # name         code    data of the command                     data of the answer
    ("firmware",   0x02),  #                                        chip, version, revision, support
    ("sam",        0x14),  # 01 normal mode, timeout, no interrupt  none
    ("radio",      0x32),  # what is set, then its values           none
    ("cards",      0x4A),  # how many at most, 00 for type A        as drawn above
)  # fmt: skip
NORMAL_MODE = b"\x01\x00\x01"
ONE_TYPE_A = b"\x01\x00"
RETRIES = b"\x05\xff\x01"  # "radio" of a search for cards; one byte follows, FF for ever.
UID_SIZES = (4, 7, 10)

# Kind: command, answer, ack or error; the name of the command, empty for ack and error.
Frame = namedtuple("Frame", ("kind", "name", "data"))


def encode(name: str, data: bytes = b"") -> bytes:
    """Return a command."""
    return _framed(bytes((TO_READER, _code(name))) + data)


def encode_answer(name: str, data: bytes = b"") -> bytes:
    return _framed(bytes((FROM_READER, _code(name) + 1)) + data)


def encode_card(uid: bytes, rest: bytes = b"") -> bytes:
    """Return the answer about one card; sizes other than UID_SIZES are for tests."""
    kind = b"\x00\x04\x08" if len(uid) == 4 else b"\x00\x44\x00"
    return encode_answer("cards", b"\x01\x01" + kind + bytes((len(uid),)) + uid + rest)


def uid(data: bytes) -> bytes:
    """Return the UID in an answer about cards; empty when there is no card or it says nonsense."""
    if len(data) < 6 or data[0] == 0 or data[5] not in UID_SIZES:
        return b""
    found = data[6 : 6 + data[5]]
    return found if len(found) == data[5] else b""


class Decoder(stream.Decoder):
    """Both sides: frames of all kinds.  The preamble may be one byte short."""

    def take(self, buffer: bytes) -> tuple:
        if buffer[0] != 0:
            return None, 1
        head = 3 if buffer[1:2] == b"\x00" else 2
        if buffer[:head] != START[-head:][: len(buffer)]:
            return None, 1
        if len(buffer) < head + 3:
            return None, 0
        return _frame(buffer, head)


def _frame(buffer: bytes, head: int) -> tuple:
    """Return what `take` does with a start code of so many bytes."""
    size, check = buffer[head], buffer[head + 1]
    if (size, check) == (0, 0xFF):
        return Frame("ack", "", b""), head + 3
    if size == 0 or size > DATA_SIZE_MAX + 2 or (size + check) & 0xFF:
        return None, 1
    end = head + 2 + size
    if len(buffer) < end + 2:
        return None, 0
    body = buffer[head + 2 : end]
    if (sum(body) + buffer[end]) & 0xFF or buffer[end + 1]:
        return None, 1
    if body[0] == SYNTAX:
        return Frame("error", "", b""), end + 2
    for name, code in COMMANDS:
        for kind, start in (("command", (TO_READER, code)), ("answer", (FROM_READER, code + 1))):
            if tuple(body[:2]) == start:
                return Frame(kind, name, body[2:]), end + 2
    return None, 1


def _code(wanted: str) -> int:
    return [code for name, code in COMMANDS if name == wanted][0]


def _framed(body: bytes) -> bytes:
    assert len(body) <= DATA_SIZE_MAX + 2
    return START + bytes((len(body), -len(body) & 0xFF)) + body + bytes((-sum(body) & 0xFF, 0))
