"""A bookcase as it is drawn: its doors, shut, chosen, open, or not to be chosen."""

from typing import Any

from kivy.graphics import Color, Quad, Rectangle

from kiosk.core.view import Case
from kiosk.ui.shapes import panel
from kiosk.ui.theme import Theme, rgba
from kiosk.ui.things import shelf


def case(canvas: Any, theme: Theme, box: tuple[float, float, float, float], seen: Case) -> None:
    """A bookcase from the front: the door that matters is filled, or stands open."""
    x, y, width, height = box
    colours = theme.colours
    columns = min(seen.doors, 4)
    rows = -(-seen.doors // columns)
    wide = min(width / columns, height / rows * (1.1 if columns > 1 else 0.8))
    high = height / rows
    left = x + (width - wide * columns) / 2
    gap = theme.mm(2)
    for number in range(1, seen.doors + 1):
        column, row = (number - 1) % columns, (number - 1) // columns
        cell = (
            left + column * wide + gap,
            y + height - (row + 1) * high + gap,
            wide - 2 * gap,
            high - 2 * gap,
        )
        _compartment(canvas, theme, cell, number == seen.door, seen.opened)
    with canvas:
        Color(*rgba(colours.rule))
        Rectangle(pos=(left, y - theme.mm(2)), size=(wide * columns, theme.mm(2)))


def _compartment(
    canvas: Any, theme: Theme, box: tuple[float, float, float, float], ours: bool, opened: bool
) -> None:
    x, y, width, height = box
    colours = theme.colours
    if not ours:
        panel(canvas, theme, box, colours.slip, colours.rule)
        handle = (x + width * 0.86, y + height * 0.42, theme.mm(1.4), height * 0.16)
        _bar(canvas, handle, rgba(colours.rule))
        return
    panel(canvas, theme, box, colours.leaf_ground if opened else colours.main, colours.main)
    if not opened:
        handle = (x + width * 0.86, y + height * 0.42, theme.mm(1.8), height * 0.16)
        _bar(canvas, handle, rgba(colours.main_ink))
        return
    shelf(canvas, theme, (x + width * 0.16, y + height * 0.1, width * 0.72, height * 0.56))
    # The door leaf, swung towards whoever stands here.
    swing = width * 0.16
    with canvas:
        Color(*rgba(colours.main))
        Quad(
            points=(
                x, y, x, y + height, x - swing, y + height + swing * 0.6, x - swing, y - swing * 0.6
            )
        )  # fmt: skip


def shut(canvas: Any, theme: Theme, box: tuple[float, float, float, float]) -> None:
    """A door that cannot be chosen: no number, a stroke instead."""
    x, y, width, height = box
    panel(canvas, theme, box, theme.colours.ground, theme.colours.rule)
    stroke = (x + width * 0.35, y + height / 2, width * 0.3, theme.mm(1.2))
    _bar(canvas, stroke, rgba(theme.colours.rule))


def _bar(
    canvas: Any,
    box: tuple[float, float, float, float],
    colour: tuple[float, float, float, float],
) -> None:
    with canvas:
        Color(*colour)
        Rectangle(pos=box[:2], size=box[2:])
