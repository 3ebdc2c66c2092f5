"""CRC-16 of polynomial 0x1021, most significant bit first, four bits at a time."""

_TABLE = (
    0x0000, 0x1021, 0x2042, 0x3063, 0x4084, 0x50A5, 0x60C6, 0x70E7,
    0x8108, 0x9129, 0xA14A, 0xB16B, 0xC18C, 0xD1AD, 0xE1CE, 0xF1EF,
)  # fmt: skip


def xmodem(data: bytes, value: int = 0) -> int:
    """Return CRC-16/XMODEM; `value` continues one, or starts another of the same polynomial."""
    for byte in data:
        value = (value << 4) & 0xFFFF ^ _TABLE[value >> 12 ^ byte >> 4]
        value = (value << 4) & 0xFFFF ^ _TABLE[value >> 12 ^ byte & 15]
    return value


def gen2(data: bytes) -> int:
    """Return the CRC-16 that a UHF tag sends after its number (ISO/IEC 18000-63, annex F)."""
    return xmodem(data, 0xFFFF) ^ 0xFFFF
