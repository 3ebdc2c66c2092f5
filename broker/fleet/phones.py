"""A reader's phone: staff invite it once, and it is trusted for a card until that card changes.

    invitation   card 10 | until, Unix seconds 8 | signature 32     a link, INVITED_MS long
    pass         card 10 | until, Unix seconds 8 | signature 32     kept by the phone, PASS_MS long

Times and signatures are hexadecimal.  Both are signed with a key of their own, made of the
district's, so nothing is stored, and nothing here survives a change of that key.  What a phone
shows to a machine: see bookcase_fw/codes.py.
"""

import re
import secrets
from collections.abc import Callable

from bookcase_fw import codes, sign

INVITED_MS = 600_000
PASS_MS = 400 * 86_400_000
CODE_S = 30  # After which a phone should show another code: half of its life.
NONCE = re.compile("[0-9a-f]{%d}" % codes.NONCE_SIZE)
SIGNED = re.compile(r"(SG[0-9]{8})([0-9a-f]{8})([0-9a-f]{32})")


class Phones:
    """`device_key` gives a machine's key, None for one that is not known.  Any thread may ask."""

    def __init__(
        self,
        district_key: bytes,
        *,
        device_key: Callable[[str], bytes | None],
        now_ms: Callable[[], int],
    ) -> None:
        self._district_key = district_key
        self._device_key = device_key
        self._now_ms = now_ms

    def invitation(self, card: str) -> str:
        """Return what makes a phone this reader's; whoever has it first in its time."""
        return self._signed("invitation", card, INVITED_MS)

    def accept(self, invitation: str) -> str:
        """Return the phone's pass; "" for an invitation that is too old or not ours."""
        card = self._card("invitation", invitation)
        return self._signed("pass", card, PASS_MS) if card else ""

    def card(self, kept: str) -> str:
        """Return the card for which a phone is trusted; "" when its pass is none."""
        return self._card("pass", kept)

    def token(self, card: str, device: str, nonce: str, left: int) -> str:
        """Return the token that opens a machine which shows a nonce; "" for an unknown machine."""
        key = self._device_key(device)
        if key is None or not NONCE.fullmatch(nonce):
            return ""
        return codes.token(key, device, nonce, self._reader(card), left)

    def code(self, card: str) -> str:
        """Return a code that opens any machine which knows the time."""
        reader = self._reader(card)
        key = codes.reader_key(self._district_key, reader)
        nonce = secrets.token_hex(codes.CODE_NONCE_SIZE // 2)
        return codes.code(key, reader, self._now_ms(), nonce)

    def _reader(self, card: str) -> str:
        return sign.pseudonym(self._district_key, card)

    def _signed(self, kind: str, card: str, life_ms: int) -> str:
        body = f"{card}{(self._now_ms() + life_ms) // 1000:08x}"
        return body + self._signature(kind, body)

    def _card(self, kind: str, text: str) -> str:
        found = SIGNED.fullmatch(text)
        if not found or int(found[2], 16) * 1000 < self._now_ms():
            return ""
        body = found[1] + found[2]
        return found[1] if secrets.compare_digest(found[3], self._signature(kind, body)) else ""

    def _signature(self, kind: str, body: str) -> str:
        key = sign.hmac(self._district_key, b"phone")
        return sign.hexadecimal(sign.hmac(key, f"{kind} {body}".encode()))[: codes.SIGNATURE_SIZE]
