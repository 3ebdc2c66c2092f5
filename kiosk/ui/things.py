"""Things of a library, drawn: the seal, a shelf, a card, the tray, the slot; onto a canvas."""

from typing import Any

from kivy.graphics import Color, Line, Rectangle, SmoothLine, SmoothRoundedRectangle

from kiosk.ui.shapes import Box, panel
from kiosk.ui.theme import Theme, rgba

# A shelf of spines, as shares of a millimetre grid: (width, height, colour).
SPINES = (
    (14, 84, 0), (9, 70, 4), (18, 92, 3), (11, 78, 2), (8, 64, 6), (16, 88, 5), (12, 74, 1),
    (9, 82, 7), (15, 68, 4), (20, 95, 2), (10, 76, 0), (13, 86, 6), (8, 66, 3), (17, 80, 1),
    (11, 72, 5),
)  # fmt: skip


def seal(canvas: Any, theme: Theme, x: float, y: float, size: float) -> None:
    """The house's mark: a bookcase in a seal."""
    with canvas:
        Color(*rgba(theme.colours.seal))
        SmoothRoundedRectangle(pos=(x, y), size=(size, size), radius=[size * 0.16])
        Color(*rgba(theme.colours.ground))
        unit = size / 16
        Line(rectangle=(x + 3.2 * unit, y + 3 * unit, 9.6 * unit, 10 * unit), width=unit * 0.5)
        for left, bottom, width, height in (
            (4.6, 8.6, 1.4, 3.2), (6.6, 8.6, 1.4, 2.6), (8.6, 8.6, 1.4, 3.2), (5.4, 4, 1.4, 3),
            (7.4, 4, 1.4, 3.2), (9.8, 4, 1.4, 2.4),
        ):  # fmt: skip
            Rectangle(pos=(x + left * unit, y + bottom * unit), size=(width * unit, height * unit))
        Rectangle(pos=(x + 3.2 * unit, y + 7.7 * unit), size=(9.6 * unit, 0.6 * unit))


def shelf(canvas: Any, theme: Theme, box: Box) -> None:
    """A shelf of books on a board: the only decoration there is."""
    x, y, width, height = box
    board = theme.mm(2)
    scale_x = width / sum(spine[0] + 0.6 for spine in SPINES)
    scale_y = (height - board) / max(spine[1] for spine in SPINES)
    at_x = x
    for share, tall, colour in SPINES:
        wide, high = share * scale_x, tall * scale_y
        _spine(canvas, theme, (at_x, y + board, wide, high), colour)
        at_x += wide + 0.6 * scale_x
    with canvas:
        Color(*rgba(theme.colours.rule))
        Rectangle(pos=(x, y), size=(width, board))


def _spine(canvas: Any, theme: Theme, box: Box, colour: int) -> None:
    x, y, width, height = box
    with canvas:
        Color(*rgba(theme.colours.covers[colour]))
        SmoothRoundedRectangle(pos=(x, y), size=(width, height), radius=[theme.mm(0.8)])
        Color(*rgba(theme.colours.cover_ink, 1 if theme.outlined else 0.55))
        if theme.outlined:
            Line(rounded_rectangle=(x, y, width, height, theme.mm(0.8)), width=1.2)
        for share in (0.12, 0.15, 0.84):
            Rectangle(
                pos=(x + width * 0.16, y + height * share), size=(width * 0.68, theme.mm(0.35))
            )
        if width > theme.mm(12):
            Rectangle(pos=(x + width * 0.3, y + height * 0.5), size=(width * 0.4, height * 0.22))


def card(canvas: Any, theme: Theme, box: Box) -> None:
    """A reader's card above the scanner's window: the code faces the light."""
    x, y, width, height = box
    colours = theme.colours
    wide = min(width * 0.72, height * 0.95)
    high = wide * 0.62
    left = x + (width - wide) / 2
    bottom = y + height - high
    panel(canvas, theme, (left, bottom, wide, high), colours.slip, colours.rule)
    seal(canvas, theme, left + wide * 0.07, bottom + high * 0.62, high * 0.26)
    with canvas:
        Color(*rgba(colours.rule))
        for share, length in ((0.8, 0.34), (0.68, 0.22)):
            Rectangle(
                pos=(left + wide * 0.3, bottom + high * share), size=(wide * length, high * 0.05)
            )
        Color(*rgba(colours.ink))
        bar = wide * 0.86 / 95
        at = left + wide * 0.07
        for number in range(38):
            stripe = bar * (1 + (number * 7 + number // 3) % 3)
            if number % 2 == 0:
                Rectangle(pos=(at, bottom + high * 0.12), size=(stripe, high * 0.34))
            at += stripe * 1.22
        # The light of the window, and the window.
        slab_high = theme.mm(10)
        Color(*rgba(colours.main, 0.16))
        SmoothRoundedRectangle(
            pos=(left, y + slab_high / 2), size=(wide, bottom - y - slab_high / 2), radius=[0]
        )
        Color(*rgba(colours.ink))
        SmoothRoundedRectangle(
            pos=(left - theme.mm(8), y), size=(wide + theme.mm(16), slab_high),
            radius=[theme.mm(3)],
        )  # fmt: skip
        Color(*rgba(colours.main if not theme.outlined else colours.ground))
        SmoothRoundedRectangle(
            pos=(left, y + slab_high * 0.56), size=(wide, slab_high * 0.24), radius=[theme.mm(1)]
        )


def tray(canvas: Any, theme: Theme, box: Box, lift: bool) -> None:
    """The tray with a book above it: it goes down, or (lift) it is taken away."""
    x, y, width, height = box
    colours = theme.colours
    wide = min(width, height * 1.5)
    left = x + (width - wide) / 2
    slab = theme.mm(10)
    panel(canvas, theme, (left, y, wide, slab), colours.ink)
    with canvas:
        Color(*rgba(colours.main if not theme.outlined else colours.ground))
        SmoothRoundedRectangle(
            pos=(left + wide * 0.12, y + slab * 0.62), size=(wide * 0.76, slab * 0.2),
            radius=[theme.mm(1)],
        )  # fmt: skip
    # Books lying flat.
    bottom = y + slab + (theme.mm(22) if lift else theme.mm(20))
    for colour, wide_share, shift in ((0, 0.62, 0.0), (4, 0.56, 0.03), (2, 0.6, -0.02)):
        high = theme.mm(11)
        book_wide = wide * wide_share
        book_left = left + (wide - book_wide) / 2 + wide * shift
        _flat(canvas, theme, (book_left, bottom, book_wide, high), colour)
        bottom += high + theme.mm(0.6)
    arrow(canvas, theme, left + wide / 2, y + slab + theme.mm(2.5), theme.mm(13), lift)


def slot(canvas: Any, theme: Theme, box: Box, book: str) -> None:
    """A slot in the wall and one book, which goes in, is in (the slot is shut) or comes out."""
    x, y, width, height = box
    colours = theme.colours
    wide = min(width * 0.8, height * 1.15)
    left = x + (width - wide) / 2
    wall, book_high, gap = wide * 0.5, theme.mm(13), theme.mm(6)
    y += (height - wall - gap - book_high) / 2
    panel(canvas, theme, (left, y, wide, wall), colours.slip, colours.rule)
    mouth = (left + wide * 0.14, y + wall * 0.52, wide * 0.72, theme.mm(9))
    thing = (left + wide * 0.22, y + wall + gap, wide * 0.56, book_high)
    if book == "is in":
        panel(canvas, theme, mouth, colours.slip, colours.rule)
        _flat(canvas, theme, (thing[0], y + wall * 0.2, *thing[2:]), 0)
        return
    panel(canvas, theme, mouth, colours.ink)
    _flat(canvas, theme, thing, 0)
    tip = mouth[1] + theme.mm(11)
    arrow(canvas, theme, left + wide / 2, tip, thing[1] - tip - theme.mm(2), book == "comes out")


def _flat(canvas: Any, theme: Theme, box: Box, colour: int) -> None:
    x, y, width, height = box
    with canvas:
        Color(*rgba(theme.colours.covers[colour]))
        SmoothRoundedRectangle(pos=(x, y), size=(width, height), radius=[theme.mm(1.2)])
        Color(*rgba(theme.colours.cover_ink, 1 if theme.outlined else 0.55))
        if theme.outlined:
            Line(rounded_rectangle=(x, y, width, height, theme.mm(1.2)), width=1.2)
        for share in (0.08, 0.1, 0.9):
            Rectangle(pos=(x + width * share, y + height * 0.16), size=(2, height * 0.68))


def arrow(canvas: Any, theme: Theme, x: float, y: float, height: float, up: bool) -> None:
    head = height * 0.42
    tip, tail = (y + height, y) if up else (y, y + height)
    turn = -head if up else head
    with canvas:
        Color(*rgba(theme.colours.seal))
        SmoothLine(points=[x, tail, x, tip], width=theme.mm(0.9))
        SmoothLine(points=[x - head, tip + turn, x, tip, x + head, tip + turn], width=theme.mm(0.9))
