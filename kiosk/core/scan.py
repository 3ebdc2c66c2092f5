"""What a scanned text is: a reader's card, a book's barcode, or neither.  Pure."""

import re

from bookcase_fw import sign
from kiosk.core.events import Barcode, Card, OtherCode

_CARD = re.compile(r"SG\d{8}")
_BOOK = re.compile(r"MH\d{8}")


def event(text: str, district_key: bytes) -> Card | Barcode | OtherCode:
    """Return the event of a scanned text; a card's number goes no further than this function."""
    text = text.strip()
    if _CARD.fullmatch(text):
        return Card(sign.pseudonym(district_key, text))
    if _BOOK.fullmatch(text):
        return Barcode(text)
    return OtherCode()
