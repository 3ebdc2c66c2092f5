"""A screen while it is being built: what it shows, and the room that is left on it."""

from typing import Any

from kivy.uix.widget import Widget

from kiosk.core.view import Choice, View
from kiosk.ui.theme import Theme
from kiosk.ui.widgets import Box, Send, Touchable

GRID_MM = 8


class Page:
    """Everything has its place from the edges inwards: `top` sinks and `bottom` rises.

    `brief` has smaller words, where the middle had no room; `fits` is false once something has not.
    """

    def __init__(
        self, widget: Widget, view: View, theme: Theme, send: Send, separator: str, brief: bool
    ) -> None:
        self.view, self.theme, self.separator, self.brief = view, theme, separator, brief
        self.fits = True
        self.left = theme.mm(3 * GRID_MM)
        self.width = theme.width - 2 * self.left
        self.top = theme.bottom + theme.height - theme.mm(2 * GRID_MM)
        self.bottom = theme.bottom + theme.mm(2 * GRID_MM)
        self._widget, self._send = widget, send

    @property
    def room(self) -> Box:
        """What is left between above and below."""
        return self.left, self.bottom, self.width, max(0.0, self.top - self.bottom)

    @property
    def canvas(self) -> Any:
        return self._widget.canvas

    def add(self, widget: Widget) -> None:
        self._widget.add_widget(widget)

    def button(self, choice: Choice, box: Box, look: str, longest: str = "") -> None:
        look = "grey" if choice.grey else look
        self.add(Touchable(choice, self.theme, box, self._send, look, longest))
