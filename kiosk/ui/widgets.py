"""The kiosk's own widgets: buttons, covers, result panels.  Sizes are known before places."""

from collections.abc import Callable
from typing import Any

from kivy.graphics import Color, Line, Rectangle
from kivy.uix.widget import Widget

from kiosk.core import doors
from kiosk.core.view import Choice, Cover, Part
from kiosk.ui import shapes
from kiosk.ui.text import Text, measure
from kiosk.ui.theme import DESCENT, LINE_HEIGHT, Theme, rgba

Send = Callable[[str], None]
Box = tuple[float, float, float, float]


class Plain(Widget):
    """A widget of a fixed size at a fixed place."""

    def __init__(self, box: Box) -> None:
        super().__init__(size_hint=(None, None), pos=box[:2], size=box[2:])

    @property
    def box(self) -> Box:
        return (*self.pos, *self.size)


class Touchable(Plain):
    """One choice; it says its word when a finger that went down on it goes up on it."""

    def __init__(
        self, choice: Choice, theme: Theme, box: Box, send: Send, look: str = "second"
    ) -> None:
        super().__init__(box)
        self.word = choice.word
        self._send = send
        self._theme = theme
        self._choice = choice
        self._look = look
        self._draw(pressed=False)

    def on_touch_down(self, touch: Any) -> bool:
        if not self.collide_point(*touch.pos):
            return False
        touch.grab(self)
        self._draw(pressed=True)
        return True

    def on_touch_up(self, touch: Any) -> bool:
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        self._draw(pressed=False)
        if self.collide_point(*touch.pos):
            self._send(self.word)
        return True

    def _draw(self, pressed: bool) -> None:
        colours, theme = self._theme.colours, self._theme
        self.canvas.before.clear()
        self.clear_widgets()
        filled = self._look in ("main", "tile_main") or self._choice.on
        ground = colours.main if filled else colours.ground
        ink = colours.main_ink if filled else colours.ink
        if pressed:
            ground, ink = colours.ink, colours.ground
        line = "" if filled or pressed else colours.rule if self._look == "tool" else colours.ink
        shapes.panel(self.canvas.before, theme, self.box, ground, line)
        if self._choice.focused:
            shapes.ring(self.canvas.before, theme, self.box)
        _LABELS[self._look](self, self._choice, theme, ink)


def _label(button: Touchable, choice: Choice, theme: Theme, ink: str) -> None:
    """The words in the middle, the digit that chooses them at the left."""
    pad = theme.mm(5)
    key = _key(button, choice, theme, ink, button.x + pad, button.center_y)
    width = button.width - 2 * (pad + key)
    step = 1 if measure(choice.text, theme.type(1), True) <= width else 0
    text = Text(
        choice.text, size=theme.type(step), width=width, colour=ink, bold=True, align="center"
    )
    text.center = button.center
    button.add_widget(text)


def _tool(button: Touchable, choice: Choice, theme: Theme, ink: str) -> None:
    text = Text(choice.text, size=theme.type(0), width=button.width, colour=ink)
    text.center = button.center
    button.add_widget(text)


def _tile(button: Touchable, choice: Choice, theme: Theme, ink: str) -> None:
    """A large choice: an arrow for the way of the book, the word below."""
    width = button.width - theme.mm(12)
    step = next((s for s in (3, 2) if measure(choice.text, theme.type(s), True) <= width), 1)
    size = theme.type(step)
    text = Text(choice.text, size=size, width=width, colour=ink, bold=True)
    text.pos = button.x + theme.mm(8), button.y + theme.mm(6)
    button.add_widget(text)
    top = button.top - theme.mm(8)
    _key(button, choice, theme, ink, button.x + theme.mm(8), top - theme.type(0) * 0.7)


def _door(button: Touchable, choice: Choice, theme: Theme, ink: str) -> None:
    """A door with its handle; its number large, as on the door itself."""
    with button.canvas.before:
        Color(*rgba(ink, 0.55))
        Rectangle(
            pos=(button.right - theme.mm(5), button.center_y - theme.mm(6)),
            size=(theme.mm(1.2), theme.mm(12)),
        )
    figure = str(doors.number(choice.word))
    fits = (step for step in (3, 2, 1) if theme.type(step) * LINE_HEIGHT <= button.height)
    size = theme.type(next(fits, 0))
    text = Text(figure, size=size, width=button.width, colour=ink, bold=True)
    text.center = button.center
    button.add_widget(text)


def _key(
    button: Touchable, choice: Choice, theme: Theme, ink: str, x: float, centre_y: float
) -> float:
    """The keypad's key beside the words; returns its width with the gap."""
    if not choice.number:
        return 0.0
    size = theme.type(0) * 1.4
    with button.canvas.before:
        Color(*rgba(ink, 0.55))
        Line(
            rounded_rectangle=(x, centre_y - size / 2, size, size, theme.mm(1.5)),
            width=theme.mm(0.3),
        )
    digit = Text(str(choice.number), size=theme.type(0), width=size, colour=ink)
    digit.center = x + size / 2, centre_y
    button.add_widget(digit)
    return size + theme.mm(3)


_LABELS = {"main": _label, "second": _label, "tool": _tool, "tile_main": _tile, "tile": _tile,
           "door": _door}  # fmt: skip


class CoverPicture(Plain):
    """A generated cover: muted paper, the title large, a thin rule, the author small."""

    def __init__(self, cover: Cover, theme: Theme, box: Box) -> None:
        super().__init__(box)
        x, y, width, height = box
        colours = theme.colours
        pad = theme.mm(4)
        line = colours.ink if theme.outlined else ""
        shapes.panel(self.canvas, theme, box, colours.covers[cover.colour], line)
        with self.canvas:
            Color(*rgba(colours.cover_ink, 0.25))
            Rectangle(pos=(x + theme.mm(2), y), size=(theme.mm(0.5), height))
        if not cover.title:
            return
        size = theme.type(2 if width > theme.mm(90) and len(cover.title) < 12 else 1)
        if width < theme.mm(80):
            size = theme.type(1 if len(cover.title) <= 4 else 0)
        size = min(size, theme.smallest * 2.2)
        inner = width - pad - theme.mm(5)
        most = max(1, int((height * 0.62) / (size * LINE_HEIGHT)))
        title = Text(
            cover.title, size=size, width=inner, colour=colours.cover_ink, bold=True, most=most
        )
        title.pos = x + theme.mm(5), y + height - pad - title.height
        self.add_widget(title)
        with self.canvas:
            Color(*rgba(colours.cover_ink, 0.8))
            Rectangle(pos=(x + theme.mm(5), y + height * 0.3), size=(inner * 0.4, theme.mm(0.4)))
        small = Text(
            cover.mark or cover.author,
            size=theme.smallest,
            width=inner,
            colour=colours.cover_ink,
            bold=bool(cover.mark),
            most=1,
        )
        small.pos = x + theme.mm(5), y + theme.mm(2.5)
        self.add_widget(small)


class Row(Plain):
    """A book in a long list: its colour as a small spine, and its title in one line."""

    def __init__(self, cover: Cover, title: str, theme: Theme, box: Box) -> None:
        super().__init__(box)
        x, y, width, height = box
        spine = theme.mm(10)
        shapes.panel(self.canvas, theme, (x, y, spine, height), theme.colours.covers[cover.colour])
        left = spine + theme.mm(4)
        text = Text(title, size=theme.type(0), width=width - left, colour=theme.colours.ink, most=1)
        text.pos = x + left, y + (height - text.height) / 2
        self.add_widget(text)


class PartPanel(Widget):
    """Books with the same outcome: a mark, what it is, which books, what to do now.

    `brief` 0 gives each title its own line, 1 joins them, 2 cuts them to two lines, 3 to one;
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
        grounds = {"done": colours.leaf_ground, "attention": colours.amber_ground}
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
        draw = shapes.tick if part.kind == "done" else shapes.mark
        draw(self.canvas.before, theme, x, middle - size / 2, size)


def _lines(part: Part, separator: str, brief: int) -> list[tuple[str, int, bool, int]]:
    """Return (words, type step, bold, most lines) of a part's texts."""
    if part.kind in ("step", "keys"):
        return [(part.step, 1 if part.kind == "step" and not brief else 0, False, 0)]
    found = [(part.heading, 1 if brief < 4 else 0, True, 0)]
    if brief == 0:
        found += [(title, 1, False, 1) for title in part.titles]
    else:
        found.append((separator.join(part.titles), 0, False, (0, 0, 2, 1, 1, 1)[brief]))
    found.append((part.step, 0, False, 0))
    return [line for line in found if line[0]]


class Headline(Widget):
    """Words around a figure in the largest type, on one base line; or the figure below them."""

    def __init__(
        self, title: str, figure: str, theme: Theme, width: float, largest: int = 5
    ) -> None:
        super().__init__(size_hint=(None, None))
        before, _, after = (words.strip() for words in title.partition("{}"))
        ways: list[tuple[tuple[str, ...], int]]
        ways = [((before, figure, after), step) for step in (largest, largest - 1)]
        ways += [
            ((f"{before} {after}".strip(), figure), step)
            for step in (5, 4, 3, 2)
            if step <= largest
        ]
        for words, step in ways:
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
            self._stacked = len(words) == 2
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
