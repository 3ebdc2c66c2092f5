"""Which of the library's own pictures and films are shown between the books: a schedule."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import PurePath
from zipfile import BadZipFile, ZipFile

import msgspec

from kiosk.core.events import Poster

FRAME_SUFFIXES = (".png", ".jpg", ".jpeg")


class Promotion(msgspec.Struct, frozen=True):
    """A picture (PNG or JPEG) or a film (a ZIP of such), the days and hours when it is shown."""

    picture: str
    first: int = 0  # Day yyyymmdd; 0 is always.
    last: int = 0  # The last day; 0 is for ever.
    hours: tuple[int, int] = (0, 24)  # From the first on, until before the second.
    frame_ms: int = 100  # Of a film, how long each of its pictures is shown.


def current(promotions: Sequence[Promotion], now: datetime) -> tuple[Poster, ...]:
    """Return what is shown at a local time, in the order of the schedule."""
    day = now.year * 10_000 + now.month * 100 + now.day
    return tuple(
        Poster(one.picture, one.frame_ms, len(frames(one.picture)) * one.frame_ms)
        for one in promotions
        if one.first <= day <= (one.last or day) and one.hours[0] <= now.hour < one.hours[1]
    )


@cache
def frames(file: str) -> tuple[str, ...]:
    """Return the names of a film's pictures, in their order; none of what is no film.

    An archive that cannot be read is a film without pictures.
    """
    if PurePath(file).suffix.lower() != ".zip":
        return ()
    try:
        with ZipFile(file) as archive:
            names = archive.namelist()
    except (OSError, BadZipFile):
        return ()
    return tuple(sorted(name for name in names if name.lower().endswith(FRAME_SUFFIXES)))
