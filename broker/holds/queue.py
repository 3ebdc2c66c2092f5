"""Whose turn it is: which copies that lie at a place of pick-up go to which holds.  Pure."""

from collections.abc import Iterable
from typing import NamedTuple


class Match(NamedTuple):
    """A hold that waits and a copy that would serve it, where it lies now."""

    hold: int
    account: int
    copy: int
    tag: str
    door: int  # 0 on a shelf.


def assign(matches: Iterable[Match]) -> list[Match]:
    """Give each hold, in the order given, the first copy that nobody before it got."""
    served: set[int] = set()
    given: set[int] = set()
    found = []
    for match in matches:
        if match.hold not in served and match.copy not in given:
            served.add(match.hold)
            given.add(match.copy)
            found.append(match)
    return found
