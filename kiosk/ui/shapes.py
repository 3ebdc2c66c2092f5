"""Drawn forms without text: panels, rings, marks, signs of keys, codes; each onto a canvas."""

from collections.abc import Sequence
from typing import Any

from kivy.graphics import Color, Line, Rectangle, SmoothEllipse, SmoothLine, SmoothRoundedRectangle

from kiosk.ui.theme import Theme, rgba

Box = tuple[float, float, float, float]

QUIET_ZONE = 4  # Modules of white around a QR code (ISO/IEC 18004).


def panel(canvas: Any, theme: Theme, box: Box, colour: str, line: str = "") -> None:
    """A rounded panel (x, y, width, height); with a line colour, outlined."""
    x, y, width, height = box
    with canvas:
        Color(*rgba(colour))
        radius = min(theme.mm(theme.radius), height / 2)
        SmoothRoundedRectangle(pos=(x, y), size=(width, height), radius=[radius])
        if line or theme.outlined:
            Color(*rgba(line or theme.colours.ink))
            Line(rounded_rectangle=(x, y, width, height, radius), width=theme.mm(0.4))


def ring(canvas: Any, theme: Theme, box: Box) -> None:
    """The focus: a ring outside of what has it."""
    x, y, width, height = box
    gap = theme.mm(2)
    with canvas:
        Color(*rgba(theme.colours.ink))
        Line(
            rounded_rectangle=(x - gap, y - gap, width + 2 * gap, height + 2 * gap, theme.mm(5)),
            width=theme.mm(0.8),
        )


def bar(canvas: Any, theme: Theme, box: Box, fraction: float) -> None:
    """A shape that fills."""
    x, y, width, _height = box
    high = theme.mm(4)
    with canvas:
        Color(*rgba(theme.colours.rule, 1 if not theme.outlined else 0.3))
        SmoothRoundedRectangle(pos=(x, y), size=(width, high), radius=[high / 2])
        Color(*rgba(theme.colours.main))
        SmoothRoundedRectangle(pos=(x, y), size=(width * fraction, high), radius=[high / 2])


def dial(canvas: Any, theme: Theme, x: float, y: float, size: float, fraction: float) -> None:
    """A ring that empties with the time."""
    thick = theme.mm(2.5)
    centre = (x + size / 2, y + size / 2, size / 2 - thick)
    with canvas:
        Color(*rgba(theme.colours.rule, 1 if not theme.outlined else 0.3))
        SmoothLine(circle=centre, width=thick)
        Color(*rgba(theme.colours.amber))
        SmoothLine(circle=(*centre, 0, 360 * fraction), width=thick)


def tick(canvas: Any, theme: Theme, x: float, y: float, size: float) -> None:
    """Done: a check mark on leaf."""
    _disc(canvas, theme, x, y, size, theme.colours.leaf)
    points = [(0.26, 0.5), (0.43, 0.33), (0.74, 0.66)]
    _strokes(canvas, theme, x, y, size, points)


def mark(canvas: Any, theme: Theme, x: float, y: float, size: float) -> None:
    """Attention: an exclamation mark on amber."""
    _disc(canvas, theme, x, y, size, theme.colours.amber)
    _strokes(canvas, theme, x, y, size, [(0.5, 0.46), (0.5, 0.76)])
    with canvas:
        SmoothEllipse(pos=(x + size * 0.44, y + size * 0.2), size=(size * 0.12, size * 0.12))


def _disc(canvas: Any, theme: Theme, x: float, y: float, size: float, colour: str) -> None:
    with canvas:
        Color(*rgba(colour))
        SmoothEllipse(pos=(x, y), size=(size, size), segments=90)


def _strokes(
    canvas: Any,
    theme: Theme,
    x: float,
    y: float,
    size: float,
    points: list[tuple[float, float]],
) -> None:
    flat = [value for left, up in points for value in (x + size * left, y + size * up)]
    with canvas:
        Color(*rgba(theme.colours.ground))
        SmoothLine(points=flat, width=size * 0.05)


def erase(canvas: Any, theme: Theme, box: Box, ink: str) -> None:
    """The key that takes the last letter away: an arrow to the left with a cross in it."""
    middle_x, middle_y = box[0] + box[2] / 2, box[1] + box[3] / 2
    wide, high, tip = theme.mm(6), theme.mm(4), theme.mm(4)
    with canvas:
        Color(*rgba(ink))
        SmoothLine(
            points=(
                middle_x - wide - tip, middle_y, middle_x - wide, middle_y + high,
                middle_x + wide, middle_y + high, middle_x + wide, middle_y - high,
                middle_x - wide, middle_y - high,
            ),
            close=True,
            width=theme.mm(0.4),
        )  # fmt: skip
        for sign in (1, -1):
            across, up = theme.mm(1.8), theme.mm(1.8) * sign
            points = (middle_x - across, middle_y - up, middle_x + across, middle_y + up)
            SmoothLine(points=points, width=theme.mm(0.4))


def space(canvas: Any, theme: Theme, box: Box, ink: str) -> None:
    """The key that parts words: a long low bracket."""
    middle_x, bottom = box[0] + box[2] / 2, box[1] + box[3] * 0.36
    half, up = min(theme.mm(8), box[2] * 0.32), theme.mm(2.5)
    with canvas:
        Color(*rgba(ink))
        SmoothLine(
            points=(
                middle_x - half, bottom + up, middle_x - half, bottom,
                middle_x + half, bottom, middle_x + half, bottom + up,
            ),
            width=theme.mm(0.4),
        )  # fmt: skip


SIGNS = {"key.erase": erase, "digit.erase": erase, "key.space": space}


def code(canvas: Any, theme: Theme, box: Box, rows: Sequence[Sequence[int]]) -> None:
    """A QR code, dark on white whatever the colours are, with the quiet zone that phones want."""
    x, y, width, height = box
    unit = int(min(width, height) / (len(rows) + 2 * QUIET_ZONE))
    side = unit * (len(rows) + 2 * QUIET_ZONE)
    left, top = round(x + (width - side) / 2), round(y + (height + side) / 2)
    with canvas:
        Color(1, 1, 1, 1)
        SmoothRoundedRectangle(pos=(left, top - side), size=(side, side), radius=[theme.mm(3)])
        Color(0, 0, 0, 1)
        for row, modules in enumerate(rows, QUIET_ZONE + 1):
            for column, dark in enumerate(modules, QUIET_ZONE):
                if dark:
                    Rectangle(pos=(left + column * unit, top - row * unit), size=(unit, unit))
