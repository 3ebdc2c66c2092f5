"""The kiosk's own widgets: buttons and covers, at fixed places."""

from collections.abc import Callable
from typing import Any

from kivy.graphics import Color, Line, Rectangle
from kivy.uix.widget import Widget

from kiosk.core import doors
from kiosk.core.view import Choice, Cover
from kiosk.ui import shapes
from kiosk.ui.text import Text, fits, measure
from kiosk.ui.theme import LINE_HEIGHT, Theme, rgba

Send = Callable[[str], None]
Box = tuple[float, float, float, float]


_SLIPS = ("key", "book")  # Looks of paper that lies on the ground.
_QUIET = ("tool", "key", "book", "grey")  # Looks with a soft outline: there are many of them.


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
        self,
        choice: Choice,
        theme: Theme,
        box: Box,
        send: Send,
        look: str = "second",
        longest: str = "",
    ) -> None:
        """longest: of all the words that stand beside each other, in letters of one size."""
        super().__init__(box)
        self.word = choice.word
        self.longest = longest or choice.text
        self._send = send
        self._theme = theme
        self._choice = choice
        self._look = look
        self._draw(pressed=False)

    def on_touch_down(self, touch: Any) -> bool:
        if self._choice.grey or not self.collide_point(*touch.pos):
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
        ground = (
            colours.main if filled else colours.slip if self._look in _SLIPS else colours.ground
        )
        ink = colours.main_ink if filled else colours.ink
        if pressed:
            ground, ink = colours.ink, colours.ground
        line = "" if filled or pressed else colours.rule if self._look in _QUIET else colours.ink
        shapes.panel(self.canvas.before, theme, self.box, ground, line)
        if self._choice.focused:
            shapes.ring(self.canvas.before, theme, self.box)
        _LABELS[self._look](self, self._choice, theme, ink)


def _label(button: Touchable, choice: Choice, theme: Theme, ink: str) -> None:
    """The words in the middle, the digit that chooses them at the left."""
    pad = theme.mm(5)
    key = _key(button, choice, theme, ink, button.x + pad, button.center_y)
    width = button.width - 2 * (pad + key)
    step = 1 if measure(button.longest, theme.type(1), True) <= width else 0
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


def _letter(button: Touchable, choice: Choice, theme: Theme, ink: str) -> None:
    """A key: its letter, or a drawn sign."""
    if choice.word in shapes.SIGNS:
        shapes.SIGNS[choice.word](button.canvas.before, theme, button.box, ink)
        return
    text = Text(choice.text, size=theme.smallest * 1.2, width=button.width, colour=ink, bold=True)
    text.center = button.center
    button.add_widget(text)


def _book(button: Touchable, choice: Choice, theme: Theme, ink: str) -> None:
    """A title that was found: its colour as a spine, its name, who wrote it and where it is."""
    assert choice.cover
    pad, spine = theme.mm(3), theme.mm(9)
    box = (button.x + pad, button.y + pad, spine, button.height - 2 * pad)
    shapes.panel(button.canvas.before, theme, box, theme.colours.covers[choice.cover.colour])
    left = button.x + pad + spine + theme.mm(5)
    width = button.right - left - pad
    size = theme.type(0)
    hang = size * 0.45 if choice.text.startswith("《") else 0
    title = Text(choice.text, size=size, width=width, colour=ink, bold=True, most=1)
    title.pos = left - hang, button.center_y
    where = Text(choice.detail, size=size, width=width, colour=ink, most=1)
    where.pos = left, button.center_y - where.height
    button.add_widget(title)
    button.add_widget(where)
    room = left + width - title.right - theme.mm(2)
    if choice.cover.author and room > theme.mm(30):
        author = Text(choice.cover.author, size=size, width=room, colour=ink, most=1)
        author.pos = title.right + theme.mm(2), button.center_y
        button.add_widget(author)


def _grey(button: Touchable, choice: Choice, theme: Theme, _ink: str) -> None:
    """What does not work now, and why."""
    width, size, soft = button.width - theme.mm(8), theme.type(0), theme.colours.soft
    texts = [
        Text(words, size=size, width=width, colour=soft, bold=bold, most=1, align="center")
        for words, bold in ((choice.text, True), (choice.detail, False))
    ]
    top = button.center_y + sum(text.height for text in texts) / 2
    for text in texts:
        text.center_x, text.top = button.center_x, top
        top -= text.height
        button.add_widget(text)


_LABELS = {"main": _label, "second": _label, "tool": _tool, "tile_main": _tile, "tile": _tile,
           "door": _door, "key": _letter, "book": _book, "grey": _grey}  # fmt: skip


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
        inner = width - pad - theme.mm(5)
        # As large as all of it can be; the largest is for a cover that stands alone.
        for step in (2, 1, 0) if width > theme.mm(90) else (1, 0):
            size = min(theme.type(step), theme.smallest * 2.2)
            most = max(1, int((height * 0.62) / (size * LINE_HEIGHT)))
            if fits(cover.title, size=size, width=inner, bold=True, most=most):
                break
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
            most=2 if height * 0.3 > theme.mm(2.5) + 2 * theme.smallest * LINE_HEIGHT else 1,
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
