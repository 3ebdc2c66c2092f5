"""What identifies whoever comes: scanner for codes, card reader for chips, as far as fitted."""

import asyncio

from bookcase_fw.devices import Device, Down
from bookcase_fw.drivers.cardreader import CardReaderError
from bookcase_fw.drivers.scanner import ScannerError

_PARTS = (("scanner", ScannerError), ("card", CardReaderError))


class Entries:
    def __init__(self, openers: dict, report, retry_ms: int, shown):
        """openers: see App; report: see Device; shown(part, text): what was shown to a part."""
        self.devices = [
            Device(part, openers[part], (error,), report)
            for part, error in _PARTS
            if part in openers
        ]
        self._retry_ms, self._shown = retry_ms, shown

    def tasks(self) -> list:
        return [self._hear(device) for device in self.devices]

    async def _hear(self, device: Device):
        while True:
            try:
                text = await device.call(lambda part: part.read(), quiet=True)
                self._shown(device.part, text)
            except Down:
                await asyncio.sleep(self._retry_ms / 1000)
