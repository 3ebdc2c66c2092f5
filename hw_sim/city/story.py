"""What happens in a run, act by act: each visit and each trouble has a name, and may be left out.

Chance belongs to names (chance.py), so what is left out reshuffles nothing: that is what makes a
failing run shrink (shrink.py).
"""

from collections.abc import Collection
from typing import NamedTuple


class Act(NamedTuple):
    """`name` is a kind and numbers, as `visit 0 12` or `network 3`."""

    name: str
    words: str


class Story:
    """`only` are the names of what may happen; None for everything."""

    def __init__(self, only: Collection[str] | None = None) -> None:
        self._only = only
        self.acts: list[Act] = []

    def has(self, name: str, words: str) -> bool:
        """Say whether an act happens, and write it down if it does."""
        happens = self._only is None or name in self._only
        if happens:
            self.acts.append(Act(name, words))
        return happens
