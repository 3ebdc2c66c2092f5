"""The window: draws a View when it changes, sends touches back.  Import it after env.prepare."""

from collections.abc import Callable

import kivy.base as base
from kivy.app import App
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.graphics import ClearBuffers, ClearColor, Fbo, Rectangle, Scale, Translate
from kivy.uix.widget import Widget

from kiosk.config import Panel
from kiosk.core.view import View
from kiosk.services.picture import Pixels
from kiosk.ui import quiet
from kiosk.ui.screens import Screen
from kiosk.ui.theme import rgba, theme


class Canvas(Widget):
    """Holds the screen that is shown."""


class Kiosk(App):
    """`send` is told the word of what was touched."""

    def __init__(self, panel: Panel, send: Callable[[str], None]) -> None:
        super().__init__()
        self._panel = panel
        self._send = send
        self._view: View | None = None
        self._canvas = Canvas(size_hint=(None, None), size=(panel.width, panel.height))

    def build(self) -> Widget:
        return self._canvas

    def show(self, view: View, separator: str) -> bool:
        """Draw a view; say whether anything changed."""
        if view == self._view:
            return False
        self._view = view
        look = theme(
            self._panel,
            large=view.large,
            contrast=view.contrast,
            reach=view.reach,
            child=view.child,
        )
        Window.clearcolor = rgba(look.colours.ground)
        self._canvas.clear_widgets()
        self._canvas.add_widget(Screen(view, look, self._send, separator))
        quiet.tidy()
        return True

    def picture(self, width: int) -> Pixels:
        """Return what is seen, at a width in px; fine lines grow faint and are not lost."""
        size = self._panel.width, self._panel.height
        # Lines that are not opaque need a stencil.
        frame = Fbo(size=size, with_stencilbuffer=True)
        with frame:
            ClearColor(*Window.clearcolor)
            ClearBuffers()
            # A picture begins at the top, a canvas at the bottom.
            Scale(1, -1, 1)
            Translate(0, -self._panel.height, 0)
        frame.add(self._canvas.canvas)
        frame.draw()
        frame.remove(self._canvas.canvas)
        texture = frame.texture
        while texture.width != width:
            # A texture that is drawn at half its size is the mean of its pixels, at less it is not.
            across = max(width, texture.width // 2)
            smaller = Fbo(size=(across, round(across * size[1] / size[0])))
            with smaller:
                Rectangle(texture=texture, size=smaller.size)
            smaller.draw()
            texture = smaller.texture
        return Pixels(texture.width, texture.height, texture.pixels)


def every(seconds: float, call: Callable[[], None]) -> None:
    """Call in Kivy's thread, again and again."""
    Clock.schedule_interval(lambda _passed: call(), seconds)


def soon(call: Callable[[], None]) -> Callable[[], None]:
    """Return a function for any thread: `call` runs in Kivy's thread before the next frame."""
    trigger = Clock.create_trigger(lambda _passed: call(), -1)
    return lambda: trigger()


def catch(handler: Callable[[Exception], None]) -> None:
    """Hand errors of the screen to a handler and go on."""

    class Catch(base.ExceptionHandler):
        def handle_exception(self, exception: BaseException) -> int:
            if not isinstance(exception, Exception):
                return int(base.ExceptionManager.RAISE)
            handler(exception)
            return int(base.ExceptionManager.PASS)

    base.ExceptionManager.add_handler(Catch())


def drawn(call: Callable[[], None]) -> None:
    """Have the screen drawn again, though nothing changed, and call when it has been."""
    first_frame(call)
    Window.canvas.ask_update()


def first_frame(call: Callable[[], None]) -> None:
    """Call once, when the next frame is drawn; of a window that was just made, the first."""

    def flipped(*_: object) -> None:
        Window.unbind(on_flip=flipped)
        call()

    Window.bind(on_flip=flipped)
