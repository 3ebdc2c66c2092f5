"""What sign.py and record.py say, on OpenSSL's HMAC: the same bytes in a tenth of the time."""

import hmac

from bookcase_fw.record import CHAIN_SIZE


def chain(key: bytes, data: bytes) -> str:
    """Return a record's chain value, as record.chain does."""
    return hmac.digest(key, data, "sha256")[:CHAIN_SIZE].hex()


def seal(key: bytes, topic: str, *, session: str, nonce: str, body: bytes) -> bytes:
    """Return the signed payload of a body, as sign.seal does."""
    signed = f"{topic}\n{session}\n{nonce}\n".encode() + body
    mac = hmac.digest(key, signed, "sha256").hex().encode()
    return b'{"d":' + body + b',"mac":"' + mac + b'"}'
