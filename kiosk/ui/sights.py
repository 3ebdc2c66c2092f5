"""What the machine sees, in the middle of a screen: books, outcomes, a picture, a dial."""

from collections.abc import Callable
from typing import Any

import segno
import structlog

from kiosk.core import doors
from kiosk.core.view import Cover
from kiosk.ui import cases, film, shapes, things, ways
from kiosk.ui.page import GRID_MM, Page
from kiosk.ui.panels import PartPanel
from kiosk.ui.text import Text
from kiosk.ui.theme import LINE_HEIGHT
from kiosk.ui.widgets import Box, CoverPicture, Plain, Row

COVERS_MAX = 6  # More books than these become a list.

log = structlog.get_logger()


def between(page: Page) -> None:
    shut = tuple(choice for choice in page.view.choices if doors.number(choice.word))
    found = tuple(choice for choice in page.view.choices if choice.cover)
    if shut:
        ways.shut(page, shut)
    elif found:
        ways.found(page, found)
    elif page.view.covers and not page.view.parts:
        _books(page, page.view.covers)
    elif page.view.parts:
        _parts(page)
    elif page.view.picture:
        _picture(page)


def _books(page: Page, covers: tuple[Cover, ...]) -> None:
    if page.view.picture == "wait":
        _bar(page)
    if len(covers) > COVERS_MAX:
        _rows(page, covers)
        return
    x, y, width, height = page.room
    gap = page.theme.mm(GRID_MM)
    columns = 1 if len(covers) == 1 else 2 if len(covers) <= 4 else 3
    rows = -(-len(covers) // columns)
    wide = min((width - gap * (columns - 1)) / columns, width * 0.48)
    high = min(wide * 1.38, (height - gap * (rows - 1)) / rows)
    wide = min(wide, high)
    for index, cover in enumerate(covers):
        left = x + index % columns * (wide + gap)
        bottom = y + height - (index // columns + 1) * high - index // columns * gap
        page.add(CoverPicture(cover, page.theme, (left, bottom, wide, high)))


def _rows(page: Page, covers: tuple[Cover, ...]) -> None:
    x, y, width, height = page.room
    gap = page.theme.mm(GRID_MM / 2)
    count = -(-len(covers) // 2)
    wide = (width - 2 * gap) / 2
    high = min(page.theme.mm(24), (height - gap * (count - 1)) / count)
    page.fits = high >= page.theme.type(0) * LINE_HEIGHT
    for index, cover in enumerate(covers):
        left = x + (index // count) * (wide + 2 * gap)
        bottom = y + height - (index % count + 1) * high - index % count * gap
        box = (left, bottom, wide, high)
        page.add(Row(cover, cover.title or "…", page.theme, box))


def _bar(page: Page) -> None:
    theme = page.theme
    page.top -= theme.mm(GRID_MM)
    box = (page.left, page.top, page.width, theme.mm(4))
    shapes.bar(page.canvas, theme, box, page.view.fraction)
    page.top -= theme.mm(2 * GRID_MM)


def _parts(page: Page) -> None:
    """Everything is said, as large as there is room for."""
    x, _y, width, height = page.room
    for brief in range(6):
        gap = page.theme.mm(GRID_MM / 2 if brief < 5 else 2)
        panels = [
            PartPanel(part, page.theme, width, page.separator, brief) for part in page.view.parts
        ]
        page.fits = sum(panel.height + gap for panel in panels) - gap <= height
        if page.fits:
            break
    top = page.top
    for panel in panels:
        top -= panel.height
        page.add(panel.placed(x, top))
        top -= gap


def _picture(page: Page) -> None:
    page.fits = page.top >= page.bottom
    picture = Plain(page.room)
    page.add(picture)
    _PICTURES[page.view.picture](page, picture.canvas, page.room)


def _shelf(page: Page, canvas: Any, room: Box) -> None:
    x, y, width, height = room
    things.shelf(canvas, page.theme, (x, y, width, min(height * 0.92, page.theme.mm(100))))


def _case(page: Page, canvas: Any, room: Box) -> None:
    x, y, width, height = room
    tall = min(height * 0.92, page.theme.mm(170))
    assert page.view.case
    box = (x, y + (height - tall) / 2, width, tall)
    cases.case(canvas, page.theme, box, page.view.case)


def _thing(draw: Callable[..., None], **how: bool | str) -> Callable[[Page, Any, Box], None]:
    def picture(page: Page, canvas: Any, room: Box) -> None:
        x, y, width, height = room
        high = min(height * 0.76, page.theme.mm(130))
        draw(canvas, page.theme, (x, y + (height - high) / 2, width, high), **how)

    return picture


def _wait(page: Page, canvas: Any, room: Box) -> None:
    _thing(things.card)(page, canvas, room)
    _bar(page)


def _busy(page: Page, canvas: Any, room: Box) -> None:
    _shelf(page, canvas, room)
    _bar(page)


def _code(page: Page, canvas: Any, room: Box) -> None:
    x, y, width, height = room
    rows = segno.make(page.view.code, error="m", micro=False).matrix
    box = (x, y, width, min(height, page.theme.mm(150)))
    shapes.code(canvas, page.theme, box, rows)


def _attention(page: Page, canvas: Any, room: Box) -> None:
    x, y, width, height = room
    size = min(page.theme.mm(72), height * 0.6)
    left, bottom = x + (width - size) / 2, y + (height - size) / 2
    shapes.mark(canvas, page.theme, left, bottom, size)


def _promotion(page: Page, canvas: Any, room: Box) -> None:
    """A picture or film of the library's own, whole; one that cannot be read is a shelf instead."""
    x, y, width, height = room
    try:
        first = film.read(page.view.file)
    except Exception as error:  # Each of Kivy's loaders raises what it likes.
        log.warning("a promotion cannot be read", file=page.view.file, error=repr(error))
        _shelf(page, canvas, room)
        return
    scale = min(width / first.width, height / first.height)
    wide, high = first.width * scale, first.height * scale
    box = (x + (width - wide) / 2, y + (height - high) / 2, wide, high)
    page.add(film.Film(page.view.file, first, page.view.frame_ms, box))


def _dial(page: Page, canvas: Any, room: Box) -> None:
    x, y, width, height = room
    theme = page.theme
    size = min(theme.mm(96), height * 0.9)
    left, bottom = x + (width - size) / 2, y + (height - size) / 2
    shapes.dial(canvas, theme, left, bottom, size, page.view.fraction)
    figure = Text(
        page.view.figure, size=theme.type(5), width=size, colour=theme.colours.ink, bold=True
    )
    figure.center = left + size / 2, bottom + size / 2
    page.add(figure)


# By the word of the view's picture.
_PICTURES: dict[str, Callable[[Page, Any, Box], None]] = {
    "shelf": _shelf,
    "case": _case,
    "card": _thing(things.card),
    "tray": _thing(things.tray, lift=False),
    "take": _thing(things.tray, lift=True),
    "slot": _thing(things.slot, book="goes in"),
    "slot_shut": _thing(things.slot, book="is in"),
    "slot_back": _thing(things.slot, book="comes out"),
    "wait": _wait,
    "busy": _busy,
    "code": _code,
    "promotion": _promotion,
    "attention": _attention,
    "ring": _dial,
}
