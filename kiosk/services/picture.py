"""Sends pictures of the screen to the service, in a thread, the newest only; failing is no harm."""

import queue
import threading
import urllib.request
from collections.abc import Callable

import structlog

from bookcase_fw import sign

TIMEOUT_S = 5
COMPLAIN_MS = 60_000  # One line in the log a minute is enough.

log = structlog.get_logger()


class Sender(threading.Thread):
    def __init__(self, web: str, device: str, key: bytes, wall_ms: Callable[[], int]) -> None:
        super().__init__(name="picture", daemon=True)
        self._url = f"{web}/v1/machines/{device}/picture"
        self._key = key
        self._wall_ms = wall_ms
        self._complained_ms = 0
        self._newest: queue.Queue[bytes] = queue.Queue(maxsize=1)

    def send(self, png: bytes) -> None:
        """Send this one next; one that still waits is dropped.  For one caller's thread."""
        try:
            self._newest.get_nowait()
        except queue.Empty:
            pass
        self._newest.put_nowait(png)

    def stop(self) -> None:
        self.send(b"")

    def run(self) -> None:
        while png := self._newest.get():
            try:
                self._put(png)
            except OSError as error:
                self._complain(error)

    def _put(self, png: bytes) -> None:
        time = str(self._wall_ms())
        signature = sign.hexadecimal(sign.hmac(self._key, time.encode() + b"\n" + png))
        headers = {"Content-Type": "image/png", "X-Time-Ms": time, "X-Signature": signature}
        request = urllib.request.Request(self._url, png, headers, method="PUT")
        with urllib.request.urlopen(request, timeout=TIMEOUT_S):
            pass

    def _complain(self, error: OSError) -> None:
        now_ms = self._wall_ms()
        if now_ms - self._complained_ms >= COMPLAIN_MS:
            self._complained_ms = now_ms
            log.warning("the screen's picture was not taken", error=str(error))
