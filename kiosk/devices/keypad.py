"""The kiosk's serial keypad: posts Key.  See bookcase_fw/codecs/keypad.py."""

from collections.abc import Callable
from typing import Any

from bookcase_fw.codecs import keypad
from kiosk.core.events import Key
from kiosk.devices.port import RETRY_S, Listener


class Keypad(Listener):
    part = "keypad"

    def __init__(
        self, url: str, post: Callable[[Any], None], retry_s: tuple[float, ...] = RETRY_S
    ) -> None:
        super().__init__(url, post, keypad.Decoder(), retry_s)

    def hear(self, frame: Any) -> None:
        self.post(Key(frame))
