"""How far places are from each other, and which bookcase nearby still has room.  Pure."""

import math
from collections.abc import Iterable
from typing import NamedTuple

EARTH_KM = 6371.0


class Spot(NamedTuple):
    """A bookcase: where it is, and how many copies it can still take."""

    device: str
    lat: float
    lon: float
    room: int


def km(one: Spot, other: Spot) -> float:
    """Return the distance as the crow flies."""
    south, north = math.radians(one.lat), math.radians(other.lat)
    half_lat = math.sin((north - south) / 2)
    half_lon = math.sin(math.radians(other.lon - one.lon) / 2)
    return 2 * EARTH_KM * math.asin(
        math.sqrt(half_lat**2 + math.cos(south) * math.cos(north) * half_lon**2)
    )  # fmt: skip


def nearest(full: Spot, spots: Iterable[Spot]) -> Spot | None:
    """Return the nearest other bookcase with room; None when all are full."""
    others = [spot for spot in spots if spot.device != full.device and spot.room > 0]
    return min(others, key=lambda spot: (km(full, spot), spot.device), default=None)
