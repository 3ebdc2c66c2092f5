"""A map without a map: places projected onto a sheet, some named, none of the names overlapping."""

import math
from collections.abc import Iterable
from typing import NamedTuple

WIDTH = 360
MARGIN = 26
HEIGHT_MIN, HEIGHT_MAX = 260, 460
KM_PER_DEGREE = 111.2
LETTER, LINE = 11.5, 15.0  # A name's letter and line in the sheet's units.
# Where a name may stand: how it is anchored, and how far from its dot.
SIDES = (
    ("start", 11.0, 0.0),
    ("end", -11.0, 0.0),
    ("middle", 0.0, -17.0),
    ("middle", 0.0, 18.0),
    ("start", 8.0, 15.0),
    ("end", -8.0, -15.0),
)
SHARE_BEFORE = {"start": 0.0, "middle": 0.5, "end": 1.0}
SPAN_KM_MIN = 0.8
STEPS_KM = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)


class Spot(NamedTuple):
    """A place to be drawn.  Of those that are to be named, the first are named first."""

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
    label_y: float
    anchor: str  # start, middle or end, as SVG has it


class Sheet(NamedTuple):
    """The drawing: its size, its dots, and a bar of so many km."""

    width: float
    height: float
    dots: list[Dot]
    bar_km: float
    bar_width: float


def draw(spots: Iterable[Spot]) -> Sheet:
    """Draw the named spots as large as they fit, and of the others those that fall on the sheet."""
    spots = list(spots)
    framed = [spot for spot in spots if spot.named] or spots
    if not framed:
        return Sheet(WIDTH, HEIGHT_MIN, [], 1, 0)
    south, north = min(spot.lat for spot in framed), max(spot.lat for spot in framed)
    west, east = min(spot.lon for spot in framed), max(spot.lon for spot in framed)
    shrink = math.cos(math.radians((south + north) / 2))
    wide_km = max((east - west) * KM_PER_DEGREE * shrink, SPAN_KM_MIN)
    high_km = max((north - south) * KM_PER_DEGREE, SPAN_KM_MIN)
    scale = min((WIDTH - 2 * MARGIN) / wide_km, (HEIGHT_MAX - 2 * MARGIN) / high_km)
    height = max(high_km * scale + 2 * MARGIN, HEIGHT_MIN)

    def point(spot: Spot) -> tuple[float, float]:
        right_km = (spot.lon - (west + east) / 2) * KM_PER_DEGREE * shrink
        down_km = ((south + north) / 2 - spot.lat) * KM_PER_DEGREE
        return round(WIDTH / 2 + right_km * scale, 1), round(height / 2 + down_km * scale, 1)

    shown = [(spot, point(spot)) for spot in spots]
    shown = [(s, (x, y)) for s, (x, y) in shown if 4 < x < WIDTH - 4 and 4 < y < height - 4]
    bar_km = max((km for km in STEPS_KM if km * scale <= WIDTH / 3), default=STEPS_KM[0])
    return Sheet(WIDTH, round(height, 1), _dots(shown), bar_km, round(bar_km * scale, 1))


def _dots(shown: list[tuple[Spot, tuple[float, float]]]) -> list[Dot]:
    taken = [(x - 7, y - 7, x + 7, y + 7) for _spot, (x, y) in shown]
    dots = []
    for spot, (x, y) in shown:
        label, label_x, label_y, anchor = "", x, y, "start"
        for side, dx, dy in SIDES if spot.named else ():
            box = _box(spot.name, x + dx, y + dy, side)
            if box[0] > MARGIN / 4 and box[2] < WIDTH - MARGIN / 4 and not _hits(box, taken):
                taken.append(box)
                label, label_x, label_y, anchor = spot.name, x + dx, y + dy, side
                break
        dots.append(
            Dot(spot.ref, x, y, spot.name, label, round(label_x, 1), round(label_y, 1), anchor)
        )
    return dots


def _box(name: str, x: float, y: float, side: str) -> tuple[float, float, float, float]:
    width = sum(LETTER if ord(letter) > 0x2E7F else LETTER * 0.55 for letter in name)
    left = x - width * SHARE_BEFORE[side]
    return left, y - LINE / 2, left + width, y + LINE / 2


def _hits(
    box: tuple[float, float, float, float], others: list[tuple[float, float, float, float]]
) -> bool:
    return any(
        box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
        for other in others
    )
