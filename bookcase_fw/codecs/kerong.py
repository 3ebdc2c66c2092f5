"""Kerong lock boards: the frames of KR-CU16, and what the coils of CU48 mean.  No I/O, no clock.

CU16, 19200 baud 8N1; the sum is the low byte of the sum of all before it:

    request   02 | board (4 bits), lock (4 bits) | code | 03 | sum
    status    02 | board, 0 | 35 | hooks 1-8 | 9-16 | infrared 1-8 | 9-16 | 03 | sum

Here boards and locks count from 1, in the bytes from 0; bit 0 is the first lock.  An order to
unlock is not answered.  Public lists print the request for the status of board 2 as `02 10 30 03
3E`, whose sum is wrong: it is 45.

CU48 speaks Modbus RTU (codecs/modbus.py), 115200 baud 8N1: coil n - 1 is lock n of 48.  Reading
coils tells the hooks; writing one releases the lock.  Public sources differ on what a bit means
and on which value releases: both are learnt at installation.
"""

from collections import namedtuple

from bookcase_fw.codecs import modbus, stream

START, END = 0x02, 0x03
CU16_BOARD_MAX, CU16_LOCK_MAX = 16, 16
CU48_LOCK_MAX = 48
COMMANDS = (
    # name          code
    ("read",        0x30),  # the status of one board
    ("unlock",      0x31),
    ("read_all",    0x32),  # the status of each board
    ("unlock_all",  0x33),
)  # fmt: skip
STATUS = 0x35
REQUEST_SIZE, STATUS_SIZE = 5, 9

Request = namedtuple("Request", ("board", "name", "lock"))  # lock 1 where none is meant
Status = namedtuple("Status", ("board", "hooks", "infrared"))  # Bit n - 1 is lock n.


def encode(board: int, name: str, lock: int = 1) -> bytes:
    """Return a request to a CU16."""
    for word, code in COMMANDS:
        if word == name:
            return _sealed(bytes((START, board - 1 << 4 | lock - 1, code, END)))
    raise ValueError(name)


def encode_status(board: int, hooks: int, infrared: int = 0) -> bytes:
    bits = hooks.to_bytes(2, "little") + infrared.to_bytes(2, "little")
    return _sealed(bytes((START, board - 1 << 4, STATUS)) + bits + bytes((END,)))


class Decoder(stream.Decoder):
    """The controller's side: a CU16's status."""

    def take(self, buffer: bytes) -> tuple:
        if buffer[0] != START:
            return None, 1
        if len(buffer) < STATUS_SIZE:
            return None, 0
        if buffer[2] != STATUS or not _whole(buffer[:STATUS_SIZE]):
            return None, 1
        hooks, infrared = [int.from_bytes(buffer[n : n + 2], "little") for n in (3, 5)]
        return Status((buffer[1] >> 4) + 1, hooks, infrared), STATUS_SIZE


class RequestDecoder(stream.Decoder):
    """A CU16's side: requests."""

    def take(self, buffer: bytes) -> tuple:
        if buffer[0] != START:
            return None, 1
        if len(buffer) < REQUEST_SIZE:
            return None, 0
        names = [name for name, code in COMMANDS if code == buffer[2]]
        if not names or not _whole(buffer[:REQUEST_SIZE]):
            return None, 1
        return Request((buffer[1] >> 4) + 1, names[0], (buffer[1] & 15) + 1), REQUEST_SIZE


def cu48_read(board: int, locks: int) -> bytes:
    """Return the request for the hooks of a CU48's first locks."""
    return modbus.encode(board, "read_coils", 0, locks)


def cu48_unlock(board: int, lock: int, coil: int) -> bytes:
    """Return the request to a CU48 to release a lock by writing its coil so."""
    return modbus.encode(board, "write_coil", lock - 1, modbus.SET if coil else modbus.CLEAR)


def _sealed(body: bytes) -> bytes:
    return body + bytes((sum(body) & 0xFF,))


def _whole(frame: bytes) -> bool:
    return frame[-2] == END and sum(frame[:-1]) & 0xFF == frame[-1]
