"""A kiosk's serial keypad.  See bookcase_fw/codecs/keypad.py."""

from bookcase_fw.codecs import keypad
from hw_sim.devices.twin import Twin


class Keypad(Twin):
    def __init__(self):
        super().__init__(keypad.Decoder())

    def answer(self, frame: str) -> bytes:
        """A keypad hears nothing."""
        return b""

    # Hands.

    def press(self, word: str):
        """Press a key, by its word in keypad.KEYS."""
        self.say(keypad.encode(word))
