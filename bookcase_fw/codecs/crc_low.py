"""CRC-16 with the least significant bit first: Modbus, and the CRC of ISO 15693 and its readers.

Both start with all bits set and are sent low byte first.
"""


def modbus(data: bytes) -> int:
    """Return CRC-16/MODBUS (polynomial 0x8005, reflected)."""
    return _crc(data, _MODBUS)


def ccitt(data: bytes) -> int:
    """Return CRC-16/MCRF4XX (polynomial 0x1021, reflected), which Feig's readers use."""
    return _crc(data, _CCITT)


def _crc(data: bytes, table: tuple) -> int:
    value = 0xFFFF
    for byte in data:
        value ^= byte
        value = value >> 4 ^ table[value & 15]
        value = value >> 4 ^ table[value & 15]
    return value


def _table(polynomial: int) -> tuple:
    rows = []
    for value in range(16):
        for _bit in range(4):
            value = value >> 1 ^ (polynomial if value & 1 else 0)
        rows.append(value)
    return tuple(rows)


_MODBUS, _CCITT = _table(0xA001), _table(0x8408)
