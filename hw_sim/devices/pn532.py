"""A PN532 card reader with a card on it.  See bookcase_fw/codecs/pn532.py."""

from bookcase_fw.codecs import pn532
from hw_sim.devices.twin import Twin, broken

FIRMWARE = b"\x32\x01\x06\x07"
SEARCH_MS = 30


class Reader(Twin):
    def __init__(self):
        super().__init__(pn532.Decoder())
        self._card = b""  # UID of the card that lies on it.
        self._searching = 0  # Number of the search that is on; 0 when none is.
        self._search_count = 0
        self.searches = 0xFF  # Of one asking; FF is for ever, as after power-up.
        # Faults, off by default.
        self.wrong_checksum = False

    def answer(self, frame: pn532.Frame) -> bytes:
        if frame.kind == "ack":
            self._searching = 0
        if frame.kind != "command":
            return b""
        if frame.name == "cards":
            return pn532.ACK + self._search()
        if frame.name == "radio" and frame.data[:3] == pn532.RETRIES:
            self.searches = frame.data[3]
        told = FIRMWARE if frame.name == "firmware" else b""
        return pn532.ACK + self._sealed(pn532.encode_answer(frame.name, told))

    # Hands.

    def lay(self, uid: bytes):
        """Lay a card on the reader."""
        self._card = uid
        if self._searching:
            self._searching = 0
            self.say(self._found())

    def take_away(self):
        self._card = b""

    def _search(self) -> bytes:
        if self._card:
            return self._found()
        self._search_count += 1
        self._searching = number = self._search_count
        if self.searches != 0xFF:
            self.later(self.searches * SEARCH_MS, lambda: self._give_up(number))
        return b""

    def _give_up(self, number: int):
        if self._searching == number:
            self._searching = 0
            self.say(self._sealed(pn532.encode_answer("cards", b"\x00")))

    def _found(self) -> bytes:
        return self._sealed(pn532.encode_card(self._card))

    def _sealed(self, frame: bytes) -> bytes:
        return broken(frame) if self.wrong_checksum else frame
