"""What a screen says: its sentence, the figure in it, a second line, a notice, what was typed."""

from kivy.graphics import Color, Rectangle

from kiosk.core.view import Cover
from kiosk.ui import shapes
from kiosk.ui.page import GRID_MM, Page
from kiosk.ui.panels import Headline
from kiosk.ui.text import Text
from kiosk.ui.theme import rgba
from kiosk.ui.widgets import CoverPicture

COVER_MM = 58  # The width of a cover beside words.


def above(page: Page) -> None:
    view = page.view
    if view.covers and view.parts:
        _beside(page, view.covers[0])
    else:
        _sentence(page)
    page.top -= page.theme.mm(GRID_MM)


def _beside(page: Page, cover: Cover) -> None:
    """One book: its cover at the left of the words."""
    theme, left, width, top = page.theme, page.left, page.width, page.top
    wide = theme.mm(42 if page.brief else COVER_MM)
    high = wide * 1.38
    page.add(CoverPicture(cover, theme, (left, top - high, wide, high)))
    page.left += wide + theme.mm(GRID_MM)
    page.width -= wide + theme.mm(GRID_MM)
    _sentence(page, theme.type(2 - page.brief))
    page.left, page.width = left, width
    page.top = min(page.top, top - high)


def _sentence(page: Page, size: float = 0) -> None:
    view, theme = page.view, page.theme
    if view.entry is not None and any(choice.word == "digit.1" for choice in view.choices):
        _say(page, view.title, theme.type(2), theme.colours.ink, bold=True)
        page.top -= theme.mm(GRID_MM)
        _field(page, view.entry)
    elif view.entry is not None and view.screen != "welcome":
        _field(page, view.entry)
        _say(page, view.title, theme.type(0 if page.brief else 1), theme.colours.soft)
    elif view.figure and "{}" in view.title:
        headline = Headline(
            view.title, view.figure, theme, page.width, largest=3 if page.brief else 5
        )
        page.top -= headline.height
        page.add(headline.placed(page.left, page.top))
    else:
        step = (3 if theme.scale == 1 else 2) - page.brief
        _say(page, view.title, size or theme.type(step), theme.colours.ink, bold=True)
    if view.line:
        page.top -= theme.mm(GRID_MM / 4)
        _say(page, view.line, theme.type(0 if page.brief else 1), theme.colours.soft)
    if view.notice:
        page.top -= theme.mm(GRID_MM / 2)
        _notice(page, view.notice)


def _field(page: Page, entry: str) -> None:
    """What was typed, large, with a mark where the next letter comes."""
    theme, high = page.theme, page.theme.mm(26)
    page.top -= high
    box = (page.left, page.top, page.width, high)
    shapes.panel(page.canvas, theme, box, theme.colours.slip, theme.colours.main)
    x = page.left + theme.mm(5)
    if entry:
        size, room = theme.type(2 if theme.scale == 1 else 1), page.width - theme.mm(14)
        text = Text(entry, size=size, width=room, colour=theme.colours.ink, bold=True, most=1)
        text.pos = x, page.top + (high - text.height) / 2
        page.add(text)
        x = text.right + theme.mm(1.5)
    with page.canvas:
        Color(*rgba(theme.colours.main))
        Rectangle(pos=(x, page.top + high * 0.24), size=(theme.mm(1), high * 0.52))
    page.top -= theme.mm(GRID_MM / 2)


def _say(page: Page, words: str, size: float, colour: str, bold: bool = False) -> None:
    text = Text(words, size=size, width=page.width, colour=colour, bold=bold)
    page.top -= text.height
    text.pos = page.left, page.top
    page.add(text)


def _notice(page: Page, words: str) -> None:
    theme = page.theme
    pad = theme.mm(5)
    colours = theme.colours
    inner = page.width - 2 * pad
    text = Text(words, size=theme.type(0), width=inner, colour=colours.sky)
    height = text.height + 2 * theme.mm(3)
    page.top -= height
    box = (page.left, page.top, page.width, height)
    shapes.panel(page.canvas, theme, box, colours.sky_ground)
    text.pos = page.left + pad, page.top + theme.mm(3)
    page.add(text)
