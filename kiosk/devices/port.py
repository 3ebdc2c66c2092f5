"""A serial device of the kiosk: a thread that opens its port, serves it, and comes back to it.

Ports are pyserial URLs: /dev/ttyUSB0, socket://host:port.  Events are posted from the device's own
thread, so `post` must be safe to call from any.
"""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import serial
import structlog

from bookcase_fw.codecs.stream import Decoder
from kiosk.core.events import Faulted

RETRY_S = (0.5, 1.0, 2.0, 4.0, 8.0)  # Pauses before the port is opened again; the last one stays.
PAUSE_S = 0.25  # A frame or text that pauses longer was cut.

log = structlog.get_logger()


class Device(ABC, threading.Thread):
    """Posts Faulted when its part stops working, once, and again when it works again."""

    part: str  # A word of wire.PARTS.
    baud = 9600
    parity = serial.PARITY_NONE
    timeout_s = PAUSE_S

    def __init__(
        self, url: str, post: Callable[[Any], None], retry_s: tuple[float, ...] = RETRY_S
    ) -> None:
        super().__init__(name=self.part, daemon=True)
        self._url, self.post, self._retry_s = url, post, retry_s
        self._failures = 0
        self._stopped = threading.Event()
        self.opened = threading.Event()  # Whether the port is open now.

    @abstractmethod
    def serve(self, port: serial.SerialBase) -> None:
        """Use the open port until `stopped`; raise OSError (SerialException is one) to retry."""

    def run(self) -> None:
        while not self.stopped():
            try:
                with serial.serial_for_url(
                    self._url, self.baud, parity=self.parity, timeout=self.timeout_s
                ) as port:
                    self.opened.set()
                    self.serve(port)
            except OSError as error:
                self.opened.clear()
                self._fails(error)

    def stop(self) -> None:
        """End the thread; returns when it has ended, after a read's time-out at most."""
        self._stopped.set()
        self.join()

    def stopped(self) -> bool:
        return self._stopped.is_set()

    def works(self) -> None:
        """To be called by `serve` whenever the device has proved that it is there."""
        if self._failures:
            log.info("device works again", part=self.part)
            self.post(Faulted(self.part, False))
        self._failures = 0

    def _fails(self, error: OSError) -> None:
        if not self._failures:
            log.warning("device fails; it is tried again", part=self.part, error=str(error))
            self.post(Faulted(self.part, True))
        pause_s = self._retry_s[min(self._failures, len(self._retry_s) - 1)]
        self._failures += 1
        self._stopped.wait(pause_s)


class Listener(Device):
    """A device that is only listened to.  Its silence is no fault."""

    def __init__(
        self,
        url: str,
        post: Callable[[Any], None],
        decoder: Decoder,
        retry_s: tuple[float, ...] = RETRY_S,
    ) -> None:
        super().__init__(url, post, retry_s)
        self._decoder = decoder

    @abstractmethod
    def hear(self, frame: Any) -> None:
        """Post what a frame means."""

    def serve(self, port: serial.SerialBase) -> None:
        self._decoder.flush()
        self.works()
        while not self.stopped():
            data = port.read(1)
            for frame in self._decoder.feed(data) if data else self._decoder.flush():
                self.hear(frame)
