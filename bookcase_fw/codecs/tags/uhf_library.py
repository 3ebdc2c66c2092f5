"""UHF tags of ISO/TS 28560-4, GB/T 35660.3: a number in the EPC bank, elements in the user bank.

    EPC bank    crc (2) | protocol control (2): length, user bank, extension, ISO, AFI | UII
    UII         words of three characters, see below; the owner's ISIL, a dot, the number …
    user bank   06 | elements as in iso28560_2.py, without a number

A UII is text: three characters of the table below make one word, 1600 first + 40 second + third
+ 1; FB begins a long number, FC a byte, FD and FE a character of two or three bytes of UTF-8.
Decoding never raises: it returns None for what cannot be.
"""

from collections import namedtuple

from bookcase_fw.codecs.tags import compaction

# 0 fills up; the others are numbered from 1.
CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ-.:0123456789"
DIGITS_MIN, DIGITS_MAX = 9, 24  # Of a long number.
LONG, ONE, TWO, THREE = 0xFB, 0xFC, 0xFD, 0xFE
IN_STOCK, ON_LOAN = 0x07, 0xC2
USER_FORM = 0x06

# Of the protocol control word: size of the UII in bytes; AFI only where is_iso.
Control = namedtuple("Control", ("size", "has_user", "is_iso", "afi"))


def encode(uii: str) -> bytes:
    """Return a UII's bytes, an even count; small letters and the like take more room."""
    data, place = b"", 0
    while place < len(uii):
        digits = _digits(uii, place)
        if digits >= DIGITS_MIN:
            data += _long(uii[place : place + digits])
            place += digits
            continue
        end = place
        while end < len(uii) and uii[end] in CHARACTERS and _digits(uii, end) < DIGITS_MIN:
            end += 1
        data += _words(uii[place:end]) if end > place else _single(uii[place])
        place = max(end, place + 1)
    return data + bytes(len(data) % 2)


def decode(data: bytes) -> str | None:
    """Return the UII in these bytes, or None when they make none."""
    found, place = "", 0
    while place < len(data):
        lead = data[place]
        if lead < LONG:
            part, used = _word(data[place : place + 2]), 2
        elif lead == LONG:
            part, used = _number(data[place:])
        elif lead in (ONE, TWO, THREE):
            used = 2 + lead - ONE
            part = compaction.text(data[place + 1 : place + used])
        else:
            return None
        if part is None or place + used > len(data) + (data[place:] == b"\x00"):
            return None
        found, place = found + part, place + used
    return found


def encode_bank(uii: str, afi: int) -> bytes:
    """Return the EPC bank from the protocol control word on, for a tag with a user bank."""
    data = encode(uii)
    return bytes((len(data) // 2 << 3 | 0b101, afi)) + data


def control(bank: bytes) -> Control | None:
    """Return the protocol control word at the start of these bytes."""
    if len(bank) < 2:
        return None
    return Control((bank[0] >> 3) * 2, bool(bank[0] & 4), bool(bank[0] & 1), bank[1])


def _digits(text: str, place: int) -> int:
    end = place
    while end < len(text) and text[end] in "0123456789" and end - place < DIGITS_MAX:
        end += 1
    return end - place


def _long(digits: str) -> bytes:
    data = compaction.whole(int(digits))
    data = bytes(max(0, 4 - len(data))) + data
    return bytes((LONG, len(digits) - DIGITS_MIN << 4 | len(data) - 4)) + data


def _words(text: str) -> bytes:
    codes = [CHARACTERS.index(one) + 1 for one in text] + [0, 0]
    data = b""
    for place in range(0, len(text), 3):
        first, second, third = codes[place : place + 3]
        data += (1600 * first + 40 * second + third + 1).to_bytes(2, "big")
    return data


def _single(character: str) -> bytes:
    data = character.encode()
    if len(data) > 3:
        raise ValueError("no tag holds %r" % character)
    return bytes((ONE + len(data) - 1,)) + data


def _word(data: bytes) -> str | None:
    if len(data) < 2 or data == b"\x00\x00":
        return None if any(data) else ""
    value = int.from_bytes(data, "big") - 1
    codes = (value // 1600, value // 40 % 40, value % 40)
    if codes[0] > len(CHARACTERS):
        return None
    return "".join([CHARACTERS[code - 1] for code in codes if code])


def _number(data: bytes) -> tuple:
    """Return (digits, bytes used) of a long number."""
    if len(data) < 2:
        return None, 2
    count, size = (data[1] >> 4) + DIGITS_MIN, (data[1] & 15) + 4
    digits = str(int.from_bytes(data[2 : 2 + size], "big"))
    if len(data) < 2 + size or len(digits) > count:
        return None, 2 + size
    return "0" * (count - len(digits)) + digits, 2 + size
