"""A library's ISIL as ISO 28560-2 packs it, and how two ISILs are compared.

Three sets of characters; a latch goes over to another set, a shift takes one character from it:

    set      bits  characters              latch                        shift
    upper    5     - A..Z : as 0, 1, 27    11100 lower, 11110 digit     11101 lower, 11111 digit
    lower    5     - a..z / as 0, 1, 27    11100 upper, 11110 digit     11101 upper, 11111 digit
    digit    4     0..9 - : as 0, 10, 11   1100 upper, 1110 lower       1101 upper, 1111 lower

It begins in the upper set; ones fill the last byte up.
"""

UPPER, LOWER, DIGIT = 0, 1, 2
SETS = (
    # bits  characters                      codes of: (latch, shift) to upper, lower, digit
    (5, "-ABCDEFGHIJKLMNOPQRSTUVWXYZ:", ((-1, -1), (28, 29), (30, 31))),
    (5, "-abcdefghijklmnopqrstuvwxyz/", ((28, 29), (-1, -1), (30, 31))),
    (4, "0123456789-:", ((12, 13), (14, 15), (-1, -1))),
)


def pack(isil: str) -> bytes:
    """Return an ISIL's bytes; raises ValueError for a character that no ISIL has."""
    bits, now = "", UPPER
    for place, one in enumerate(isil):
        if one not in SETS[now][1]:
            there = [number for number, row in enumerate(SETS) if one in row[1]]
            if not there:
                raise ValueError("no ISIL: %s" % isil)
            latch, shift = SETS[now][2][there[0]]
            ahead = isil[place + 1 : place + 2]
            if ahead in SETS[now][1]:
                bits += _bits(shift, now) + _bits(SETS[there[0]][1].index(one), there[0])
                continue
            bits += _bits(latch, now)
            now = there[0]
        bits += _bits(SETS[now][1].index(one), now)
    bits += "1" * (-len(bits) % 8)
    return bytes([int(bits[place : place + 8], 2) for place in range(0, len(bits), 8)])


def unpack(data: bytes) -> str | None:
    """Return an ISIL, or None when the bits make none."""
    bits = "".join([_binary(byte, 8) for byte in data])
    found, now, back, place = "", UPPER, None, 0
    while True:
        width, characters, moves = SETS[now]
        if place + width > len(bits):
            return found
        code, place = int(bits[place : place + width], 2), place + width
        moved = [n for n, codes in enumerate(moves) if code in codes]
        if moved:
            back = now if code == moves[moved[0]][1] else None
            now = moved[0]
        elif code >= len(characters):
            return None
        else:
            found += characters[code]
            if back is not None:
                now, back = back, None


def same(one: str, other: str) -> bool:
    """Say whether two ISILs name one library: some tags drop the first hyphen, some all case."""
    return _bare(one) == _bare(other)


def _bare(isil: str) -> str:
    return isil.replace("-", "").upper()


def _bits(code: int, number: int) -> str:
    return _binary(code, SETS[number][0])


def _binary(value: int, width: int) -> str:
    return "".join(["1" if value >> place & 1 else "0" for place in range(width - 1, -1, -1)])
