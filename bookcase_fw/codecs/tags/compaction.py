"""How texts are packed on tags: the seven schemes of ISO 28560-2, table of its section 10.

    scheme 1, integer    2 to 19 digits, the first not 0: one binary number, high byte first
    scheme 2, numeric    2 and more digits: four bits each, F fills up
    scheme 3, 5 bits     3 and more of A..Z[\\]^_: low five bits each, 0 fills up
    scheme 4, 6 bits     4 and more of space.._, no space at the end: low six bits, 100000 fills up
    scheme 5, 7 bits     8 and more of 00..7E: seven bits each, 1 fills up
    scheme 6, octets     the bytes as they are
    scheme 7, UTF-8      the text as it is

Scheme 0 is the application's own.  Decoders never raise: what cannot be is None.
"""

import binascii

INTEGER, NUMERIC, BITS5, BITS6, BITS7, OCTETS, UTF8 = SCHEMES = (1, 2, 3, 4, 5, 6, 7)
INTEGER_DIGITS_MAX = 19


def pack(text: str) -> tuple:
    """Return (scheme, bytes): the first scheme of the table that can hold a text."""
    data = text.encode()
    digits = bool(data) and all(48 <= byte <= 57 for byte in data)
    if digits and 2 <= len(data) <= INTEGER_DIGITS_MAX and text[0] != "0":
        return INTEGER, whole(int(text))
    if digits and len(data) >= 2:
        return NUMERIC, binascii.unhexlify(text + "f" * (len(text) % 2))
    low, high = (min(data), max(data)) if data else (0, 255)
    if len(data) >= 3 and low > 0x40 and high <= 0x5F:
        return BITS5, packed(data, 5, b"\x00")
    if len(data) >= 4 and low >= 0x20 and high <= 0x5F and data[-1] != 0x20:
        return BITS6, packed(data, 6, b"\x80")
    if len(data) >= 8 and high < 0x7F:
        return BITS7, packed(data, 7, b"\xff")
    return (OCTETS if high < 0x7F else UTF8), data


def unpack(scheme: int, data: bytes) -> str | None:
    """Return a text of a scheme of the table above, or None when the bytes make none."""
    if scheme == INTEGER:
        return str(int.from_bytes(data, "big"))
    if scheme == NUMERIC:
        return _numeric(data)
    if scheme == BITS5:
        found = [bits | 0x40 for bits in unpacked(data, 5) if bits]
    elif scheme == BITS6:
        found = [bits | (0 if bits & 0x20 else 0x40) for bits in _filled(data, 6, 0x20)]
    elif scheme == BITS7:
        found = _filled(data, 7, 0x7F)
    else:
        return text(data)
    return text(bytes(found))


def text(data: bytes) -> str | None:
    """Return printable UTF-8 as text, or None."""
    try:
        found = data.decode()
    except UnicodeError:
        return None
    return None if any(ord(one) < 0x20 or ord(one) == 0x7F for one in found) else found


def whole(value: int) -> bytes:
    """Return a number's bytes, high byte first, without leading noughts; at least one."""
    size = 1
    while value >> 8 * size:
        size += 1
    return value.to_bytes(size, "big")


def packed(values, width: int, fill: bytes) -> bytes:
    """Return the low bits of each value one after the other, filled up with the bits of `fill`."""
    joined, size = 0, 0
    for value in values:
        joined, size = joined << width | value & (1 << width) - 1, size + width
    rest = -size % 8
    joined = joined << rest | fill[0] >> 8 - rest
    return joined.to_bytes((size + rest) // 8, "big")


def unpacked(data: bytes, width: int) -> list:
    """Return as many values of so many bits as there are whole ones."""
    joined, left, values = 0, 0, []
    for byte in data:
        joined, left = (joined << 8 | byte) & 0xFFFF, left + 8
        while left >= width:
            left -= width
            values.append(joined >> left & (1 << width) - 1)
    return values


def _filled(data: bytes, width: int, fill: int) -> list:
    """Return values without a last one that only fills up the last byte."""
    values = unpacked(data, width)
    return (
        values[:-1]
        if values and values[-1] == fill and len(values) * width == len(data) * 8
        else values
    )


def _numeric(data: bytes) -> str | None:
    digits = binascii.hexlify(data).decode()
    if digits[-1:] == "f":
        digits = digits[:-1]
    return digits if all(one in "0123456789" for one in digits) else None
