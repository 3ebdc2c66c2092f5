"""A map without a map: places projected onto a sheet, some named, none of the names overlapping."""

import math
from collections.abc import Iterable
from typing import NamedTuple

WIDTH = 360
MARGIN = 26
HEIGHT_MIN, HEIGHT_MAX = 260, 460
KM_PER_DEGREE = 111.2
LETTER, LINE = 11.5, 15.0  # A name's letter and line in the sheet's units.
GAP = 9.0  # Between a dot and its name.
STEPS_KM = (1, 2, 5, 10, 20, 50, 100)


class Spot(NamedTuple):
    """A place to be drawn.  The first in the list are named first."""

    ref: str
    name: str
    lat: float
    lon: float
    named: bool


class Dot(NamedTuple):
    """A place on the sheet; `label` is empty where no room was left for it."""

    ref: str
    x: float
    y: float
    name: str
    label: str
    label_x: float
    anchor: str  # start or end, as SVG has it


class Sheet(NamedTuple):
    """The drawing: its size, its dots in the order of the spots, and a bar of so many km."""

    width: float
    height: float
    dots: list[Dot]
    bar_km: int
    bar_width: float


def draw(spots: Iterable[Spot]) -> Sheet:
    spots = list(spots)
    if not spots:
        return Sheet(WIDTH, HEIGHT_MIN, [], 1, 0)
    lats, lons = [spot.lat for spot in spots], [spot.lon for spot in spots]
    shrink = math.cos(math.radians((min(lats) + max(lats)) / 2))
    wide_km = max((max(lons) - min(lons)) * KM_PER_DEGREE * shrink, 0.5)
    high_km = max((max(lats) - min(lats)) * KM_PER_DEGREE, 0.5)
    scale = min((WIDTH - 2 * MARGIN) / wide_km, (HEIGHT_MAX - 2 * MARGIN) / high_km)
    height = max(high_km * scale + 2 * MARGIN, HEIGHT_MIN)
    left, top = (WIDTH - wide_km * scale) / 2, (height - high_km * scale) / 2
    points = [
        (
            round(left + (spot.lon - min(lons)) * KM_PER_DEGREE * shrink * scale, 1),
            round(top + (max(lats) - spot.lat) * KM_PER_DEGREE * scale, 1),
        )
        for spot in spots
    ]
    bar_km = max((km for km in STEPS_KM if km * scale <= WIDTH / 3), default=1)
    return Sheet(WIDTH, round(height, 1), _dots(spots, points), bar_km, round(bar_km * scale, 1))


def _dots(spots: list[Spot], points: list[tuple[float, float]]) -> list[Dot]:
    taken = [(x - 5, y - 5, x + 5, y + 5) for x, y in points]
    dots = []
    for spot, (x, y) in zip(spots, points, strict=True):
        label, label_x, anchor = "", x, "start"
        for side in ("start", "end") if spot.named else ():
            box = _box(spot.name, x, y, side)
            if box[0] > MARGIN / 4 and box[2] < WIDTH - MARGIN / 4 and not _hits(box, taken):
                taken.append(box)
                label, label_x, anchor = spot.name, x + (GAP if side == "start" else -GAP), side
                break
        dots.append(Dot(spot.ref, x, y, spot.name, label, round(label_x, 1), anchor))
    return dots


def _box(name: str, x: float, y: float, side: str) -> tuple[float, float, float, float]:
    width = sum(LETTER if ord(letter) > 0x2E7F else LETTER * 0.55 for letter in name)
    left = x + GAP if side == "start" else x - GAP - width
    return left, y - LINE / 2, left + width, y + LINE / 2


def _hits(
    box: tuple[float, float, float, float], others: list[tuple[float, float, float, float]]
) -> bool:
    return any(
        box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
        for other in others
    )
