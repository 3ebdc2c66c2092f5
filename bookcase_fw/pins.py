"""Whether a PIN is right, and how many wrong ones there were.

What a machine knows of a PIN is what PBKDF2-HMAC-SHA256 (RFC 8018, checked against the vectors of
RFC 7914) makes of it.  Each try is noted on flash before it is checked, so that a power cut wins
nothing; after WRONG_MAX wrong ones in a row no PIN is checked for LOCK_MS of uptime, and a restart
begins that time anew.
"""

import asyncio

from bookcase_fw import sign

WRONG_MAX = 5
LOCK_MS = 900000
_TURN = 25  # Iterations between two turns of the other tasks.


class Pins:
    def __init__(self, notes, clock):
        self._notes, self._clock = notes, clock
        self._wrong = notes.load("wrong_pins", 0)
        self._locked_ms = clock.uptime_ms()  # Since when, where so many were wrong.

    def wait_s(self) -> int:
        """Return how long no PIN is checked; 0 when one is."""
        if self._wrong < WRONG_MAX:
            return 0
        left_ms = self._locked_ms + LOCK_MS - self._clock.uptime_ms()
        if left_ms <= 0:
            self._note(0)
        return max(0, left_ms + 999) // 1000

    async def right(self, card: dict, pin: str) -> bool:
        """Say whether this is the PIN of a card (wire.STAFF_CARD).  Nobody waits for the others."""
        self._note(self._wrong + 1)
        salt, wanted = bytes.fromhex(card["salt"]), bytes.fromhex(card["verifier"])
        found = await pbkdf2(pin.encode(), salt, card["rounds"])
        if not sign.same(found, wanted):
            self._locked_ms = self._clock.uptime_ms()
            return False
        self._note(0)
        return True

    def _note(self, wrong: int):
        self._wrong = wrong
        self._notes.save("wrong_pins", wrong)


async def pbkdf2(secret: bytes, salt: bytes, rounds: int) -> bytes:
    """Return the 32 bytes that PBKDF2-HMAC-SHA256 makes; other tasks have their turns meanwhile."""
    keyed = sign.keyed(secret)
    last = keyed(salt + b"\0\0\0\1")
    mixed = int.from_bytes(last, "big")
    for number in range(1, rounds):
        last = keyed(last)
        mixed ^= int.from_bytes(last, "big")
        if not number % _TURN:
            await asyncio.sleep(0)
    return mixed.to_bytes(32, "big")
