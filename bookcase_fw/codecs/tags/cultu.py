"""UHF tags of Chinese university libraries (CULTU, fourth edition): EPC bank and user bank.

    EPC     lent, 0 0, bin (5 bits) | form (2 bits), version (6) | contents (2) | number
    user    oid (6 bits), size (10 bits) | data; and so on, until an oid of 0

Form 0 packs a number of 1 to 14 characters into up to 8 bytes, form 1 into up to 12, form 2 not at
all; below 8 (12) characters a size and the characters stand there as they are.  In words of four
bytes, low byte first, with six bits for each character counted from "0":

    form 0   fourth digit's low 2 bits, characters 1-3, last character (8), size (4)
             digits from the fifth on as a number (30), the fourth's high 2 bits
    form 1   characters from 11 on, last character (8), size (4) | characters 6-10 | 1-5

Owners are five digits (JY/T 1001); a first 9 stands as 6.  Decoding never raises.
"""

from collections import namedtuple

from bookcase_fw.codecs.tags import compaction

SIZE_MAX = 14
OWNER, SET, USAGE = 3, 4, 5
FAULTS = ("cut", "form", "text")

# Lent: the security bit.  Bin: where a sorter puts it.
Epc = namedtuple("Epc", ("number", "lent", "bin", "form", "version"))


def encode(epc: Epc, contents: int = 0) -> bytes:
    """Return the EPC without its protocol control word; contents are bits of oids in the user bank.

    Raises ValueError for a number that no form can hold.
    """
    head = bytes((epc.lent << 7 | epc.bin, epc.form << 6 | epc.version - 1))
    number = (_pack_0, _pack_1, lambda text: text.encode())[epc.form](epc.number)
    data = head + contents.to_bytes(2, "big") + number
    return data + bytes(len(data) % 2)


def decode(data: bytes) -> tuple:
    """Return (Epc, fault): fault is a word of FAULTS, empty when all is well."""
    if len(data) < 6:
        return None, "cut"
    form, rest = data[1] >> 6, data[4:]
    if form == 3:
        return None, "form"
    if form == 2:
        end = rest.find(b"\x00")
        number = compaction.text(rest if end < 0 else rest[:end])
    else:
        number = _unpack(rest, form)
    if not number:
        return None, "text"
    return Epc(number, bool(data[0] & 0x80), data[0] & 31, form, (data[1] & 63) + 1), ""


def decode_user(data: bytes) -> tuple:
    """Return ([(oid, data)], fault) of the user bank."""
    found, place = [], 0
    while place + 2 <= len(data) and data[place]:
        oid, size = data[place] >> 2, (data[place] & 3) << 8 | data[place + 1]
        place += 2 + size
        if place > len(data):
            return found, "cut"
        found.append((oid, data[place - size : place]))
    return found, ""


def owner(data: bytes) -> str:
    """Return the owner's five digits; empty when they are not two bytes."""
    if len(data) != 2:
        return ""
    digits = "%05d" % int.from_bytes(data, "big")
    return "9" + digits[1:] if digits[0] == "6" else digits


def _pack_0(text: str) -> bytes:
    _check(text, 8, text[:3], text[3:-1])
    if len(text) < 8:
        return _plain(text)
    fourth = int(text[3])
    low = fourth & 3
    for one in text[:3]:
        low = low << 6 | ord(one) - 0x30
    low = (low << 8 | ord(text[-1])) << 4 | len(text)
    high = int(text[4:-1]) << 2 | fourth >> 2
    return low.to_bytes(4, "little") + high.to_bytes(4, "little")


def _pack_1(text: str) -> bytes:
    _check(text, 12, text[:-1], "")
    if len(text) < 12:
        return _plain(text)
    words = []
    for part in (text[10:-1], text[5:10], text[:5]):
        value = 0
        for one in part:
            value = value << 6 | ord(one) - 0x30
        words.append(value)
    words[0] = (words[0] << 8 | ord(text[-1])) << 4 | len(text)
    return b"".join([value.to_bytes(4, "little") for value in words])


def _check(text: str, packs_from: int, letters: str, digits: str):
    """Raise ValueError for a text that a form cannot hold."""
    wrong = not 1 <= len(text) <= SIZE_MAX or any(ord(one) > 0x7E for one in text)
    if len(text) >= packs_from:
        wrong |= any(not ("0" <= one <= "9" or "A" <= one <= "Z") for one in letters)
        wrong |= any(not "0" <= one <= "9" for one in digits)
    if wrong:
        raise ValueError("this form does not hold %r" % text)


def _plain(text: str) -> bytes:
    return bytes((len(text),)) + text.encode()


def _unpack(data: bytes, form: int) -> str | None:
    size = data[0] & 15
    packed_from, length = ((8, 8), (12, 12))[form]
    if not 1 <= size <= SIZE_MAX:
        return None
    if size < packed_from:
        return compaction.text(data[1 : 1 + size]) if len(data) > size else None
    if len(data) < length:
        return None
    words = [int.from_bytes(data[at : at + 4], "little") for at in range(0, length, 4)]
    last = compaction.text(bytes((words[0] >> 4 & 0xFF,)))
    if last is None:
        return None
    if form == 1:
        front = _six(words[2], 5) + _six(words[1], 5) + _six(words[0] >> 12, size - 11)
    else:
        fourth = words[0] >> 30 | (words[1] & 3) << 2
        number = str(words[1] >> 2)
        front = _six(words[0] >> 12, 3) + str(fourth) + "0" * (size - 5 - len(number)) + number
    return front + last if len(front) == size - 1 and _is_plain(front) else None


def _six(value: int, count: int) -> str:
    return "".join([chr((value >> 6 * place & 63) + 0x30) for place in range(count - 1, -1, -1)])


def _is_plain(text: str) -> bool:
    return all("0" <= one <= "9" or "A" <= one <= "Z" for one in text)
