"""RSA signatures with SHA-256 as in RFC 8017 (RSASSA-PKCS1-v1_5): verified here, never made.

The one block that a right signature holds is made here and compared whole: nothing of the padding
is read, so no way of padding otherwise is ever taken for right.
"""

SIZE = 384  # Bytes of modulus and signature: 3072 bits.
EXPONENT = 65537
_SHA256 = b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"


def genuine(modulus: bytes, digest: bytes, signature: bytes) -> bool:
    """Say whether the key with this modulus signed the text that has this SHA-256."""
    if len(modulus) != SIZE or len(signature) != SIZE:
        return False
    n, signed = int.from_bytes(modulus, "big"), int.from_bytes(signature, "big")
    if signed >= n:
        return False
    return pow(signed, EXPONENT, n).to_bytes(SIZE, "big") == _block(digest)


def _block(digest: bytes) -> bytes:
    tail = _SHA256 + digest
    return b"\x00\x01" + b"\xff" * (SIZE - 3 - len(tail)) + b"\x00" + tail
