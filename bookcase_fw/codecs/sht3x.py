"""SHT3x temperature and humidity sensor: the bytes on I2C.  No I/O and no clock.

    measure   24 00 | then, 15 ms later, read:  temperature (2) | crc | humidity (2) | crc

Address 44 or 45.  Numbers have their high byte first; the CRC-8 (polynomial 31, from FF) is over
the two bytes before it.  Source: Sensirion's data sheet SHT3x-DIS, sections 4.3 and 4.12.
"""

from collections import namedtuple

ADDRESS, OTHER_ADDRESS = 0x44, 0x45
MEASURE = b"\x24\x00"  # Single shot, high repeatability, without clock stretching.
RESET = b"\x30\xa2"
MEASURE_MS = 16
ANSWER_SIZE = 6

# Hundredths of a degree Celsius, tenths of a percent.
Climate = namedtuple("Climate", ("centidegrees", "permille"))


def decode(data: bytes) -> Climate | None:
    """Return what an answer says, or None when a CRC or the size is wrong."""
    if len(data) != ANSWER_SIZE or crc8(data[:2]) != data[2] or crc8(data[3:5]) != data[5]:
        return None
    heat, water = data[0] << 8 | data[1], data[3] << 8 | data[4]
    return Climate(-4500 + 17500 * heat // 65535, 1000 * water // 65535)


def encode(climate: Climate) -> bytes:
    """Return the answer that says so."""
    data = b""
    for value, span in ((climate.centidegrees + 4500, 17500), (climate.permille, 1000)):
        raw = min(65535, -(-value * 65535 // span)).to_bytes(2, "big")
        data += raw + bytes((crc8(raw),))
    return data


def crc8(data: bytes) -> int:
    value = 0xFF
    for byte in data:
        value ^= byte
        for _bit in range(8):
            value = (value << 1) & 0xFF ^ (0x31 if value & 0x80 else 0)
    return value
