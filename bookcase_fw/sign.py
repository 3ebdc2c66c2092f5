"""Keyed hashes: signatures of what a device is told, pseudonyms of readers, passwords.  Pure.

HMAC-SHA256 as in RFC 2104, checked against the vectors of RFC 4231; there is no other cryptography.

A signed payload is a JSON object that holds the signed bytes as they are:

    {"d":<body>,"mac":"<64 hexadecimal digits>"}

The signature is over topic, session id, nonce and body, so that a message can neither be moved to
another device nor be replayed in another connection.  The nonce is the hello's for `ack`, the ask's
id for `answer`, the order's id for `order`; `want` is level-triggered and carries neither session
nor nonce.
"""

import binascii
import hashlib

BLOCK_SIZE = 64
READER_SIZE = 12  # Bytes of a reader's pseudonym.
_START, _MIDDLE, _END = b'{"d":', b',"mac":"', b'"}'
_TAIL_SIZE = len(_MIDDLE) + 64 + len(_END)


def hmac(key: bytes, data: bytes) -> bytes:
    """Return the 32 bytes of HMAC-SHA256."""
    return keyed(key)(data)


def keyed(key: bytes):
    """Return the function of data that is HMAC-SHA256 under a key, for who needs it often."""
    if len(key) > BLOCK_SIZE:
        key = hashlib.sha256(key).digest()
    inner_block, outer_block = _padded(key, 0x36), _padded(key, 0x5C)

    def mac(data: bytes) -> bytes:
        inner = hashlib.sha256(inner_block)
        inner.update(data)
        outer = hashlib.sha256(outer_block)
        outer.update(inner.digest())
        return outer.digest()

    return mac


def hexadecimal(data: bytes) -> str:
    return binascii.hexlify(data).decode()


def pseudonym(district_key: bytes, card: str) -> str:
    """Return the name under which a card is known outside the ledger: 24 hexadecimal digits.

    Whoever steals the district key can try all cards: it hides a card from a reader of logs and
    topics, not from a thief of the key.
    """
    return hexadecimal(hmac(district_key, card.encode())[:READER_SIZE])


def password(key: bytes) -> str:
    """Return the device's MQTT password, derived from its key."""
    return hexadecimal(hmac(key, b"mqtt"))


def seal(key: bytes, topic: str, session: str, nonce: str, body: bytes) -> bytes:
    """Return the signed payload of a body."""
    mac = hmac(key, _signed(topic, session, nonce, body))
    return _START + body + _MIDDLE + binascii.hexlify(mac) + _END


def opened(payload: bytes) -> tuple:
    """Return (body, signature), or (None, b"") when the payload is no envelope."""
    middle = len(payload) - _TAIL_SIZE
    if middle < len(_START) or payload[: len(_START)] != _START:
        return None, b""
    tail = payload[middle:]
    if tail[: len(_MIDDLE)] != _MIDDLE or tail[-len(_END) :] != _END:
        return None, b""
    return payload[len(_START) : middle], tail[len(_MIDDLE) : -len(_END)]


def genuine(key: bytes, topic: str, session: str, nonce: str, body: bytes, mac: bytes) -> bool:
    """Say whether the signature fits."""
    return same(mac, binascii.hexlify(hmac(key, _signed(topic, session, nonce, body))))


def same(a: bytes, b: bytes) -> bool:
    """Say whether two texts are equal; every byte is compared, so that time tells nothing."""
    if len(a) != len(b):
        return False
    difference = 0
    for one, other in zip(a, b):
        difference |= one ^ other
    return difference == 0


def _padded(key: bytes, pad: int) -> bytearray:
    """Return the key as a block, each byte turned by a pad; one small piece of heap is enough."""
    block = bytearray(BLOCK_SIZE)
    block[: len(key)] = key
    for place in range(BLOCK_SIZE):
        block[place] ^= pad
    return block


def _signed(topic: str, session: str, nonce: str, body: bytes) -> bytes:
    return ("%s\n%s\n%s\n" % (topic, session, nonce)).encode() + body
