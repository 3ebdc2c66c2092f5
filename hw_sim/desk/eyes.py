"""What somebody in front of a bookcase sees: its screen, now and when it changes."""

import asyncio
from typing import Any

from hw_sim.devices.panel import Screen

Shown = dict[str, Any]


class Unseen(Exception):
    """The screen did not show what was waited for; the message says what it shows instead."""


class Eyes:
    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._changed = asyncio.Event()
        before = screen.on_shown

        def on_shown(fields: Shown) -> None:
            before(fields)
            self._changed.set()

        screen.on_shown = on_shown

    @property
    def shown(self) -> Shown:
        """The fields of the last picture, as wire.PANEL has them; empty before the first."""
        return self._screen.shown

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
