"""The words of doors among the choices: `door.3` is the third."""

_START = "door."


def word(number: int) -> str:
    return f"{_START}{number}"


def number(word: str) -> int:
    """Return the number of the door that a word means; 0 when it means none."""
    return int(word.removeprefix(_START)) if word.startswith(_START) else 0
