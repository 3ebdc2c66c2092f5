"""A GM65 scanner that scans by itself.  See bookcase_fw/codecs/gm65.py."""

from bookcase_fw.codecs import gm65
from hw_sim.devices.twin import Twin


class Scanner(Twin):
    def __init__(self):
        super().__init__(gm65.CommandDecoder())
        self.zones = {}  # Zone -> its byte, of those that were written.

    def answer(self, frame: gm65.Command) -> bytes:
        if frame.name == "read":
            zones = range(frame.zone, frame.zone + int.from_bytes(frame.data[:1], "big"))
            return gm65.encode_answer(bytes([self.zones.get(zone, 0) for zone in zones]))
        if frame.name == "write":
            for offset, byte in enumerate(frame.data):
                self.zones[frame.zone + offset] = byte
        return gm65.encode_answer()

    # Hands.

    def show(self, text: str):
        """Hold a code with this text before the window."""
        self.show_bytes(text.encode())

    def show_bytes(self, data: bytes):
        """The same with raw bytes: of another encoding, or with an end of line inside."""
        self.say(data + b"\r")
