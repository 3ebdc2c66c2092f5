"""A View as widgets: every screen is built anew from its view and knows nothing else."""

from kivy.uix.widget import Widget

from kiosk.core.view import View
from kiosk.ui import shapes, sights, things, ways, words
from kiosk.ui.page import GRID_MM, Page
from kiosk.ui.text import Text, measure
from kiosk.ui.theme import LINE_HEIGHT, Theme
from kiosk.ui.widgets import Send

TOOL_MM = 48  # A tool's width at the least, for its word.


class Screen(Widget):
    """From top to bottom: whose machine it is, one sentence, what the machine sees, what to do."""

    def __init__(self, view: View, theme: Theme, send: Send, separator: str) -> None:
        super().__init__(size_hint=(None, None), size=(theme.width, theme.height))
        self.pos = 0, theme.bottom
        for brief in (False, True):
            self.clear_widgets()
            self.canvas.clear()
            page = Page(self, view, theme, send, separator, brief)
            for build in (_head, _tools, ways.below, words.above, sights.between):
                build(page)
            if page.fits:
                break


def _head(page: Page) -> None:
    """Whose machine it is, and what is wrong with it."""
    view, theme = page.view, page.theme
    size = theme.mm(14)
    things.seal(page.canvas, theme, page.left, page.top - size, size)
    name = Text(view.name, size=theme.smallest, width=page.width, colour=theme.colours.soft)
    name.pos = page.left + size + theme.mm(4), page.top - size / 2 - name.height / 2
    page.add(name)
    if view.status:
        _pill(page, view.status, page.top - size / 2)
    page.top -= size + theme.mm(2 * GRID_MM)


def _pill(page: Page, status: str, centre_y: float) -> None:
    """What is wrong with the machine: shape, colour and words."""
    theme = page.theme
    room = page.width * 0.72
    text = Text(status, size=theme.smallest, width=room, colour=theme.colours.amber, most=1)
    pad, height = theme.mm(4), theme.mm(14)
    width = text.width + 2 * pad
    x = page.left + page.width - width
    box = (x, centre_y - height / 2, width, height)
    shapes.panel(page.canvas, theme, box, theme.colours.amber_ground)
    text.pos = x + pad, centre_y - text.height / 2
    page.add(text)


def _tools(page: Page) -> None:
    """In one row where there is room for their words, else in two; always in the same corner."""
    tools, theme = page.view.tools, page.theme
    gap = theme.mm(GRID_MM / 2)
    wide = (page.width + gap) / len(tools) - gap
    across = len(tools) if wide >= theme.mm(TOOL_MM) else -(-len(tools) // 2)
    rows = -(-len(tools) // across)
    width = (page.width + gap) / across - gap
    longest = max(measure(choice.text, theme.type(0), False) for choice in tools)
    lines = 1 if longest <= width else 2
    high = max(theme.mm(20), (lines + 0.2) * theme.type(0) * LINE_HEIGHT)
    for index, choice in enumerate(tools):
        x = page.left + index % across * (width + gap)
        y = page.bottom + (rows - 1 - index // across) * (high + gap)
        page.button(choice, (x, y, width, high), "tool")
    page.bottom += rows * (high + gap) - gap + theme.mm(2 * GRID_MM)
