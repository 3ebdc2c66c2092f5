"""The own screen of a machine with a controller, without a window, behind its real firmware."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable

from bookcase_fw.codecs import panel
from hw_sim.desk.desk import Desk
from hw_sim.devices.panel import Screen
from hw_sim.devices.twin import Twin
from hw_sim.machines import BoxedTwins
from hw_sim.serialport import SerialPort
from kiosk.cabinet import Cabinet
from kiosk.config import texts
from kiosk.core.events import Key, Press
from kiosk.core.model import Timings
from kiosk.devices.controller import Controller
from tests.kiosk.blind import Blind

LIMIT_S = 30.0  # Only a test that fails waits so long.
TEXTS = {language: texts(language) for language in ("zh", "en")}


class Relay(Twin):
    """A line's middle: what the screen says goes on to the real controller, byte for byte."""

    def __init__(self, twin: Screen) -> None:
        super().__init__(panel.Decoder())
        self._twin, self._feed = twin, twin.feed
        twin.feed = self._both  # type: ignore[method-assign]

    def feed(self, data: bytes) -> bytes:
        self._twin.say(data)
        return b""

    def part(self) -> None:
        """Leave the line as it was."""
        self._twin.feed = self._feed  # type: ignore[method-assign]

    def _both(self, data: bytes) -> bytes:
        self.say(data)
        return self._feed(data)


class OwnScreen:
    """The program behind a screen, and somebody before it, who may be blind."""

    def __init__(self, url: str, *, role: str, doors: int, silent_s: float = 7.0) -> None:
        self.cabinet = Cabinet(
            role=role,
            doors=doors,
            texts=TEXTS,
            timings=Timings(),
            uptime_ms=lambda: time.monotonic_ns() // 1_000_000,
        )
        self.controller = Controller(url, self.cabinet.post, retry_s=(0.05,), silent_s=silent_s)
        self.cabinet.tell = self.controller.say
        self.person = Blind(lambda: self.cabinet.model, self._key)
        self.seen: list[str] = []

    def press(self, word: str) -> None:
        """Touch a choice."""
        self.cabinet.post(Press(word))
        self._step()

    async def see(self, *screens: str, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Wait until the screen shows one of these; what it says until then is heard."""
        end_s = time.monotonic() + LIMIT_S
        while self.cabinet.model.state not in screens:
            assert time.monotonic() < end_s, f"no {screens}, but {self.seen}"
            meanwhile()
            await asyncio.sleep(0.02)
            self._step()

    def _key(self, name: str) -> None:
        self.cabinet.post(Key(name))
        self._step()

    def _step(self) -> None:
        self.cabinet.step()
        self.person.listen()
        if self.seen[-1:] != [self.cabinet.model.state]:
            self.seen.append(self.cabinet.model.state)


@contextlib.asynccontextmanager
async def own_screen(
    desk: Desk, device: str, role: str, doors: int = 0
) -> AsyncIterator[OwnScreen]:
    """Stand before a machine of the desk that has this screen."""
    twins = desk.stations[device].twins
    assert isinstance(twins, BoxedTwins)
    relay = Relay(twins.screen)
    port = SerialPort(relay)
    host, number = await port.start()
    screen = OwnScreen(f"socket://{host}:{number}", role=role, doors=doors)
    screen.controller.start()
    try:
        yield screen
    finally:
        await asyncio.to_thread(screen.controller.stop)
        await port.stop()
        relay.part()
