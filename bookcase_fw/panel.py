"""The serial link to the bookcase's own screen.  See codecs/panel.py."""

from bookcase_fw.codecs import panel
from bookcase_fw.drivers.line import WAITS, Line, Waits


class PanelError(Exception):
    """The panel's line has ended."""


class Panel:
    """Shows and listens.  Nothing is acknowledged: show again what must surely be seen."""

    def __init__(self, port: tuple, waits: Waits = WAITS):
        self._line = Line(port, panel.Decoder(), PanelError, waits)
        self._messages = []

    @property
    def noise_count(self) -> int:
        return self._line.noise_count

    async def show(self, **fields):
        """Send `shown` with fields of wire.PANEL; raises WireError for others, as a bug does."""
        await self._line.send(panel.encode("shown", fields))

    async def read(self) -> tuple:
        """Return the next (name, fields) that the reader caused, however long that takes."""
        while not self._messages:
            self._messages = await self._line.frames()
        return self._messages.pop(0)
