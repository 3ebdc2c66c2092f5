"""ISO 28560-2 and GB/T 35660.2: the elements in an HF tag's memory, and a UHF tag's user bank.

    element     precursor | oid - 15 | fill | size | data | as many noughts as fill says

    precursor   bit 7: fill is there | bits 6-4: scheme (compaction.py) | bits 3-0: oid
                oid 15: the byte with the rest is there

The primary number (oid 1) is first, then the content parameter (2): which others there are, oid 3
in the highest bit of its first byte.  A precursor of 0 ends the list, one of 80 is skipped.
Elements that are locked fill whole blocks.  Decoding never raises: it returns what was understood
before the fault, and a word for the fault.
"""

from collections import namedtuple

from bookcase_fw.codecs.tags import compaction, isil

OIDS = (
    # name        oid  what it is
    ("number",    1),  # primary item identifier: the barcode
    ("content",   2),  # oids from 3 on that follow; made here
    ("owner",     3),  # ISIL
    ("set",       4),  # parts and part, half of the digits each
    ("usage",     5),  # two hexadecimal digits: see USAGES of model.py
    ("shelf",     6),
    ("onix",      7),
    ("marc",      8),
    ("supplier",  9),
    ("order",    10),
    ("borrower", 11),  # ISIL of the library that borrows from another
    ("loan",     12),  # number of that loan
    ("gs1",      13),
    ("unique",   14),
    ("local_a",  15),
    ("local_b",  16),
    ("title",    17),
    ("product",  18),
    ("media",    19),
    ("stage",    20),
    ("invoice",  21),
    ("other_number", 22),
    ("other_owner", 23),
    ("branch",   24),  # a subsidiary of the owner
    ("other_borrower", 25),
    ("local_c",  26),
)  # fmt: skip
NUMBER, CONTENT, OWNER, USAGE, BORROWER, TITLE = 1, 2, 3, 5, 11, 17
OID_MAX = 31  # What a content parameter of four bytes can name.
FILL = 0x80
FAULTS = (
    "blank",  # nothing is written
    "order",  # it does not begin with the primary number
    "cut",  # an element goes beyond the memory
    "packing",  # an element cannot be unpacked
    "oid",  # an element that the standard does not know
    "twice",  # an element that was there already
)

Element = namedtuple("Element", ("oid", "text", "locked"))


def encode(elements: list, block_size: int = 4) -> bytes:
    """Return the memory that holds elements, whole blocks where something is locked.

    Elements are given without a content parameter; the primary number is written first, then those
    that are not locked by oid, then the locked ones.  Raises ValueError for what no tag can hold.
    """
    number = [one for one in elements if one[0] == NUMBER]
    others = sorted([one for one in elements if one[0] != NUMBER])
    if len(number) != 1 or not number[0][1]:
        raise ValueError("a tag has one primary number")
    free = [one for one in others if not one[2]]
    locked = [one for one in others if one[2]]
    content = [(CONTENT, _content(others), False)] if others else []
    if number[0][2]:
        areas = [number, content + free, locked]
    else:
        areas = [number + content + free, locked]
    memory = b""
    for place, area in enumerate(areas):
        fills = any(one[2] for one in area) or any(one[2] for one in sum(areas[place + 1 :], []))
        memory += _area(area, block_size if fills else 1)
    return memory


def decode(memory: bytes) -> tuple:
    """Return (elements, fault): fault is a word of FAULTS, empty when all is well.

    Whether an element is locked cannot be seen in the memory, so none is said to be.
    """
    if not any(memory):
        return [], "blank"
    found, place = [], 0
    while place < len(memory) and memory[place]:
        if memory[place] == FILL:
            place += 1
            continue
        element, place, fault = _element(memory, place)
        if not fault and element[0] in [one[0] for one in found]:
            fault = "twice"
        if not fault and not found and element[0] != NUMBER:
            fault = "order"
        if fault:
            return found, fault
        found.append(element)
    return (found, "") if found else ([], "order")


def decode_user(memory: bytes) -> tuple:
    """Return (elements, fault) of elements without a primary number, as a UHF tag's user bank."""
    number = b"\x11\x01\x00"  # Any number: its own is in another bank.
    elements, fault = decode(number + memory)
    return elements[1:], "blank" if not any(memory) else fault


def _content(others: list) -> str:
    """Return the content parameter for elements, in hexadecimal digits."""
    size = (max([one[0] for one in others]) - 3) // 8 + 1
    bits = bytearray(size)
    for one in others:
        if not OWNER <= one[0] <= OID_MAX:
            raise ValueError("no element %d" % one[0])
        bits[(one[0] - 3) // 8] |= 0x80 >> (one[0] - 3) % 8
    return "".join(["%02X" % byte for byte in bits])


def _area(area: list, block_size: int) -> bytes:
    """Return elements, the last of them filled up to a whole block."""
    parts = [_packed(one[0], one[1]) for one in area]
    rest = -sum([len(precursor) + len(data) for precursor, data in parts]) % block_size
    if rest and parts:
        head, data = parts[-1]
        head = bytes((head[0] | FILL,)) + head[1:-1] + bytes((rest - 1,)) + head[-1:]
        parts[-1] = (head, data + bytes(rest - 1))
    return b"".join([head + data for head, data in parts])


def _packed(oid: int, text: str) -> tuple:
    """Return (head, data) of an element that is not filled up."""
    if oid in (OWNER, BORROWER):
        scheme, data = 0, isil.pack(text)
    elif oid in (CONTENT, USAGE):
        scheme, data = 0, bytes([int(text[at : at + 2], 16) for at in range(0, len(text), 2)])
    elif oid == TITLE:
        scheme, data = compaction.UTF8, text.encode()
    else:
        scheme, data = compaction.pack(text)
    if len(data) > 127 or not data:
        raise ValueError("element %d has %d bytes" % (oid, len(data)))
    extra = bytes((oid - 15,)) if oid >= 15 else b""
    return bytes((scheme << 4 | min(oid, 15),)) + extra + bytes((len(data),)), data


def _element(memory: bytes, place: int) -> tuple:
    """Return (element, place behind it, fault)."""
    precursor, at = memory[place], place + 1
    head = memory[at : at + 3] + b"\x00\x00\x00"
    oid, skip, fill = precursor & 15, 0, 0
    if oid == 15:
        oid, skip = 15 + head[0], 1
    if precursor & FILL:
        fill, skip = head[skip], skip + 1
    size = head[skip]
    at += skip + 1
    end = at + size + fill
    if at > len(memory) or end > len(memory):
        return None, 0, "cut"
    if oid == 0 or oid > OID_MAX:
        return None, 0, "oid"
    text = _text(oid, precursor >> 4 & 7, memory[at : at + size])
    return Element(oid, text, False), end, "" if text is not None else "packing"


def _text(oid: int, scheme: int, data: bytes) -> str | None:
    if scheme == 0 and oid in (OWNER, BORROWER):
        return isil.unpack(data)
    if scheme and not (scheme == compaction.OCTETS and oid in (CONTENT, USAGE)):
        found = compaction.unpack(scheme, data)
        if found is not None or scheme != compaction.OCTETS:
            return found
    return "".join(["%02X" % byte for byte in data])
