"""The newest picture of each machine's screen, signed by the machine, kept in memory only."""

import hmac
import threading
from collections.abc import Callable

from bookcase_fw import sign
from broker.web.problem import Problem

SIZE_MAX = 1 << 20
CLOCK_MS = 300_000  # How far the machine's clock may be off.
PNG_START = b"\x89PNG\r\n\x1a\n"

DeviceKey = Callable[[str], bytes | None]


class Pictures:
    """Pictures by machine.  Any thread may ask."""

    def __init__(self, device_key: DeviceKey) -> None:
        self._device_key = device_key
        self._lock = threading.Lock()
        self._newest: dict[str, tuple[int, bytes]] = {}

    def put(self, device: str, *, body: bytes, at_ms: int, signature: str, now_ms: int) -> None:
        """Keep a picture; an older one than the newest is let go.  Raises Problem."""
        key = self._device_key(device)
        if key is None:
            raise Problem("unknown_device", device)
        wanted = sign.hexadecimal(sign.hmac(key, signed(at_ms, body)))
        if not hmac.compare_digest(wanted.encode(), signature.encode()):
            raise Problem("bad_signature", device)
        if abs(now_ms - at_ms) > CLOCK_MS:
            raise Problem("bad_time", f"the picture says {at_ms}, the service {now_ms}")
        if not body.startswith(PNG_START):
            raise Problem("not_png", device)
        with self._lock:
            if at_ms > self._newest.get(device, (0, b""))[0]:
                self._newest[device] = (at_ms, body)

    def newest(self, device: str) -> tuple[int, bytes] | None:
        """Return (when it was taken, the PNG), or None."""
        with self._lock:
            return self._newest.get(device)


def signed(at_ms: int, body: bytes) -> bytes:
    """Return the bytes that a machine signs with its key."""
    return b"%d\n" % at_ms + body
