"""ISBNs in one form: thirteen digits, whatever was printed or typed.  Pure."""

import re

_SHAPE = re.compile(r"(97[89]\d{10}|\d{9}[\dX])(?![\dX])")


def normal(text: str) -> str:
    """Return an ISBN of ten or thirteen as thirteen digits; "" when it is none or its sum is wrong.

    What follows the number, a price or a binding, is ignored.
    """
    found = _SHAPE.match(re.sub(r"[\s-]", "", text.upper()))
    if not found:
        return ""
    digits = found[1]
    if len(digits) == 13:
        return digits if _check13(digits[:12]) == digits[12] else ""
    return "978" + digits[:9] + _check13("978" + digits[:9]) if _sound10(digits) else ""


def _check13(digits: str) -> str:
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return str(-total % 10)


def _sound10(digits: str) -> bool:
    values = [10 if digit == "X" else int(digit) for digit in digits]
    return (
        sum(value * weight for value, weight in zip(values, range(10, 0, -1), strict=True)) % 11
        == 0
    )
