"""What a screen says in blocks: panels of results, and the headline with its figure.

Their sizes are known before their places.
"""

from kivy.uix.widget import Widget

from kiosk.core.view import Part
from kiosk.ui import shapes
from kiosk.ui.text import Text
from kiosk.ui.theme import DESCENT, Theme


class PartPanel(Widget):
    """Books with the same outcome: a mark, what it is, which books, what to do now.

    `brief` 0 gives each title a line or two, 1 joins them, 2 cuts them to two lines, 3 to one;
    4 also has smaller headings; 5 stands close.
    """

    def __init__(self, part: Part, theme: Theme, width: float, separator: str, brief: int) -> None:
        super().__init__(size_hint=(None, None))
        self._part, self._theme = part, theme
        self._pad = theme.mm((6, 6, 3, 3, 1.5, 0.5)[brief])
        self._gap = theme.mm(1)
        self._badge = 0.0 if part.kind == "keys" else theme.type(2)
        self._left = self._pad + self._badge + (theme.mm(5) if self._badge else 0)
        inner = width - self._left - self._pad
        self._texts = [
            Text(words, size=theme.type(step), width=inner, colour=theme.colours.ink,
                 bold=bold, most=most)
            for words, step, bold, most in _lines(part, separator, brief)
        ]  # fmt: skip
        high = sum(text.height + self._gap for text in self._texts) - self._gap
        self.size = width, 2 * self._pad + high

    def placed(self, x: float, y: float) -> "PartPanel":
        """Draw it with its lower left corner here."""
        colours, theme, part = self._theme.colours, self._theme, self._part
        self.pos = x, y
        leaf = colours.leaf_ground
        grounds = {"done": leaf, "here": leaf, "attention": colours.amber_ground}
        ground = grounds.get(part.kind, colours.slip)
        line = "" if part.kind in grounds else colours.rule
        shapes.panel(self.canvas.before, theme, (x, y, self.width, self.height), ground, line)
        top = y + self.height - self._pad
        if self._badge:
            self._draw_badge(x + self._pad, top - self._texts[0].first_line / 2)
        for text in self._texts:
            # An opening bracket is half empty: it hangs out, so that the words stand in line.
            hang = text.font_size * 0.45 if text.text.startswith("《") and text.one_line else 0
            text.pos = x + self._left - hang, top - text.height
            self.add_widget(text)
            top -= text.height + self._gap
        return self

    def _draw_badge(self, x: float, middle: float) -> None:
        theme, part, size = self._theme, self._part, self._badge
        if part.kind == "step":
            text = Text(
                part.heading,
                size=self._texts[0].font_size,
                width=size,
                colour=theme.colours.main,
                bold=True,
            )
            text.center = x + size / 2, middle
            self.add_widget(text)
            return
        draw = shapes.mark if part.kind == "attention" else shapes.tick
        draw(self.canvas.before, theme, x, middle - size / 2, size)


def _lines(part: Part, separator: str, brief: int) -> list[tuple[str, int, bool, int]]:
    """Return (words, type step, bold, most lines) of a part's texts."""
    if part.kind in ("step", "keys"):
        return [(part.step, 1 if part.kind == "step" and not brief else 0, False, 0)]
    found = [(part.heading, 1 if brief < 4 else 0, True, 0)]
    if part.kind == "here":
        found += [(place, 0, False, 2) for place in part.titles]
    elif brief == 0:
        found += [(title, 1, False, 2) for title in part.titles]
    else:
        found.append((separator.join(part.titles), 0, False, (0, 0, 2, 1, 1, 1)[brief]))
    found.append((part.step, 0, False, 0))
    return [line for line in found if line[0]]


class Headline(Widget):
    """Words around a figure in the largest type, on one base line; or below each other."""

    def __init__(
        self, title: str, figure: str, theme: Theme, width: float, largest: int = 5
    ) -> None:
        super().__init__(size_hint=(None, None))
        before, _, after = (words.strip() for words in title.partition("{}"))
        words = before, figure, after
        steps = [(step, False) for step in (largest, largest - 1)]
        steps += [(step, True) for step in (5, 4, 3, 2) if step <= largest]
        for step, self._stacked in steps:
            self._texts = [
                Text(
                    text,
                    size=theme.type(step if text == figure else min(2, step - 1)),
                    width=width,
                    colour=theme.colours.ink,
                    bold=True,
                )
                for text in words
                if text
            ]
            self._gap = theme.mm(4)
            if self._width() <= width and all(text.one_line for text in self._texts):
                break
        highs = [text.height for text in self._texts]
        self.size = self._width(), sum(highs) if self._stacked else max(highs)

    def placed(self, x: float, y: float) -> "Headline":
        self.pos = x, y
        base = y + DESCENT * max(text.font_size for text in self._texts)
        top = self.top
        for text in self._texts:
            self.add_widget(text)
            if self._stacked:
                top -= text.height
                text.pos = x, top
            else:
                text.pos = x, base - DESCENT * text.font_size
                x += text.width + self._gap
        return self

    def _width(self) -> float:
        widths = [float(text.width) for text in self._texts]
        return max(widths) if self._stacked else sum(widths) + self._gap * (len(widths) - 1)
