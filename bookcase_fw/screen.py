"""The machine's own screen: what it shows now, said again and again; and what is touched on it."""

import asyncio

from bookcase_fw.devices import Device, Down
from bookcase_fw.panel import PanelError


class Screen:
    def __init__(self, open_panel, report, timings: dict, always, touched, beat):
        """open_panel, report: see Device; always() is what every picture says;
        touched(name, fields) hears what a reader did; beat() that `say` goes round."""
        self.device = Device("panel", open_panel, (PanelError,), report)
        self._timings, self._always, self._touched = timings, always, touched
        self._beat = beat
        self._shown: dict = {}
        self._show_now = asyncio.Event()

    def show(self, screen: str, **fields):
        """Show a screen of wire.SCREENS, and go on showing it."""
        self._shown = fields | {"screen": screen}
        self.again()

    def also(self, **fields):
        """Show the same picture with other values of some fields."""
        self._shown = self._shown | fields
        self.again()

    def again(self):
        """Say it now: what every picture says may have changed."""
        self._show_now.set()

    async def say(self):
        """Say what is shown, for ever: a panel acknowledges nothing."""
        while True:
            self._beat()
            self._show_now.clear()
            if self._shown:
                await self._say()
            try:
                await asyncio.wait_for(self._show_now.wait(), self._timings["repeat_ms"] / 1000)
            except asyncio.TimeoutError:
                pass

    async def listen(self):
        """Hear what is touched, for ever."""
        while True:
            try:
                name, fields = await self.device.call(lambda panel: panel.read())
                self._touched(name, fields)
            except Down:
                await asyncio.sleep(self._timings["retry_ms"] / 1000)

    async def _say(self):
        fields = self._shown | self._always()
        try:
            await self.device.call(lambda panel: panel.show(**fields))
        except Down:
            pass  # It was reported; what is shown is said again.
