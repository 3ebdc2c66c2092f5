"""The kiosk's tray with an HF reader: posts Seen, and writes the security bit when told to."""

import queue
from collections.abc import Callable
from typing import Any

import serial

from kiosk.core.events import Seen
from kiosk.devices.feig import Feig, Secured
from kiosk.devices.port import RETRY_S, Device
from kiosk.devices.presence import Presence

Then = Callable[[Secured], object]


class HfTray(Device):
    """What is on the tray stays known through a fault, until rounds say otherwise."""

    part = "tray"
    baud = 38400
    parity = serial.PARITY_EVEN  # As delivered.
    timeout_s = 0.12  # An answer pauses for less.

    def __init__(
        self, url: str, post: Callable[[Any], None], retry_s: tuple[float, ...] = RETRY_S
    ) -> None:
        super().__init__(url, post, retry_s)
        self._presence = Presence()
        self._jobs: queue.SimpleQueue[tuple[str, bool, Then]] = queue.SimpleQueue()

    def secure(self, tag: str, on_loan: bool, then: Then) -> None:
        """Have a bit written, after those before it; `then` is called in the device's thread."""
        if self.opened.is_set():
            self._jobs.put((tag, on_loan, then))
        else:
            then(Secured("fault", "unknown"))

    def serve(self, port: serial.SerialBase) -> None:
        reader = Feig(port)
        try:
            while not self.stopped():
                while not self._jobs.empty():
                    self._secure(reader, *self._jobs.get_nowait())
                heard = reader.inventory()
                self.works()
                if self._presence.round(heard):
                    self.post(Seen(self._presence.tags))
        finally:
            while not self._jobs.empty():
                self._jobs.get_nowait()[2](Secured("fault", "unknown"))

    def _secure(self, reader: Feig, tag: str, on_loan: bool, then: Then) -> None:
        secured = Secured("fault", "unknown")
        try:
            secured = reader.secure(tag, on_loan)
        finally:
            then(secured)
