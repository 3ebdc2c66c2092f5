"""A controller, as its screen knows it: posts Shown, says what was touched.

See bookcase_fw/codecs/panel.py.  What is shown is said again every two seconds: a line that is
silent for longer has lost its controller.
"""

import queue
import time
from collections.abc import Callable, Mapping
from typing import Any

import serial

from bookcase_fw.codecs import panel
from kiosk.core.events import Found, Shown, Unlinked
from kiosk.devices.port import RETRY_S, Device

SILENT_S = 7.0  # Three repetitions, and a little.


class Controller(Device):
    part = "panel"
    baud = 115200
    timeout_s = 0.05  # What was touched waits no longer.

    def __init__(
        self,
        url: str,
        post: Callable[[Any], None],
        retry_s: tuple[float, ...] = RETRY_S,
        silent_s: float = SILENT_S,
    ) -> None:
        super().__init__(url, post, retry_s)
        self._silent_s = silent_s
        self._words: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def say(self, name: str, fields: Mapping[str, Any]) -> None:
        """Send a message; may be called from any thread."""
        self._words.put(panel.encode(name, dict(fields)))

    def serve(self, port: serial.SerialBase) -> None:
        try:
            self._serve(port)
        finally:
            # Whatever stood on the screen may no longer be so.
            self.post(Unlinked())

    def _serve(self, port: serial.SerialBase) -> None:
        decoder = panel.Decoder()
        heard_s = time.monotonic()
        while not self._words.empty():
            self._words.get_nowait()  # Touched on a screen that is no more.
        while not self.stopped():
            while not self._words.empty():
                port.write(self._words.get_nowait())
            for name, fields in decoder.feed(port.read(1)):
                if name == "shown":
                    heard_s = time.monotonic()
                    self.works()
                    self.post(_shown(fields))
            if time.monotonic() - heard_s > self._silent_s:
                raise serial.SerialException("the controller is silent")


def _shown(fields: Mapping[str, Any]) -> Shown:
    known = {**fields, "in_a_row": fields["count"]}
    values = [known[name] for name in Shown._fields]
    shown = Shown._make(tuple(value) if isinstance(value, list) else value for value in values)
    return shown._replace(found=tuple(Found(**found) for found in fields["found"]))
