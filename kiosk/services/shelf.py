"""What is inside a bookcase, for its screen: asked of the service now and then, kept over nights.

The screen has a link of its own for this; at the doors it needs none.
"""

import threading
import urllib.request
from collections.abc import Callable
from pathlib import Path

import msgspec
import structlog

from bookcase_fw import sign
from kiosk.core.events import Inside, Stocked

TIMEOUT_S = 5
AGAIN_S = 300.0
ANSWER_SIZE_MAX = 1_000_000

log = structlog.get_logger()


class _Copy(msgspec.Struct):
    """What is used of the service's answer."""

    tag: str
    door: int
    title: str
    author: str = ""
    subject: str = msgspec.field(name="class", default="")


class Shelf(threading.Thread):
    """Posts Stocked at the start, if anything is kept, and whenever it has changed."""

    def __init__(
        self,
        web: str,
        device: str,
        key: bytes,
        folder: Path,
        wall_ms: Callable[[], int],
        post: Callable[[Stocked], None],
    ) -> None:
        super().__init__(name="shelf", daemon=True)
        self._path = f"/v1/machines/{device}/copies"
        self._web, self._key, self._wall_ms, self._post = web, key, wall_ms, post
        self._kept = folder / "shelf.json"
        self._stopped = threading.Event()

    def stop(self) -> None:
        self._stopped.set()

    def run(self) -> None:
        last = self._kept.read_bytes() if self._kept.exists() else b""
        if last:
            self._tell(last)
        while self._web and not self._stopped.is_set():
            try:
                answer = self._ask()
                if answer != last and self._tell(answer):
                    last = answer
                    self._kept.write_bytes(answer)
            except OSError as error:
                log.info("shelf: not asked; what was known is shown", why=str(error))
            self._stopped.wait(AGAIN_S)

    def _ask(self) -> bytes:
        time = str(self._wall_ms())
        signature = sign.hexadecimal(sign.hmac(self._key, f"{time}\n{self._path}".encode()))
        headers = {"X-Time-Ms": time, "X-Signature": signature}
        request = urllib.request.Request(self._web + self._path, headers=headers)
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            told: bytes = answer.read(ANSWER_SIZE_MAX)
        return told

    def _tell(self, answer: bytes) -> bool:
        try:
            copies = msgspec.json.decode(answer, type=list[_Copy])
        except msgspec.DecodeError as error:
            log.warning("shelf: not understood", why=str(error))
            return False
        ordered = sorted(copies, key=lambda copy: (copy.door, copy.title))
        self._post(
            Stocked(tuple(Inside(c.tag, c.door, c.title, c.author, c.subject) for c in ordered))
        )
        return True
