"""Chance as a hash of the seed and of what is asked: one action less reshuffles nothing else."""

from hashlib import blake2b


class Chance:
    """Every question has its own answer, whatever else was asked before."""

    def __init__(self, seed: int) -> None:
        self._key = seed.to_bytes(16, "big", signed=True)

    def of(self, *about: object) -> float:
        """Return a number from 0 up to 1 that belongs to what is asked about."""
        text = "\x1f".join(map(str, about)).encode()
        digest = blake2b(text, key=self._key, digest_size=7).digest()
        return int.from_bytes(digest, "big") / (1 << 56)

    def bits(self, size: int, *about: object) -> bytes:
        """Return `size` bytes, up to 64, that belong to what is asked about."""
        text = "\x1f".join(map(str, about)).encode()
        return blake2b(text, key=self._key, digest_size=size).digest()
