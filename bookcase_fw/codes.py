"""What a phone shows to a scanner: tokens for one machine, and codes that live by the clock.  Pure.

    card   SG | number 8                                               a reader's card
    token  SGT | nonce 16 | reader 24 | left 2 | signature 32          one picture of one machine
    code   SGQ | made_s 8 | reader 24 | nonce 8 | signature 32         any machine, LIFE_MS long

Numbers of cards and `left` are decimal, all else is hexadecimal.  A token is signed with the
machine's own key over its name and the nonce that its screen shows, so that it needs no clock and
counts nowhere else; `left` is what the service let this reader take when it made the token.  A code
is signed with a key of the reader's own, made from the district's: a phone that has it makes codes
by itself.  Whoever steals the district key can make all codes.
"""

from collections import namedtuple

from bookcase_fw import sign

CARD_START, CARD_SIZE = "SG", 10
TOKEN_START, CODE_START = "SGT", "SGQ"
NONCE_SIZE, CODE_NONCE_SIZE = 16, 8  # Hexadecimal digits.
READER_SIZE, SIGNATURE_SIZE = 24, 32
LIFE_MS = 60000
AHEAD_MS = 10000  # So much may a phone's clock be ahead of the machine's.
LEFT_MAX = 99
_TOKEN_SIZE = len(TOKEN_START) + NONCE_SIZE + READER_SIZE + 2 + SIGNATURE_SIZE
_CODE_SIZE = len(CODE_START) + 8 + READER_SIZE + CODE_NONCE_SIZE + SIGNATURE_SIZE

Token = namedtuple("Token", ("nonce", "reader", "left"))
Code = namedtuple("Code", ("made_ms", "reader", "nonce"))


def is_card(text: str) -> bool:
    """Say whether a scanned text is a card's number: SG and eight digits."""
    return len(text) == CARD_SIZE and text.startswith(CARD_START) and text[2:].isdigit()


def token(key: bytes, device: str, nonce: str, reader: str, left: int) -> str:
    """Return the token that lets a reader in where this nonce is shown; key: the machine's."""
    body = "%s%s%s%02d" % (TOKEN_START, nonce, reader, min(left, LEFT_MAX))
    return body + _signature(key, device + " " + body)


def read_token(key: bytes, device: str, text: str) -> "Token | None":
    """Return what a token says, or None when it was not made for this machine."""
    body, signature = text[:-SIGNATURE_SIZE], text[-SIGNATURE_SIZE:]
    if not text.startswith(TOKEN_START) or len(text) != _TOKEN_SIZE or not body[-2:].isdigit():
        return None
    if not _same(signature, _signature(key, device + " " + body)):
        return None
    nonce_end = len(TOKEN_START) + NONCE_SIZE
    return Token(body[len(TOKEN_START) : nonce_end], body[nonce_end:-2], int(body[-2:]))


def reader_key(district_key: bytes, reader: str) -> bytes:
    """Return the key with which a reader's phone makes codes."""
    return sign.hmac(district_key, b"code " + reader.encode())


def code(key: bytes, reader: str, made_ms: int, nonce: str) -> str:
    """Return a code made at a time by a reader's key; no nonce is used twice."""
    body = "%s%08x%s%s" % (CODE_START, made_ms // 1000, reader, nonce)
    return body + _signature(key, body)


def read_code(district_key: bytes, text: str) -> "Code | None":
    """Return what a code says, or None when no reader's phone made it."""
    body, signature = text[:-SIGNATURE_SIZE], text[-SIGNATURE_SIZE:]
    if not text.startswith(CODE_START) or len(text) != _CODE_SIZE:
        return None
    made_end = len(CODE_START) + 8
    made, rest = body[len(CODE_START) : made_end], body[made_end:]
    reader, nonce = rest[:READER_SIZE], rest[READER_SIZE:]
    if not _same(signature, _signature(reader_key(district_key, reader), body)):
        return None
    return Code(int(made, 16) * 1000, reader, nonce)


def _signature(key: bytes, text: str) -> str:
    return sign.hexadecimal(sign.hmac(key, text.encode()))[:SIGNATURE_SIZE]


def _same(a: str, b: str) -> bool:
    return sign.same(a.encode(), b.encode())
