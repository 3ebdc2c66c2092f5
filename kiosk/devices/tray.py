"""The kiosk's tray: an R200 reader asked round after round; posts Seen.  See codecs/r200.py."""

from collections.abc import Callable
from typing import Any

import serial

from bookcase_fw.codecs import r200
from kiosk.core.events import Seen
from kiosk.devices.port import RETRY_S, Device
from kiosk.devices.presence import Presence

READ_SIZE = 2048  # More than a round brings.
SILENT_MAX = 10  # Reads without any frame after which the reader is taken for dead.
POWER_CDBM = 1500  # Hundredths of a dBm: enough for the tray, too little for the bag beside it.
SETUP = (
    # command   data
    ("stop", b""),
    ("region", bytes((r200.number(r200.REGIONS, "china"),))),
    ("power", POWER_CDBM.to_bytes(2, "big")),
)


class Tray(Device):
    """What is on the tray stays known through a fault, until rounds say otherwise."""

    part = "tray"
    baud = 115200
    timeout_s = 0.1  # What a round brings is read for so long: it sets the rounds' pace.

    def __init__(
        self, url: str, post: Callable[[Any], None], retry_s: tuple[float, ...] = RETRY_S
    ) -> None:
        super().__init__(url, post, retry_s)
        self._presence = Presence()

    def serve(self, port: serial.SerialBase) -> None:
        decoder = r200.Decoder()
        for name, data in SETUP:
            self._ask(port, decoder, name, data)
        while not self.stopped():
            frames = self._ask(port, decoder, "inventory")
            self.works()
            heard = {r200.heard(frame)[0] for frame in frames if frame.kind == "notice"}
            if self._presence.round(heard):
                self.post(Seen(self._presence.tags))

    def _ask(
        self, port: serial.SerialBase, decoder: r200.Decoder, name: str, data: bytes = b""
    ) -> list[r200.Frame]:
        """Return the frames that came, at least one, or raise SerialException."""
        for _read in range(SILENT_MAX):
            port.write(r200.encode("command", name, data))
            frames: list[r200.Frame] = decoder.feed(port.read(READ_SIZE)) or decoder.flush()
            if frames or self.stopped():
                return frames
        raise serial.SerialException(f"the tray's reader does not answer {name}")
