"""A View as widgets: every screen is built anew from its view and knows nothing else."""

from collections.abc import Sequence

import segno
from kivy.graphics import Color, Rectangle
from kivy.uix.widget import Widget

from kiosk.core import doors
from kiosk.core.view import Choice, Cover, View
from kiosk.ui import cases, keyboard, shapes
from kiosk.ui.panels import Headline, PartPanel
from kiosk.ui.text import Text, measure
from kiosk.ui.theme import LINE_HEIGHT, Theme, rgba
from kiosk.ui.widgets import Box, CoverPicture, Plain, Row, Send, Touchable

GRID_MM = 8
TOOL_MM = 48  # A tool's width at the least, for its word.
DOORS_ACROSS = 4
# Of these two stand side by side below the others.
SMALL = {"back", "leave", "paper", "phone"}
COVER_MM = 58  # The width of a cover beside words.
COVERS_MAX = 6  # More books than these become a list.


class Screen(Widget):
    """From top to bottom: whose machine it is, one sentence, what the machine sees, what to do."""

    def __init__(self, view: View, theme: Theme, send: Send, separator: str) -> None:
        super().__init__(size_hint=(None, None), size=(theme.width, theme.height))
        self._view, self._theme, self._send = view, theme, send
        self._separator = separator
        self.pos = 0, theme.bottom
        self._left = theme.mm(3 * GRID_MM)
        self._width = theme.width - 2 * self._left
        for brief in (False, True):
            self._build(brief)
            if self._fits:
                break

    def _build(self, brief: bool) -> None:
        """Draw it all; brief has smaller words, where the middle had no room."""
        theme = self._theme
        self.clear_widgets()
        self.canvas.clear()
        self._brief, self._fits = brief, True
        self._top = theme.bottom + theme.height - theme.mm(2 * GRID_MM)
        self._bottom = theme.bottom + theme.mm(2 * GRID_MM)
        self._head()
        self._tools()
        self._choices()
        self._words()
        self._middle()

    # --- the frame, the same everywhere

    def _head(self) -> None:
        view, theme = self._view, self._theme
        size = theme.mm(14)
        shapes.seal(self.canvas, theme, self._left, self._top - size, size)
        name = Text(view.name, size=theme.smallest, width=self._width, colour=theme.colours.soft)
        name.pos = self._left + size + theme.mm(4), self._top - size / 2 - name.height / 2
        self.add_widget(name)
        if view.status:
            self._pill(view.status, self._top - size / 2)
        self._top -= size + theme.mm(2 * GRID_MM)

    def _pill(self, status: str, centre_y: float) -> None:
        """What is wrong with the machine: shape, colour and words."""
        theme = self._theme
        room = self._width * 0.72
        text = Text(status, size=theme.smallest, width=room, colour=theme.colours.amber, most=1)
        pad, height = theme.mm(4), theme.mm(14)
        width = text.width + 2 * pad
        x = self._left + self._width - width
        box = (x, centre_y - height / 2, width, height)
        shapes.panel(self.canvas, theme, box, theme.colours.amber_ground)
        text.pos = x + pad, centre_y - text.height / 2
        self.add_widget(text)

    def _tools(self) -> None:
        """In one row where there is room for their words, else in two."""
        tools, theme = self._view.tools, self._theme
        gap = theme.mm(GRID_MM / 2)
        wide = (self._width + gap) / len(tools) - gap
        across = len(tools) if wide >= theme.mm(TOOL_MM) else -(-len(tools) // 2)
        rows = -(-len(tools) // across)
        width = (self._width + gap) / across - gap
        longest = max(measure(choice.text, theme.type(0), False) for choice in tools)
        lines = 1 if longest <= width else 2
        high = max(theme.mm(20), (lines + 0.2) * theme.type(0) * LINE_HEIGHT)
        for index, choice in enumerate(tools):
            x = self._left + index % across * (width + gap)
            y = self._bottom + (rows - 1 - index // across) * (high + gap)
            self._button(choice, (x, y, width, high), "tool")
        self._bottom += rows * (high + gap) - gap + theme.mm(2 * GRID_MM)

    def _choices(self) -> None:
        """The main one is low and wide, where a seated hand reaches it; leaving stays below it."""
        choices, theme = self._view.choices, self._theme
        if self._view.screen == "welcome" and len(choices) == 2:
            self._tiles(choices)
            return
        if self._view.entry is not None:
            self._keys(choices)
            return
        shut = tuple(choice for choice in choices if doors.number(choice.word))
        rest = choices[len(shut) :]
        if len(rest) > 2 and {choice.word for choice in rest[-2:]} < SMALL:
            self._side_by_side(rest[-2:])
            rest = rest[:-2]
        for choice in reversed(rest):
            look = "main" if choice is choices[0] and choice.word != "leave" else "second"
            height = theme.mm(32 if look == "main" else 24)
            self._button(choice, (self._left, self._bottom, self._width, height), look)
            self._bottom += height + theme.mm(GRID_MM)
        self._bottom += theme.mm(GRID_MM)

    def _keys(self, choices: tuple[Choice, ...]) -> None:
        """Keys to type with, and above the tools, side by side, what else can be done."""
        theme = self._theme
        keys = tuple(choice for choice in choices if choice.word.startswith("key."))
        others = [c for c in choices if c not in keys and not c.word.startswith("book.")]
        if others:
            self._side_by_side(others)
        high = keyboard.height(theme)
        box = (self._left, self._bottom, self._width, high)
        for choice, place in keyboard.boxes(keys, theme, box):
            self._button(choice, place, "key")
        self._bottom += high + theme.mm(GRID_MM)

    def _side_by_side(self, choices: Sequence[Choice]) -> None:
        gap = self._theme.mm(GRID_MM)
        wide = (self._width + gap) / len(choices) - gap
        longest = max(measure(choice.text, self._theme.type(0), True) for choice in choices)
        tall = longest > wide - self._theme.mm(45) or any(choice.detail for choice in choices)
        high = self._theme.mm(32 if tall else 24)
        for index, choice in enumerate(choices):
            x = self._left + index * (wide + gap)
            self._button(choice, (x, self._bottom, wide, high), "second")
        self._bottom += high + gap

    def _field(self, entry: str) -> None:
        """What was typed, large, with a mark where the next letter comes."""
        theme, high = self._theme, self._theme.mm(26)
        self._top -= high
        box = (self._left, self._top, self._width, high)
        shapes.panel(self.canvas, theme, box, theme.colours.slip, theme.colours.main)
        x = self._left + theme.mm(5)
        if entry:
            size, room = theme.type(2 if theme.scale == 1 else 1), self._width - theme.mm(14)
            text = Text(entry, size=size, width=room, colour=theme.colours.ink, bold=True, most=1)
            text.pos = x, self._top + (high - text.height) / 2
            self.add_widget(text)
            x = text.right + theme.mm(1.5)
        with self.canvas:
            Color(*rgba(theme.colours.main))
            Rectangle(pos=(x, self._top + high * 0.24), size=(theme.mm(1), high * 0.52))
        self._top -= theme.mm(GRID_MM / 2)

    def _found(self, choices: tuple[Choice, ...]) -> None:
        """What was found, a row each, below each other."""
        x, y, width, height = self._room
        gap = self._theme.mm(GRID_MM / 4)
        high = min(self._theme.mm(36), (height + gap) / len(choices) - gap)
        self._fits = high >= 2 * self._theme.type(0) * LINE_HEIGHT
        for index, choice in enumerate(choices):
            bottom = y + height - (index + 1) * high - index * gap
            self._button(choice, (x, bottom, width, high), "book")

    def _doors(self, choices: tuple[Choice, ...]) -> None:
        """The doors as they are in front of whoever stands here, also those that stay shut."""
        theme = self._theme
        offered = {doors.number(choice.word): choice for choice in choices}
        count = max(self._view.case.doors if self._view.case else 0, *offered)
        gap = theme.mm(GRID_MM / 2)
        columns = min(count, DOORS_ACROSS)
        rows = -(-count // columns)
        wide = (self._width - gap * (columns - 1)) / columns
        room = (self._top - self._bottom + gap) / rows - gap
        high = max(theme.mm(20), min(theme.mm(104), theme.mm(168) / rows, room))
        self._fits = room >= theme.mm(20)
        for index in range(count):
            x = self._left + index % columns * (wide + gap)
            y = self._bottom + (rows - 1 - index // columns) * (high + gap)
            if index + 1 in offered:
                self._button(offered[index + 1], (x, y, wide, high), "door")
            else:
                cases.shut(self.canvas, theme, (x, y, wide, high))

    def _tiles(self, choices: tuple[Choice, ...]) -> None:
        theme = self._theme
        gap = theme.mm(GRID_MM)
        width = (self._width - gap) / 2
        height = theme.mm(80)
        for index, choice in enumerate(choices):
            box = (self._left + index * (width + gap), self._bottom, width, height)
            self._button(choice, box, "tile" if index else "tile_main")
        self._bottom += height + theme.mm(2 * GRID_MM)

    def _button(self, choice: Choice, box: Box, look: str) -> None:
        look = "grey" if choice.grey else look
        self.add_widget(Touchable(choice, self._theme, box, self._send, look))

    # --- the sentence

    def _words(self) -> None:
        view = self._view
        if view.covers and view.parts:
            self._beside(view.covers[0])
        else:
            self._sentence()
        self._top -= self._theme.mm(GRID_MM)

    def _beside(self, cover: Cover) -> None:
        """One book: its cover at the left of the words."""
        theme, left, width, top = self._theme, self._left, self._width, self._top
        wide = theme.mm(42 if self._brief else COVER_MM)
        high = wide * 1.38
        self.add_widget(CoverPicture(cover, theme, (left, top - high, wide, high)))
        self._left += wide + theme.mm(GRID_MM)
        self._width -= wide + theme.mm(GRID_MM)
        self._sentence(theme.type(2 - self._brief))
        self._left, self._width = left, width
        self._top = min(self._top, top - high)

    def _sentence(self, size: float = 0) -> None:
        view, theme = self._view, self._theme
        if view.entry is not None and view.screen != "welcome":
            self._field(view.entry)
            self._say(view.title, theme.type(0 if self._brief else 1), theme.colours.soft)
        elif view.figure and "{}" in view.title:
            headline = Headline(
                view.title, view.figure, theme, self._width, largest=3 if self._brief else 5
            )
            self._top -= headline.height
            self.add_widget(headline.placed(self._left, self._top))
        else:
            step = (3 if theme.scale == 1 else 2) - self._brief
            self._say(view.title, size or theme.type(step), theme.colours.ink, bold=True)
        if view.line:
            self._top -= theme.mm(GRID_MM / 4)
            self._say(view.line, theme.type(0 if self._brief else 1), theme.colours.soft)
        if view.notice:
            self._top -= theme.mm(GRID_MM / 2)
            self._notice(view.notice)

    def _say(self, words: str, size: float, colour: str, bold: bool = False) -> None:
        text = Text(words, size=size, width=self._width, colour=colour, bold=bold)
        self._top -= text.height
        text.pos = self._left, self._top
        self.add_widget(text)

    def _notice(self, words: str) -> None:
        theme = self._theme
        pad = theme.mm(5)
        colours = theme.colours
        inner = self._width - 2 * pad
        text = Text(words, size=theme.type(0), width=inner, colour=colours.sky)
        height = text.height + 2 * theme.mm(3)
        self._top -= height
        box = (self._left, self._top, self._width, height)
        shapes.panel(self.canvas, theme, box, colours.sky_ground)
        text.pos = self._left + pad, self._top + theme.mm(3)
        self.add_widget(text)

    # --- what the machine sees

    def _middle(self) -> None:
        shut = tuple(choice for choice in self._view.choices if doors.number(choice.word))
        found = tuple(choice for choice in self._view.choices if choice.cover)
        if shut:
            self._doors(shut)
        elif found:
            self._found(found)
        elif self._view.covers and not self._view.parts:
            self._books(self._view.covers)
        elif self._view.parts:
            self._parts()
        elif self._view.picture:
            self._picture()

    @property
    def _room(self) -> Box:
        height = max(0.0, self._top - self._bottom)
        return self._left, self._bottom, self._width, height

    def _books(self, covers: tuple[Cover, ...]) -> None:
        if self._view.picture == "wait":
            self._bar()
        if len(covers) > COVERS_MAX:
            self._rows(covers)
            return
        x, y, width, height = self._room
        gap = self._theme.mm(GRID_MM)
        columns = 1 if len(covers) == 1 else 2 if len(covers) <= 4 else 3
        rows = -(-len(covers) // columns)
        wide = min((width - gap * (columns - 1)) / columns, width * 0.48)
        high = min(wide * 1.38, (height - gap * (rows - 1)) / rows)
        wide = min(wide, high)
        for index, cover in enumerate(covers):
            left = x + index % columns * (wide + gap)
            bottom = y + height - (index // columns + 1) * high - index // columns * gap
            self.add_widget(CoverPicture(cover, self._theme, (left, bottom, wide, high)))

    def _rows(self, covers: tuple[Cover, ...]) -> None:
        x, y, width, height = self._room
        gap = self._theme.mm(GRID_MM / 2)
        count = -(-len(covers) // 2)
        wide = (width - 2 * gap) / 2
        high = min(self._theme.mm(24), (height - gap * (count - 1)) / count)
        self._fits = high >= self._theme.type(0) * LINE_HEIGHT
        for index, cover in enumerate(covers):
            left = x + (index // count) * (wide + 2 * gap)
            bottom = y + height - (index % count + 1) * high - index % count * gap
            box = (left, bottom, wide, high)
            self.add_widget(Row(cover, cover.title or "…", self._theme, box))

    def _bar(self) -> None:
        theme = self._theme
        self._top -= theme.mm(GRID_MM)
        box = (self._left, self._top, self._width, theme.mm(4))
        shapes.bar(self.canvas, theme, box, self._view.fraction)
        self._top -= theme.mm(2 * GRID_MM)

    def _parts(self) -> None:
        """Everything is said, as large as there is room for."""
        x, _y, width, height = self._room
        for brief in range(6):
            gap = self._theme.mm(GRID_MM / 2 if brief < 5 else 2)
            panels = [
                PartPanel(part, self._theme, width, self._separator, brief)
                for part in self._view.parts
            ]
            self._fits = sum(panel.height + gap for panel in panels) - gap <= height
            if self._fits:
                break
        top = self._top
        for panel in panels:
            top -= panel.height
            self.add_widget(panel.placed(x, top))
            top -= gap

    def _picture(self) -> None:
        self._fits = self._top >= self._bottom
        x, y, width, height = self._room
        theme, view = self._theme, self._view
        picture = Plain((x, y, width, height))
        self.add_widget(picture)
        canvas = picture.canvas
        middle = (x, y + height * 0.12, width, min(height * 0.76, theme.mm(110)))
        if view.picture == "shelf":
            high = min(height * 0.92, theme.mm(100))
            shapes.shelf(canvas, theme, (x, y, width, high))
        elif view.picture == "case" and view.case:
            tall = min(height * 0.92, theme.mm(170))
            cases.case(canvas, theme, (x, y + (height - tall) / 2, width, tall), view.case)
        elif view.picture == "card":
            shapes.card(canvas, theme, middle)
        elif view.picture in ("tray", "take"):
            shapes.tray(canvas, theme, middle, lift=view.picture == "take")
        elif view.picture == "code":
            rows = segno.make(view.code, error="m", micro=False).matrix
            shapes.code(canvas, theme, (x, y, width, min(height, theme.mm(150))), rows)
        elif view.picture == "slot":
            shapes.slot(canvas, theme, middle)
        elif view.picture == "wait":
            shapes.card(canvas, theme, middle)
            self._bar()
        elif view.picture == "attention":
            size = min(theme.mm(72), height * 0.6)
            left, bottom = x + (width - size) / 2, y + (height - size) / 2
            shapes.mark(canvas, theme, left, bottom, size)
        elif view.picture == "ring":
            self._dial(canvas)

    def _dial(self, canvas: object) -> None:
        x, y, width, height = self._room
        theme = self._theme
        size = min(theme.mm(96), height * 0.9)
        left, bottom = x + (width - size) / 2, y + (height - size) / 2
        shapes.dial(canvas, theme, left, bottom, size, self._view.fraction)
        figure = Text(
            self._view.figure, size=theme.type(5), width=size, colour=theme.colours.ink, bold=True
        )
        figure.center = left + size / 2, bottom + size / 2
        self.add_widget(figure)
