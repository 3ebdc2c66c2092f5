"""The bookcase's screen on its line: the panel's bytes, and the real firmware behind them."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from bookcase_fw.codecs import panel
from hw_sim.desk.desk import Desk
from hw_sim.devices.panel import Screen
from hw_sim.devices.twin import Twin
from hw_sim.serialport import SerialPort
from kiosk.cabinet import Cabinet
from kiosk.config import texts
from kiosk.core.events import Press
from kiosk.core.model import Timings
from kiosk.devices.controller import Controller
from tests.journeys.conftest import TIMINGS
from tests.journeys.visits import full_door

LIMIT_S = 30.0  # Only a test that fails waits so long.
CARD = "SG00000001"
TEXTS = {language: texts(language) for language in ("zh", "en")}


class Link(Twin):
    """The controller's end of the line: hears what the screen says, speaks as it is told."""

    def __init__(self) -> None:
        super().__init__(panel.Decoder())
        self.heard: list[tuple[str, dict[str, int]]] = []

    def answer(self, frame: tuple[str, dict[str, int]]) -> bytes:
        self.heard.append(frame)
        return b""

    def show(self, screen: str, **fields: object) -> None:
        self.say(panel.encode("shown", {"screen": screen, **fields}))


class Relay(Twin):
    """A line's middle: what the screen says goes on to the real controller, byte for byte."""

    def __init__(self, twin: Screen) -> None:
        super().__init__(panel.Decoder())
        self._twin, self._feed = twin, twin.feed
        twin.feed = self._both  # type: ignore[method-assign]

    def feed(self, data: bytes) -> bytes:
        self._twin.say(data)
        return b""

    def _both(self, data: bytes) -> bytes:
        self.say(data)
        return self._feed(data)


class Eyes:
    """A bookcase's screen without a window."""

    def __init__(self, url: str, *, silent_s: float = 7.0) -> None:
        self._now_s: Callable[[], float] = time.monotonic
        self.cabinet = Cabinet(
            doors=4, texts=TEXTS, timings=Timings(), uptime_ms=lambda: int(self._now_s() * 1000)
        )
        self.controller = Controller(url, self.cabinet.post, retry_s=(0.05,), silent_s=silent_s)
        self.cabinet.tell = self.controller.say
        self.seen: list[str] = []

    async def see(self, screen: str, meanwhile: Callable[[], None] = lambda: None) -> None:
        end_s = self._now_s() + LIMIT_S
        while self.cabinet.model.state != screen:
            assert self._now_s() < end_s, f"no {screen!r}, but {self.seen}"
            meanwhile()
            await asyncio.sleep(0.02)
            self.cabinet.step()
            if self.seen[-1:] != [self.cabinet.model.state]:
                self.seen.append(self.cabinet.model.state)


async def test_what_is_touched_reaches_the_controller_and_silence_is_noticed() -> None:
    link = Link()
    port = SerialPort(link)
    eyes = Eyes("socket://{}:{}".format(*await port.start()), silent_s=2.0)
    eyes.controller.start()
    try:
        # As the firmware does, the controller says it again and again.
        await eyes.see("choose", lambda: link.show("choose", doors=[1, 3], left=2))
        eyes.cabinet.post(Press("door.3"))
        eyes.cabinet.post(Press("leave"))
        eyes.cabinet.step()
        await eyes.see("away")

        assert link.heard == [("choose", {"door": 3}), ("leave", {})]
        await eyes.see("welcome", lambda: link.show("welcome"))
    finally:
        await asyncio.to_thread(eyes.controller.stop)
        await port.stop()


async def test_a_loan_at_the_real_firmware_is_seen_from_card_to_book(tmp_path: Path) -> None:
    async with Desk(tmp_path, bookcases=1, kiosks=0, timings=TIMINGS) as desk:
        await desk.served()
        port = SerialPort(Relay(desk.stations["bc01"].twins.screen))  # type: ignore[union-attr]
        eyes = Eyes("socket://{}:{}".format(*await port.start()))
        eyes.controller.start()
        door, (barcode,) = full_door(desk, "bc01", 1)
        try:
            await eyes.see("welcome")
            await desk.hands(f"scan bc01 {CARD}")
            await eyes.see("choose")
            eyes.cabinet.post(Press(f"door.{door}"))
            await eyes.see("opening")
            await desk.hands(f"pull bc01 {door}")
            await eyes.see("open")
            await desk.hands(f"take bc01 {door} {barcode} {CARD}")
            await desk.hands(f"shut bc01 {door}")
            await eyes.see("done")

            assert len(eyes.cabinet.model.shown.took) == 1
            assert eyes.cabinet.view().figure == "1"
            eyes.cabinet.post(Press("done"))
            await eyes.see("welcome")
            assert eyes.cabinet.model.shown.name == ""
        finally:
            await asyncio.to_thread(eyes.controller.stop)
            await port.stop()
