"""Signed HTTP bodies: an HMAC over the time and the body, the same for callbacks and webhooks.

X-Time-Ms: 1795000000000
X-Signature: hexadecimal HMAC-SHA256 of the time's digits, a newline, and the body
"""

import hmac
from collections.abc import Mapping

TIME, SIGNATURE = "X-Time-Ms", "X-Signature"
AGE_MAX_MS = 300_000  # A signature lives five minutes: what is older was kept back by somebody.


class SealError(Exception):
    """The signature does not fit, or is too old or too new.  Nothing of the body is believed."""


def headers(key: bytes, body: bytes, now_ms: int) -> dict[str, str]:
    """Return the headers that vouch for a body."""
    return {TIME: str(now_ms), SIGNATURE: _mac(key, str(now_ms), body)}


def check(key: bytes, said: Mapping[str, str], body: bytes, now_ms: int) -> None:
    """Raise SealError unless the headers vouch for this body now."""
    time, signature = said.get(TIME, ""), said.get(SIGNATURE, "")
    if not hmac.compare_digest(_mac(key, time, body).encode(), signature.encode()):
        raise SealError("the signature does not fit")
    if not time.isdecimal() or abs(int(time) - now_ms) > AGE_MAX_MS:
        raise SealError("the signature's time is more than five minutes off")


def _mac(key: bytes, time: str, body: bytes) -> str:
    return hmac.digest(key, time.encode() + b"\n" + body, "sha256").hex()
