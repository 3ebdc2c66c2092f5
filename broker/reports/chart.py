"""A column of a report drawn as bars or a line: numbers to coordinates.  Pure.

What a template draws as SVG: bars where there are few lines, lying where their names are long.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

WIDTH, HEIGHT = 720.0, 240.0
LEFT, RIGHT, TOP, BOTTOM = 8.0, 56.0, 12.0, 26.0
ROW, NAME_WIDTH = 26.0, 190.0
LABEL_WIDTH = 44.0  # A name under a bar takes that much; of more, each n-th is shown.
LYING_MAX = 20


class Bar(NamedTuple):
    """`label` is empty where names would stand too close."""

    x: float
    y: float
    width: float
    height: float
    name: str
    label: str
    value: int


class Tick(NamedTuple):
    at: float
    value: int


class Chart(NamedTuple):
    """`lying` bars have their names before them; standing ones below."""

    width: float
    height: float
    lying: bool
    bars: list[Bar]
    ticks: list[Tick]


def standing(names: Sequence[str], values: Sequence[int]) -> Chart:
    """Draw a bar for each, from left to right: for months and days."""
    top = _round_up(max(values, default=0))
    inner = HEIGHT - TOP - BOTTOM
    step = (WIDTH - LEFT - RIGHT) / max(1, len(values))
    every = max(1, math.ceil(LABEL_WIDTH / step))
    bars = []
    for number, (name, value) in enumerate(zip(names, values, strict=True)):
        height = round(inner * value / top, 1)
        label = name if number % every == 0 else ""
        x = round(LEFT + step * number + step * 0.14, 1)
        y = round(TOP + inner - height, 1)
        bars.append(Bar(x, y, round(step * 0.72, 1), height, name, label, value))
    ticks = [Tick(round(TOP + inner * (1 - n / 2), 1), top * n // 2) for n in range(3)]
    return Chart(WIDTH, HEIGHT, False, bars, ticks)


def lying(names: Sequence[str], values: Sequence[int]) -> Chart:
    """Draw a bar for each, the longest first: for places and classes."""
    pairs = sorted(zip(names, values, strict=True), key=lambda pair: -pair[1])[:LYING_MAX]
    top = max((value for _name, value in pairs), default=0) or 1
    inner = WIDTH - NAME_WIDTH - RIGHT
    bars = [
        Bar(NAME_WIDTH, ROW * n + 5, round(inner * value / top, 1), ROW - 10, name, name, value)
        for n, (name, value) in enumerate(pairs)
    ]
    return Chart(WIDTH, ROW * max(1, len(bars)), True, bars, [])


def _round_up(value: int) -> int:
    """Return the next number of which a half is still round: 2, 4, 6, 8, 10, 20, 40 …"""
    power = 1
    while value > 10 * power:
        power *= 10
    return next(digit * power for digit in (2, 4, 6, 8, 10) if value <= digit * power)
