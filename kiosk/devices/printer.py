"""The kiosk's receipt printer: prints what it is told, posts Paper and Printed.  See escpos.py.

Whatever is wrong with it is known before a reader asks, and a receipt counts as printed only when
the printer has said so after its last line.
"""

import queue
import time
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

import serial

from bookcase_fw.codecs import escpos
from kiosk.core.events import Faulted, Paper, Printed
from kiosk.core.receipt import Line
from kiosk.devices.port import RETRY_S, Device

COLUMNS = 32  # Of narrow characters, on 58 mm of paper; a Chinese one takes two.
POLL_S = 2.0
TRIES = 4  # Reads without an answer after which the printer is taken for dead.
PRINT_S = 10.0  # A receipt takes less.
WORST = ("cover", "no_paper", "fault")  # With one of these it prints nothing.


class Printer(Device):
    part = "printer"
    baud = 115200

    def __init__(
        self,
        url: str,
        post: Callable[[Any], None],
        retry_s: tuple[float, ...] = RETRY_S,
        poll_s: float = POLL_S,
        print_s: float = PRINT_S,
    ) -> None:
        super().__init__(url, post, retry_s)
        self._poll_s, self._print_s = poll_s, print_s
        self._jobs: queue.SimpleQueue[tuple[int, bytes]] = queue.SimpleQueue()
        self._word: str | None = None  # What was posted last.

    def print(self, visit: int, lines: Sequence[Line]) -> None:
        """Print a receipt; Printed follows.  May be called from any thread."""
        if self.opened.is_set():
            self._jobs.put((visit, encode(lines)))
        else:
            self.post(Printed(visit, False))

    def serve(self, port: serial.SerialBase) -> None:
        try:
            while not self.stopped():
                self._look(port)
                self._wait(port)
        finally:
            self._word = None
            self.post(Paper("fault"))
            while not self._jobs.empty():
                self.post(Printed(self._jobs.get_nowait()[0], False))

    def _wait(self, port: serial.SerialBase) -> None:
        """Wait for a receipt, as long as the status is fresh enough for the screen."""
        try:
            visit, data = self._jobs.get(timeout=self._poll_s)
        except queue.Empty:
            return
        printed = False
        try:
            printed = self._look(port) and self._print(port, data)
        finally:
            self.post(Printed(visit, printed))

    def _print(self, port: serial.SerialBase, data: bytes) -> bool:
        port.write(data + escpos.encode("done", 1))
        end_s = time.monotonic() + self._print_s
        while time.monotonic() < end_s and not self.stopped():
            if port.read(1):
                return True
        return False

    def _look(self, port: serial.SerialBase) -> bool:
        """Ask how it is, post what changed, and say whether it prints."""
        words = [
            word
            for number in (escpos.OFFLINE, escpos.ERROR, escpos.PAPER)
            for word in escpos.status(number, self._ask(port, number))
        ]
        worst = next((word for word in WORST if word in words), "")
        word = worst or ("low" if "low" in words else "")
        self.works()
        if word != self._word:
            self.post(Paper(word))
            if bool(worst) != (self._word in WORST):
                self.post(Faulted(self.part, bool(worst)))
            self._word = word
        return not worst

    def _ask(self, port: serial.SerialBase, number: int) -> int:
        for _try in range(TRIES):
            port.write(escpos.encode("status", number))
            for byte in port.read(1):
                if escpos.is_status(byte):
                    return int(byte)
            if self.stopped():
                return escpos.FIXED
        raise serial.SerialException("the printer does not answer")


def encode(lines: Sequence[Line]) -> bytes:
    """Return a receipt as the printer's bytes, cut at the end."""
    parts = [escpos.encode("init"), escpos.encode("chinese")]
    for line in lines:
        parts.append(escpos.encode("size", 0x11 if line.large else 0))
        parts.append(escpos.encode("bold", int(line.bold)))
        columns = COLUMNS // 2 if line.large else COLUMNS
        # What the code has no character for becomes a question mark.
        parts += [
            piece.encode("gb18030", "replace") + b"\n" for piece in broken(line.text, columns)
        ]
    return b"".join([*parts, escpos.encode("feed", 2), escpos.encode("cut", 0)])


def broken(text: str, columns: int) -> list[str]:
    """Return the lines of a text; control characters, which could be commands, are left out."""
    found, line, used = [], "", 0
    for character in text:
        if unicodedata.category(character).startswith("C"):
            continue
        wide = 2 if unicodedata.east_asian_width(character) in "WFA" else 1
        if used + wide > columns:
            found.append(line)
            line, used = "", 0
        line, used = line + character, used + wide
    return [*found, line]
