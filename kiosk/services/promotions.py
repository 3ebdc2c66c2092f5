"""Which of the library's own pictures are shown between the books today: a schedule.  Pure."""

from collections.abc import Sequence
from datetime import datetime

import msgspec


class Promotion(msgspec.Struct, frozen=True):
    """A picture (PNG or JPEG), the days on which it is shown, and between which hours."""

    picture: str
    first: int = 0  # Day yyyymmdd; 0 is always.
    last: int = 0  # The last day; 0 is for ever.
    hours: tuple[int, int] = (0, 24)  # From the first on, until before the second.


def current(promotions: Sequence[Promotion], now: datetime) -> tuple[str, ...]:
    """Return the pictures that are shown at a local time, in the order of the schedule."""
    day = now.year * 10_000 + now.month * 100 + now.day
    return tuple(
        one.picture
        for one in promotions
        if one.first <= day <= (one.last or day) and one.hours[0] <= now.hour < one.hours[1]
    )
