"""Sends pictures of the screen to the service, in a thread, the newest only; failing is no harm."""

import queue
import struct
import threading
import urllib.request
import zlib
from collections.abc import Callable
from typing import NamedTuple

import structlog

from bookcase_fw import sign

TIMEOUT_S = 5
COMPLAIN_MS = 60_000  # One line in the log a minute is enough.

log = structlog.get_logger()


class Pixels(NamedTuple):
    """Four bytes a pixel, red, green, blue, alpha; the top row first."""

    width: int
    height: int
    data: bytes


def png(pixels: Pixels) -> bytes:
    """Return a PNG file (RFC 2083) of 8 bits a colour; alpha is left out."""
    size = pixels.width * 4
    rows = (pixels.data[start : start + size] for start in range(0, len(pixels.data), size))
    lines = b"".join(b"\0" + _opaque(row) for row in rows)
    header = struct.pack(">IIBBBBB", pixels.width, pixels.height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _opaque(row: bytes) -> bytes:
    colours = bytearray(len(row) // 4 * 3)
    for colour in range(3):
        colours[colour::3] = row[colour::4]
    return bytes(colours)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


class Sender(threading.Thread):
    def __init__(self, web: str, device: str, key: bytes, wall_ms: Callable[[], int]) -> None:
        super().__init__(name="picture", daemon=True)
        self._url = f"{web}/v1/machines/{device}/picture"
        self._key = key
        self._wall_ms = wall_ms
        self._complained_ms = 0
        self._newest: queue.Queue[Pixels | None] = queue.Queue(maxsize=1)

    def send(self, pixels: Pixels | None) -> None:
        """Send this one next; one that still waits is dropped.  For one caller's thread."""
        try:
            self._newest.get_nowait()
        except queue.Empty:
            pass
        self._newest.put_nowait(pixels)

    def stop(self) -> None:
        self.send(None)

    def run(self) -> None:
        while pixels := self._newest.get():
            try:
                self._put(png(pixels))
            except OSError as error:
                self._complain(error)

    def _put(self, body: bytes) -> None:
        time = str(self._wall_ms())
        signature = sign.hexadecimal(sign.hmac(self._key, time.encode() + b"\n" + body))
        headers = {"Content-Type": "image/png", "X-Time-Ms": time, "X-Signature": signature}
        request = urllib.request.Request(self._url, body, headers, method="PUT")
        with urllib.request.urlopen(request, timeout=TIMEOUT_S):
            pass

    def _complain(self, error: OSError) -> None:
        now_ms = self._wall_ms()
        if now_ms - self._complained_ms >= COMPLAIN_MS:
            self._complained_ms = now_ms
            log.warning("the screen's picture was not taken", error=str(error))
