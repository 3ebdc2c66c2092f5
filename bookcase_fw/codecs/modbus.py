"""Modbus RTU frames: bytes in, values out.  No I/O and no clock.

    request: read                  station | code | first (2) | count (2)                      | crc
    request: write one             station | code | place (2) | value (2)                      | crc
    request: write several         station | code | first (2) | count (2) | size (1) | data    | crc
    answer: read                   station | code | size (1)  | data                           | crc
    answer: write                  station | code | what the request said (4)                  | crc
    answer: refused                station | code + 80        | error (1)                      | crc

Numbers have their high byte first, the CRC its low byte.  Coils are packed eight to a byte, the
first in bit 0; registers have two bytes.  Stations 1 to 247 share a line; station 0 means all, and
none of them answers.  Requests and answers begin alike: each side decodes only what the other
sends.  Source: MODBUS Application Protocol Specification V1.1b3.
"""

from collections import namedtuple

from bookcase_fw.codecs import crc_low, stream

STATION_MAX = 247
DATA_SIZE_MAX = 250
REFUSED = 0x80
READ, WRITE_ONE, WRITE_MANY = "read", "write one", "write several"
FUNCTIONS = (
    # name                   code   form        what there is
    ("read_coils",           0x01,  READ),        # bits that can be written
    ("read_inputs",          0x02,  READ),        # bits that cannot
    ("read_registers",       0x03,  READ),        # words that can be written
    ("read_input_registers", 0x04,  READ),        # words that cannot
    ("write_coil",           0x05,  WRITE_ONE),   # value FF00 or 0
    ("write_register",       0x06,  WRITE_ONE),
    ("write_coils",          0x0F,  WRITE_MANY),
    ("write_registers",      0x10,  WRITE_MANY),
)  # fmt: skip
ERRORS = (
    # name        code
    ("function",  0x01),  # the station has no such function
    ("place",     0x02),  # or no such coil or register
    ("value",     0x03),
    ("failure",   0x04),  # it tried and could not
    ("accepted",  0x05),  # it is at it; ask later
    ("busy",      0x06),
)  # fmt: skip
SET, CLEAR = 0xFF00, 0x0000

# `value` is the count of a read or of several; data is empty but when several are written.
Request = namedtuple("Request", ("station", "name", "first", "value", "data"))
Data = namedtuple("Data", ("station", "name", "data"))
Written = namedtuple("Written", ("station", "name", "first", "value"))
Refused = namedtuple("Refused", ("station", "name", "error"))  # A name of ERRORS, or its number.


def encode(station: int, name: str, first: int, value: int, data: bytes = b"") -> bytes:
    """Return a request: name is of FUNCTIONS; the rest as in Request."""
    assert len(data) <= DATA_SIZE_MAX
    code, form = _function(name)
    body = bytes((station, code)) + first.to_bytes(2, "big") + value.to_bytes(2, "big")
    return _sealed(body + bytes((len(data),)) + data if form == WRITE_MANY else body)


def encode_data(station: int, name: str, data: bytes) -> bytes:
    return _sealed(bytes((station, _function(name)[0], len(data))) + data)


def encode_written(station: int, name: str, first: int, value: int) -> bytes:
    head = bytes((station, _function(name)[0]))
    return _sealed(head + first.to_bytes(2, "big") + value.to_bytes(2, "big"))


def encode_refused(station: int, name: str, error: str) -> bytes:
    code = [number for word, number in ERRORS if word == error][0]
    return _sealed(bytes((station, _function(name)[0] | REFUSED, code)))


def words(data: bytes) -> tuple:
    """Return the registers in the data of an answer."""
    pairs = range(0, len(data) - 1, 2)
    return tuple([data[place] << 8 | data[place + 1] for place in pairs])


def packed(values) -> bytes:
    """Return registers as data."""
    return b"".join([value.to_bytes(2, "big") for value in values])


class Decoder(stream.Decoder):
    """The controller's side: Data, Written and Refused."""

    def take(self, buffer: bytes) -> tuple:
        if not 1 <= buffer[0] <= STATION_MAX:
            return None, 1
        if len(buffer) < 3:
            return None, 0
        station, code, size = buffer[:3]
        name, form = _named(code & ~REFUSED)
        if not name:
            return None, 1
        if code & REFUSED:
            return _taken(buffer, 3, Refused(station, name, _error(size)))
        if form != READ:
            return _taken(buffer, 6, Written(station, name, _word(buffer, 2), _word(buffer, 4)))
        if not 1 <= size <= DATA_SIZE_MAX:
            return None, 1
        return _taken(buffer, 3 + size, Data(station, name, buffer[3 : 3 + size]))


class RequestDecoder(stream.Decoder):
    """A station's side: requests.  The count and the size of several agree."""

    def take(self, buffer: bytes) -> tuple:
        if buffer[0] > STATION_MAX:
            return None, 1
        if len(buffer) < 7:
            return None, 0
        station, code = buffer[:2]
        name, form = _named(code)
        size = buffer[6] if form == WRITE_MANY else 0
        if not name or size > DATA_SIZE_MAX:
            return None, 1
        end = 7 + size if form == WRITE_MANY else 6
        data = buffer[7:end]
        return _taken(buffer, end, Request(station, name, _word(buffer, 2), _word(buffer, 4), data))


def _taken(buffer: bytes, end: int, frame: tuple) -> tuple:
    """Return what `take` does when a frame's body ends there and its CRC follows."""
    if len(buffer) < end + 2:
        return None, 0
    if crc_low.modbus(buffer[:end]) != buffer[end] | buffer[end + 1] << 8:
        return None, 1
    return frame, end + 2


def _sealed(body: bytes) -> bytes:
    return body + crc_low.modbus(body).to_bytes(2, "little")


def _word(buffer: bytes, place: int) -> int:
    return int.from_bytes(buffer[place : place + 2], "big")


def _function(wanted: str) -> tuple:
    """Return (code, form) of a function."""
    for name, code, form in FUNCTIONS:
        if name == wanted:
            return code, form
    raise ValueError(wanted)


def _named(wanted: int) -> tuple:
    """Return (name, form) of a code; empty when there is none."""
    for name, code, form in FUNCTIONS:
        if code == wanted:
            return name, form
    return "", ""


def _error(wanted: int) -> str:
    for name, code in ERRORS:
        if code == wanted:
            return name
    return str(wanted)
