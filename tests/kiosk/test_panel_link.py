"""A led machine's screen on its line: what is touched goes out, silence is noticed."""

import asyncio

from bookcase_fw.codecs import panel
from hw_sim.devices.twin import Twin
from hw_sim.serialport import SerialPort
from tests.journeys.screens import OwnScreen


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


async def test_what_is_touched_reaches_the_controller_and_silence_is_noticed() -> None:
    link = Link()
    port = SerialPort(link)
    url = "socket://{}:{}".format(*await port.start())
    screen = OwnScreen(url, role="bookcase", doors=4, silent_s=2.0)
    screen.controller.start()
    try:
        # As the firmware does, the controller says it again and again.
        await screen.see("choose", meanwhile=lambda: link.show("choose", doors=[1, 3], left=2))
        screen.press("door.3")
        screen.press("leave")
        await screen.see("away")

        assert link.heard == [("choose", {"door": 3}), ("leave", {})]
        await screen.see("welcome", meanwhile=lambda: link.show("welcome"))
    finally:
        await asyncio.to_thread(screen.controller.stop)
        await port.stop()
