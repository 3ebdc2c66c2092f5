"""Secrets as they are kept: passwords by argon2id, random keys by SHA-256."""

import hashlib
import secrets
import threading

from argon2 import PasswordHasher, profiles
from argon2.exceptions import InvalidHashError, VerificationError

PASSWORD_SIZE_MIN = 10
PASSWORD_SIZE_MAX = 200
AT_ONCE_MAX = 2  # Each takes 64 MiB: strangers who try passwords must not fill the memory.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # None is taken for another.
_GROUPS, _GROUP_SIZE = 4, 4  # 79 bits.


class Hasher:
    """Takes a tenth of a second: never to be called on an event loop.  Any thread may."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        """`hasher` is argon2id by RFC 9106 (64 MiB, three passes) when none is given."""
        # argon2-cffi has these numbers as its low-memory profile.
        self._hasher = hasher or PasswordHasher.from_parameters(profiles.RFC_9106_LOW_MEMORY)
        self._room = threading.Semaphore(AT_ONCE_MAX)
        self._nobodys = self._hasher.hash(secrets.token_hex())

    def hash(self, password: str) -> str:
        with self._room:
            return self._hasher.hash(password)

    def fits(self, kept: str, password: str) -> bool:
        """Say whether a password is the one that was hashed; without a hash it takes as long."""
        with self._room:
            try:
                return self._hasher.verify(kept or self._nobodys, password) and bool(kept)
            except (VerificationError, InvalidHashError):
                return False


def new_key() -> str:
    """Return a random key of 256 bits, as an address or a header can carry it."""
    return secrets.token_urlsafe(32)


def new_password() -> str:
    """Return a random password that people can copy by hand: k3fp-9mwx-…"""
    letters = [secrets.choice(_LETTERS) for _ in range(_GROUPS * _GROUP_SIZE)]
    words = ["".join(letters[n : n + _GROUP_SIZE]) for n in range(0, len(letters), _GROUP_SIZE)]
    return "-".join(words)


def digest(key: str) -> str:
    """Return what is kept of a random key: 64 hexadecimal digits."""
    return hashlib.sha256(key.encode()).hexdigest()
