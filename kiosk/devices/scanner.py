"""The kiosk's scanner: posts Card, Barcode or OtherCode.  See bookcase_fw/codecs/gm65.py."""

from collections.abc import Callable
from typing import Any

from bookcase_fw.codecs import gm65
from kiosk.core import scan
from kiosk.devices.port import RETRY_S, Listener


class Scanner(Listener):
    """A card leaves this thread as a pseudonym: its number is neither posted nor logged."""

    part = "scanner"

    def __init__(
        self,
        url: str,
        post: Callable[[Any], None],
        district_key: bytes,
        retry_s: tuple[float, ...] = RETRY_S,
    ) -> None:
        super().__init__(url, post, gm65.Decoder(), retry_s)
        self._district_key = district_key

    def hear(self, frame: Any) -> None:
        if isinstance(frame, gm65.Text):
            self.post(scan.event(frame.text, self._district_key))
