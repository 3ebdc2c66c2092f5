"""The kiosk as it is, watched: a JSON line whenever a changed picture has been drawn.

kiosk_program CONFIG watch              only watches
kiosk_program CONFIG touch COUNT        touches a tool after a pause, so many times; lines say `ms`
kiosk_program CONFIG visits COUNT CARD TAG …   so many visits of one reader who borrows and returns
                                        these; lines say `visits` and `kib` of memory held
Times are of the system's monotonic clock, the same in every process.
"""

import ctypes
import gc
import json
import os
import random
import re
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bookcase_fw import sign
from kiosk import app, config, machine
from kiosk.core.events import Card, Event, Press, Seen, Tick
from kiosk.core.view import View
from kiosk.runtime import Runtime
from kiosk.ui import env

FRAMES_MAX = 200  # A second, in `visits` only: they are many.
STEP = 20  # Visits between two lines.
TOOLS = ("large", "contrast", "language")
PAUSE_S = (0.15, 0.35)  # Between touches: they come at any time of a frame.
LOST_S = 2.0  # A touch that has changed nothing by then is lost.
PRESSED, RELEASED = 0x401, 0x402  # SDL_MOUSEBUTTONDOWN, SDL_MOUSEBUTTONUP

Drawn = Callable[[View], None]


def watch(drawn: Drawn) -> None:
    """Have `drawn` called after each frame that shows another view than the one before."""
    from kivy.core.window import Window
    from kivy.graphics.opengl import glFinish

    from kiosk.ui.window import Kiosk

    show, flip = Kiosk.show, Window.flip
    waiting: list[View] = []

    def show_and_note(self: Kiosk, view: View, separator: str) -> bool:
        changed: bool = show(self, view, separator)
        if changed:
            waiting.append(view)
        return changed

    def flip_and_tell() -> None:
        flip()
        glFinish()
        if waiting:
            view = waiting.pop()
            waiting.clear()
            drawn(view)

    Kiosk.show = show_and_note
    Window.flip = flip_and_tell


def say(**words: Any) -> None:
    # In one piece: the finger has a thread of its own.
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def told(view: View) -> None:
    say(at_s=time.perf_counter(), screen=view.screen, books=len(view.covers))


class Finger:
    """Touches a tool on the glass, waits for the changed picture, and again."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._changed = threading.Event()
        self._thread = threading.Thread(target=self._touch_all, daemon=True)
        self._at_s = 0.0
        self._places: dict[str, tuple[int, int]] = {}  # Of the tools, in px from the top left.

    def drawn(self, view: View) -> None:
        if self._at_s:
            say(ms=(time.perf_counter() - self._at_s) * 1000)
            self._at_s = 0.0
        self._look()
        self._changed.set()
        if not self._thread.is_alive():
            self._thread.start()

    def _touch_all(self) -> None:
        chance = random.Random(1)
        for number in range(self._count):
            self._changed.clear()
            time.sleep(chance.uniform(*PAUSE_S))
            self._touch(*self._places[TOOLS[number % len(TOOLS)]])
            if not self._changed.wait(LOST_S):
                say(lost=number)
        os.kill(os.getpid(), signal.SIGTERM)

    def _touch(self, x: int, y: int) -> None:
        """Post what SDL posts for a finger that goes down and up."""
        self._at_s = time.perf_counter()
        for kind in (PRESSED, RELEASED):
            # type, timestamp, window, which; button, state, clicks, padding; x, y
            event = (ctypes.c_int32 * 14)(kind, 0, 0, 0, 0x010001 | (kind == PRESSED) << 8, x, y)
            _sdl().SDL_PushEvent(ctypes.byref(event))

    def _look(self) -> None:
        """Note where the tools are; in Kivy's thread, since others may see half a screen."""
        from kivy.app import App
        from kivy.core.window import Window

        for one in App.get_running_app().root.walk():
            if getattr(one, "word", "") in TOOLS:
                self._places[one.word] = int(one.center_x), int(Window.height - one.center_y)


class Visits:
    """Steps through visits as fast as pictures are drawn."""

    def __init__(self, count: int, reader: str, tags: tuple[str, ...]) -> None:
        self._count, self._done = count, 0
        self._begin = (Card(reader), Press("return"))  # Of a loan, of a return: in turn.
        self._next: dict[str, Event] = {
            "tray": Seen(tags),
            "review": Press("confirm"),
            "result": Press("done"),
            "receipt": Press("done"),
            "take": Seen(()),
            "goodbye": Tick(),
        }
        self.runtime: Runtime | None = None

    def drawn(self, view: View) -> None:
        assert self.runtime
        if view.screen == "welcome":
            self._end_visit()
            # The service is there when the machine says nothing is wrong.
            if not view.status:
                self.runtime.post(self._begin[self._done % 2])
        elif view.screen in self._next:
            self.runtime.post(self._next[view.screen])

    def _end_visit(self) -> None:
        if self._done % STEP == 0:
            gc.collect()
            say(visits=self._done, kib=_memory_kib())
        self._done += 1
        if self._done > self._count:
            os.kill(os.getpid(), signal.SIGTERM)


def _visits(loaded: config.Config, count: str, card: str, *tags: str) -> Drawn:
    from kivy.config import Config

    Config.set("graphics", "maxfps", str(FRAMES_MAX))
    visits = Visits(int(count), sign.pseudonym(loaded.district_key, card), tuple(sorted(tags)))

    class Known(Runtime):
        def __init__(self, **parts: Any) -> None:
            super().__init__(**parts)
            visits.runtime = self

    machine.Runtime = Known  # type: ignore[misc]
    return visits.drawn


def _memory_kib() -> int:
    found = re.search(r"VmRSS:\s*(\d+)", Path("/proc/self/status").read_text())
    assert found
    return int(found[1])


def _sdl() -> ctypes.CDLL:
    """Return the library that Kivy's window has loaded."""
    maps = Path("/proc/self/maps").read_text()
    return ctypes.CDLL(next(word for word in maps.split() if "/libSDL2-2" in word))


def main() -> None:
    path, what, *words = sys.argv[1:]
    loaded = config.load(Path(path))
    env.prepare(loaded.panel, loaded.data / "kivy")
    if what == "visits":
        watch(_visits(loaded, *words))
    elif what == "touch":
        watch(Finger(int(words[0])).drawn)
    else:
        watch(told)
    sys.exit(app.run(loaded))


main()
