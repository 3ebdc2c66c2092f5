"""WJL lock board frames: bytes in, values out.  No I/O and no clock.

    request       head  | board | lock (0 = all) | code | xor      head 8A opens, 80 asks
    one lock      80    | board | lock           | bit  | xor      bit 11 or 00
    all locks     80    | board | locks 32-25 | 24-17 | 16-9 | 8-1 | 33 | xor

9600 baud 8N1.  Boards 1 to 64 share a line; locks count from 1.  What a bit means, door open or
shut, depends on how the sensors are wired, so it is the driver's business.  Requests and answers
begin alike: each side decodes only what the other sends.  An answer about all locks cannot be
taken for one about one lock while lock 25 and above are not fitted.
"""

from collections import namedtuple

from bookcase_fw.codecs import stream

BOARD_MAX = 64
LOCK_MAX = 24
COMMANDS = (
    # name     head  code
    ("open",   0x8A, 0x11),
    ("read",   0x80, 0x33),
    ("boards", 0x80, 0x99),
)  # fmt: skip
ANSWER = 0x80
BIT_SET, BIT_CLEAR = 0x11, 0x00
ALL = 0x33
REQUEST_SIZE = ONE_SIZE = 5
ALL_SIZE = 8

Request = namedtuple("Request", ("board", "name", "lock"))
One = namedtuple("One", ("board", "lock", "bit"))
All = namedtuple("All", ("board", "bits"))  # Bit n - 1 is lock n.


def encode(board: int, name: str, lock: int = 0) -> bytes:
    """Return a request; lock 0 means all locks of the board."""
    for word, head, code in COMMANDS:
        if word == name:
            return _sealed(bytes((head, board, lock, code)))
    raise ValueError(name)


def encode_one(board: int, lock: int, bit: int) -> bytes:
    return _sealed(bytes((ANSWER, board, lock, BIT_SET if bit else BIT_CLEAR)))


def encode_all(board: int, bits: int) -> bytes:
    return _sealed(bytes((ANSWER, board)) + bits.to_bytes(4, "big") + bytes((ALL,)))


class Decoder(stream.Decoder):
    """The controller's side: answers, as One or All."""

    def take(self, buffer: bytes) -> tuple:
        if buffer[0] != ANSWER:
            return None, 1
        if len(buffer) < ONE_SIZE:
            return None, 0
        board, lock, code = buffer[1:4]
        if lock and code in (BIT_SET, BIT_CLEAR) and _whole(buffer[:ONE_SIZE]):
            return One(board, lock, int(code == BIT_SET)), ONE_SIZE
        if len(buffer) < ALL_SIZE:
            return None, 0
        if buffer[6] == ALL and _whole(buffer[:ALL_SIZE]):
            return All(board, int.from_bytes(buffer[2:6], "big")), ALL_SIZE
        return None, 1


class RequestDecoder(stream.Decoder):
    """The board's side: requests."""

    def take(self, buffer: bytes) -> tuple:
        if buffer[0] not in (0x80, 0x8A):
            return None, 1
        if len(buffer) < REQUEST_SIZE:
            return None, 0
        if _whole(buffer[:REQUEST_SIZE]):
            for name, head, code in COMMANDS:
                if (head, code) == (buffer[0], buffer[3]):
                    return Request(buffer[1], name, buffer[2]), REQUEST_SIZE
        return None, 1


def _sealed(body: bytes) -> bytes:
    return body + bytes((_xor(body),))


def _whole(frame: bytes) -> bool:
    return _xor(frame) == 0


def _xor(data: bytes) -> int:
    value = 0
    for byte in data:
        value ^= byte
    return value
