"""An offer goes out in waves: who is in which, how far it has come, when it stops.  Pure."""

import zlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

# Percent of all machines up to which each wave reaches; the first one has at least one machine.
WAVES = (1, 10, 100)
DONE_MIN = 90  # Percent of a wave that must have taken it before the next one begins.
# One machine in so many that goes back, or refuses, stops it; among the first ones any does.
FAILED_SHARE = 50

_FAILED = ("back", "refused")


class Told(NamedTuple):
    """What one machine made of an offer; "" is nothing yet."""

    wave: int
    word: str


def plan(devices: Iterable[str], waves: Sequence[int] = WAVES) -> dict[str, int]:
    """Return each machine's wave, from 0.  Neighbours by name are not in the same one."""
    shuffled = sorted(devices, key=lambda name: (zlib.crc32(name.encode()), name))
    ends = [max(1, len(shuffled) * percent // 100) for percent in waves]
    ends[-1] = len(shuffled)
    return {
        name: next(wave for wave, end in enumerate(ends) if place < end)
        for place, name in enumerate(shuffled)
    }


def reach(told: Sequence[Told]) -> int:
    """Return the last wave that has begun."""
    for wave in range(max((row.wave for row in told), default=0)):
        words = [row.word for row in told if row.wave <= wave]
        if words.count("done") * 100 < DONE_MIN * len(words):
            return wave
    return max((row.wave for row in told), default=0)


def is_bad(told: Sequence[Told]) -> bool:
    """Say whether so many machines left it again that no other one should take it."""
    ended = [row.word for row in told if row.word in (*_FAILED, "done")]
    failed = sum(word in _FAILED for word in ended)
    return failed > len(ended) // FAILED_SHARE
