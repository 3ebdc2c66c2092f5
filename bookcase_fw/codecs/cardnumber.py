"""From a card's UID to the number that another reader types: which bytes, in which order and base.

Libraries enrolled their cards with some desk reader, and its model decided what is in the register.
A new reader must give the same text, so the format is a setting by that model.  A UID of another
size than the format's has no number here: half a UID could be somebody else's.
"""

HIGH, LOW = "first byte is highest", "first byte is lowest"
FORMATS = (
    # name          order  bytes  base  digits   who types so
    ("hex",         HIGH,  0,     16,   0),    # a UID of any size, as the reader sent it
    ("hex_low",     LOW,   0,     16,   0),
    ("hex8",        HIGH,  4,     16,   8),    # PC/SC readers of cards with four bytes
    ("hex8_low",    LOW,   4,     16,   8),
    ("dec10",       HIGH,  4,     10,   10),   # keyboard readers, "10 digits, forward"
    ("dec10_low",   LOW,   4,     10,   10),   # keyboard readers, "10 digits, reversed"
    ("dec",         HIGH,  4,     10,   0),    # the same without leading noughts
    ("dec_low",     LOW,   4,     10,   0),
    ("hex14",       HIGH,  7,     16,   14),   # NTAG and Ultralight
    ("dec17",       HIGH,  7,     10,   17),
)  # fmt: skip
RANDOM = 0x08  # A UID of four bytes that begins so is new at each reading (ISO/IEC 14443-3).


def number(uid: bytes, name: str) -> str:
    """Return a card's number in a format; empty when its UID has another size or is random."""
    if is_random(uid):
        return ""
    for word, order, size, base, digits in FORMATS:
        if word == name:
            if not uid or size not in (0, len(uid)):
                return ""
            value = int.from_bytes(uid, "big" if order == HIGH else "little")
            width = digits or (len(uid) * 2 if base == 16 else 0)
            return _text(value, base, width)
    raise ValueError("no such card number format: %s" % name)


def is_random(uid: bytes) -> bool:
    """Say whether a UID is made up for each reading, as phones and some cards do."""
    return len(uid) == 4 and uid[0] == RANDOM


def _text(value: int, base: int, width: int) -> str:
    text = "%X" % value if base == 16 else str(value)
    return "0" * (width - len(text)) + text
