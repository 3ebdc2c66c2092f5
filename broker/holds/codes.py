"""One-time codes for a pick-up: six digits, told once, kept only as a salted digest."""

import hmac
import secrets
from collections.abc import Callable
from hashlib import sha256
from typing import NamedTuple

DIGITS = 6
TRIES_MAX = 5  # Wrong codes at one machine …
TRIES_MS = 10 * 60_000  # … within this time; then none is taken until it is over.

# Returns a new code.
Draw = Callable[[], str]


class Sealed(NamedTuple):
    salt: str
    digest: str


def draw() -> str:
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def seal(code: str) -> Sealed:
    salt = secrets.token_hex(8)
    return Sealed(salt, _digest(salt, code))


def fits(code: str, sealed: Sealed) -> bool:
    return bool(sealed.digest) and hmac.compare_digest(_digest(sealed.salt, code), sealed.digest)


def _digest(salt: str, code: str) -> str:
    return sha256(f"{salt} {code}".encode()).hexdigest()


class Tries:
    """Counts wrong codes at each machine, so that nobody guesses."""

    def __init__(self) -> None:
        self._wrong: dict[str, list[int]] = {}

    def refused(self, machine: str, now_ms: int) -> bool:
        recent = [at_ms for at_ms in self._wrong.get(machine, ()) if now_ms - at_ms < TRIES_MS]
        self._wrong[machine] = recent
        return len(recent) >= TRIES_MAX

    def wrong(self, machine: str, now_ms: int) -> None:
        self._wrong.setdefault(machine, []).append(now_ms)
