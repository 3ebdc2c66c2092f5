"""A GM65 scanner that scans by itself.  See bookcase_fw/codecs/gm65.py."""

from bookcase_fw.codecs import gm65
from hw_sim.devices.twin import Twin


class Scanner(Twin):
    def __init__(self):
        super().__init__()
        self._decoder = gm65.CommandDecoder()
        self.zones = {}  # Zone -> its byte, of those that were written.

    def answer(self, data: bytes) -> bytes:
        return b"".join([self._reply(command) for command in self._decoder.feed(data)])

    # Hands.

    def show(self, text: str):
        """Hold a code with this text before the window."""
        self.show_bytes(text.encode())

    def show_bytes(self, data: bytes):
        """The same with raw bytes: of another encoding, or with an end of line inside."""
        self.say(data + b"\r")

    # The serial side.

    def _reply(self, command: gm65.Command) -> bytes:
        if command.name == "read":
            zones = range(command.zone, command.zone + int.from_bytes(command.data[:1], "big"))
            return gm65.encode_answer(bytes([self.zones.get(zone, 0) for zone in zones]))
        if command.name == "write":
            for offset, byte in enumerate(command.data):
                self.zones[command.zone + offset] = byte
        return gm65.encode_answer()
