"""Text on the screen: measured, broken into lines, drawn in one go, so that nothing is clipped."""

import re
from functools import lru_cache

from kivy.core.text import Label as Raster
from kivy.graphics import Color, Rectangle
from kivy.uix.widget import Widget

from kiosk.ui import wrap
from kiosk.ui.theme import BOLD, LINE_HEIGHT, REGULAR, rgba


@lru_cache(maxsize=4096)
def measure(text: str, size: float, bold: bool) -> float:
    """Return the width of a line in px."""
    font = BOLD if bold else REGULAR
    return float(Raster(font_name=font, font_size=size).get_extents(text)[0])


def fits(text: str, *, size: float, width: float, bold: bool, most: int) -> bool:
    """Say whether all of a text stands in so many lines."""
    broken = wrap.lines(text, width, lambda line: measure(line, size, bold))
    return len(broken) <= most and max(measure(line, size, bold) for line in broken) <= width


class Text(Widget):
    """Lines of one size and colour; its size is that of the text, never more than `width`."""

    def __init__(
        self,
        text: str,
        *,
        size: float,
        width: float,
        colour: str,
        bold: bool = False,
        most: int = 0,
        align: str = "left",
    ) -> None:
        # The apostrophe of a Chinese face is as wide as a character.
        text = re.sub("(?<=[A-Za-z])’(?=[A-Za-z])", "'", text)
        broken = wrap.lines(text, width, lambda line: measure(line, size, bold), most)
        self.text = text
        self.font_size = size
        self.allowed_width = width
        self.one_line = len(broken) == 1
        self.first_line = size * LINE_HEIGHT
        raster = Raster(
            text="\n".join(broken),
            font_name=BOLD if bold else REGULAR,
            font_size=size,
            halign=align,
            color=rgba(colour),
        )
        raster.refresh()
        self.texture = raster.texture
        super().__init__(size_hint=(None, None), size=self.texture.size)
        with self.canvas:
            Color(1, 1, 1, 1)
            self._rectangle = Rectangle(texture=self.texture, size=self.size)
        self.bind(pos=self._move)

    def _move(self, *_: object) -> None:
        # Between pixels, letters blur.
        self._rectangle.pos = round(self.x), round(self.y)
