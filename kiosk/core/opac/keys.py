"""The keys on the screen, and the letters of the keypad's digits.  Pure.

Pinyin, its initials and digits find what Chinese readers look for; nobody needs a keyboard.  On
the keypad a digit has the letters of a telephone: pressed again it is the next one, and 1 says
that the letter is right, so that the same digit can begin another.  No time runs meanwhile.
"""

ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
SPACE, ERASE = "space", "erase"  # At the end of the last row.
TEXT_MAX = 24  # Characters of what is looked for.

WORDS = tuple(f"key.{key}" for row in ROWS for key in row) + (f"key.{SPACE}", f"key.{ERASE}")

LETTERS = {
    "2": "abc2", "3": "def3", "4": "ghi4", "5": "jkl5",
    "6": "mno6", "7": "pqrs7", "8": "tuv8", "9": "wxyz9",
}  # fmt: skip
SETTLE, GO = "1", "go"


def typed(text: str, key: str) -> str:
    """Return a text after a key of the screen; at its end nothing more is taken."""
    if key == ERASE:
        return text[:-1]
    if key == SPACE:
        return text if not text or text.endswith(" ") else (text + " ")[:TEXT_MAX]
    return (text + key)[:TEXT_MAX]


def tapped(text: str, before: str, digit: str) -> str:
    """Return a text after a digit of the keypad; `before` is the digit that may still change."""
    letters = LETTERS[digit]
    if digit != before or not text:
        return (text + letters[0])[:TEXT_MAX]
    last = letters.index(text[-1])
    return text[:-1] + letters[(last + 1) % len(letters)]
