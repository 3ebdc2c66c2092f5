"""Something that the service knows and a screen shows: asked now and then, kept over nights.

The screen has a link of its own for this, signed with the machine's key; nobody waits for it.
"""

import threading
import urllib.request
from collections.abc import Callable
from pathlib import Path

import msgspec
import structlog

from bookcase_fw import sign
from kiosk.core.events import Event

TIMEOUT_S = 5
AGAIN_S = 300.0
ANSWER_SIZE_MAX = 1_000_000

log = structlog.get_logger()


class Asked(threading.Thread):
    """Posts what an answer means: at the start, if one is kept, and whenever it has changed.

    `understand` raises msgspec.DecodeError for what it does not understand; nothing changes then.
    """

    def __init__(
        self,
        what: str,
        *,
        web: str,
        device: str,
        key: bytes,
        folder: Path,
        wall_ms: Callable[[], int],
        understand: Callable[[bytes], Event],
        post: Callable[[Event], None],
    ) -> None:
        super().__init__(name=what, daemon=True)
        self._path = f"/v1/machines/{device}/{what}"
        self._web, self._key, self._wall_ms, self._post = web, key, wall_ms, post
        self._understand = understand
        self._kept = folder / f"{what}.json"
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
                log.info("not asked; what was known is shown", what=self.name, why=str(error))
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
            event = self._understand(answer)
        except msgspec.DecodeError as error:
            log.warning("not understood", what=self.name, why=str(error))
            return False
        self._post(event)
        return True
