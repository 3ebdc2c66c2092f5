"""What somebody in front of a machine sees: its screen, now and when it changes."""

import asyncio
import re
from typing import Any

from hw_sim.devices.panel import Screen

Shown = dict[str, Any]
# How a kiosk's log says what its screen shows.
KIOSK_SCREEN = re.compile(r"event='screen' name='(\w+)'")


class Unseen(Exception):
    """The screen did not show what was waited for; the message says what it shows instead."""


class Eyes:
    """`shown` is what the screen shows: "screen" is its word, the rest as the machine has it."""

    def __init__(self) -> None:
        self.shown: Shown = {}
        self._changed = asyncio.Event()

    def show(self, fields: Shown) -> None:
        self.shown = fields
        self._changed.set()

    def hear(self, line: str) -> None:
        """Take what is shown out of a line of a kiosk's log."""
        found = KIOSK_SCREEN.search(line)
        if found:
            self.show({"screen": found[1]})

    async def see(self, *screens: str, timeout_s: float = 20.0) -> Shown:
        """Return the picture as soon as it is one of these screens; raises Unseen."""
        try:
            async with asyncio.timeout(timeout_s):
                while self.shown.get("screen") not in screens:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            now = self.shown.get("screen", "nothing")
            wanted = " or ".join(screens)
            raise Unseen(f"the screen shows {now!r}, not {wanted!r}") from None
        return self.shown


def on(screen: Screen) -> Eyes:
    """Return eyes on a bookcase's own screen, with the fields of wire.PANEL."""
    eyes = Eyes()
    eyes.shown = screen.shown
    before = screen.on_shown

    def on_shown(fields: Shown) -> None:
        before(fields)
        eyes.show(fields)

    screen.on_shown = on_shown
    return eyes
