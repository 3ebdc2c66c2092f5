"""The whole kiosk: the machine of its role and the window, until somebody ends it."""

import signal
import subprocess
import sys
from pathlib import Path

import structlog

from kiosk.config import Config, texts
from kiosk.core.events import Press
from kiosk.core.speech import utterance
from kiosk.core.view import View
from kiosk.loop import GiveUp, Loop
from kiosk.machine import machine
from kiosk.services.picture import Sender
from kiosk.services.speaker import Speaker
from kiosk.services.watchdog import Watchdog
from kiosk.ui import env
from kiosk.ui.theme import BOLD, REGULAR

LANGUAGES = ("zh", "en")
EXIT_RESTART = 77  # Whoever started it starts it anew, as was ordered.
TICK_S = 0.5
ALIVE_S = 5.0
PICTURE_S = 1.0
PICTURE_WIDTH = 540

log = structlog.get_logger()


def run(config: Config) -> int:
    """Serve until SIGTERM or SIGINT; return the exit status."""
    make_fonts()
    env.prepare(config.panel, config.data / "kivy")
    words = {language: texts(language) for language in LANGUAGES}
    with machine(config, words) as (loop, wall_ms):
        sender = Sender(config.web, config.device, config.key, wall_ms)
        screen = _Screen(loop, config, sender)
        sender.start()
        try:
            screen.run()
        finally:
            sender.stop()
    return screen.status


class _Screen:
    """Between the loop and the window: steps the one, draws the other."""

    def __init__(self, loop: Loop, config: Config, sender: Sender) -> None:
        # Opens the window: only after the environment is set.
        from kiosk.ui import quiet
        from kiosk.ui.window import Kiosk, catch, drawn, every, first_frame, soon

        self.status = 0
        self._loop, self._config, self._sender = loop, config, sender
        self._changed = self._unsent = False
        self._speaker = Speaker() if config.speech else None
        self._view: View | None = None  # What was drawn last.
        self._screen = ""  # The name of the screen that was drawn last.
        self._app = Kiosk(config.panel, send=lambda word: loop.post(Press(word)))
        loop.wake = soon(self._step)
        catch(self._failed)
        first_frame(lambda: quiet.prepare(config.panel))
        first_frame(lambda: print("ready", flush=True))
        watchdog = Watchdog()
        first_frame(watchdog.ready)
        every(ALIVE_S, lambda: drawn(watchdog.alive))
        every(TICK_S, loop.tick)
        loop.begin_anew = self._begin_anew
        if config.web:
            every(PICTURE_S, self._send_picture)

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._app.stop())
        self._step()
        try:
            self._app.run()
        finally:
            if self._speaker:
                self._speaker.hush()

    def _step(self) -> None:
        try:
            self._loop.step()
        except GiveUp as error:
            self._give_up(error)
        self._draw()

    def _draw(self) -> None:
        before, view = self._view, self._loop.view()
        if not self._app.show(view, self._loop.texts()["separator"]):
            return
        self._view = view
        self._speak(before, view)
        self._changed = True
        if view.screen != self._screen:
            self._screen = view.screen
            log.info("screen", name=view.screen)

    def _speak(self, before: View | None, view: View) -> None:
        if not self._speaker:
            return
        if text := utterance(before, view, self._loop.texts()):
            self._speaker.say(text, view.language, view.volume)
        elif before and before.speech and not view.speech:
            self._speaker.hush()

    def _failed(self, error: Exception) -> None:
        """An error of the screen itself: the visit ends, the machine goes on."""
        log.error("the screen failed", error=repr(error))
        try:
            self._loop.crash()
        except GiveUp as reason:
            self._give_up(reason)

    def _begin_anew(self) -> None:
        self.status = EXIT_RESTART
        self._app.stop()

    def _give_up(self, error: GiveUp) -> None:
        log.error("gives up", why=str(error))
        self.status = 1
        self._app.stop()

    def _send_picture(self) -> None:
        """Send what has stood for a whole period: no reader waits while a picture is taken."""
        if self._changed:
            self._changed, self._unsent = False, True
        elif self._unsent:
            self._unsent = False
            self._sender.send(self._app.picture(PICTURE_WIDTH))


def make_fonts() -> None:
    """Cut the fonts to size if nobody has yet."""
    if Path(REGULAR).exists() and Path(BOLD).exists():
        return
    script = Path(__file__).parent.parent / "deploy/setup/fonts.py"
    subprocess.run([sys.executable, str(script)], check=True)
