"""The QR and barcode scanner's driver: one text after another.  See codecs/gm65.py."""

from bookcase_fw.codecs import gm65
from bookcase_fw.drivers.line import WAITS, Line, Waits


class ScannerError(Exception):
    """The scanner's line has ended."""


class Scanner:
    """A scanner that scans by itself and says what it read; silence is no fault."""

    def __init__(self, port: tuple, waits: Waits = WAITS):
        self._line = Line(port, gm65.Decoder(), ScannerError, waits)
        self._texts = []

    @property
    def noise_count(self) -> int:
        return self._line.noise_count

    async def read(self) -> str:
        """Return the next text, however long that takes; never an empty one."""
        while not self._texts:
            frames = await self._line.frames()
            self._texts = [frame.text for frame in frames if type(frame) is gm65.Text]
        return self._texts.pop(0)
