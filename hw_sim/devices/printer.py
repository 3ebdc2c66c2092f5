"""A receipt printer.  See bookcase_fw/codecs/escpos.py.

What it prints appears on `receipts`, one for each cut; what is not cut yet hangs in `lines`.
"""

from bookcase_fw.codecs import escpos
from hw_sim.devices.twin import Twin

LOW_LINES = 40  # The roll's end is near when so many lines are left.


class Printer(Twin):
    def __init__(self, lines_left: int = 2000):
        super().__init__(escpos.Decoder())
        self.lines_left = lines_left
        self.receipts: list[bytes] = []  # Each is the bytes of its text.
        self.text = b""
        # Faults, off by default.
        self.cover = False  # Stands open.
        self.fault = False  # The knife is jammed.
        self.mute = False  # Prints, and answers nothing.

    @property
    def words(self) -> tuple:
        """What its status says: words of escpos.STATUS."""
        paper = "no_paper" if not self.lines_left else "low" if self.lines_left < LOW_LINES else ""
        found = (paper, "cover" if self.cover else "", "fault" if self.fault else "")
        return tuple(word for word in found if word)

    def answer(self, frame) -> bytes:
        if isinstance(frame, escpos.Text):
            self._print(frame.data)
            return b""
        if frame.name == "status" and not self.mute:
            return escpos.encode_status(frame.value, self.words)
        if frame.name == "cut" and self._works:
            self.receipts.append(self.text)
            self.text = b""
        if frame.name == "done" and self._works and not self.mute:
            return b"\x00"
        return b""

    @property
    def _works(self) -> bool:
        return bool(self.lines_left) and not self.cover and not self.fault

    def _print(self, data: bytes):
        """Print until the paper ends: the rest is lost, as with a printer that is switched off."""
        for byte in data:
            if not self._works:
                return
            self.text += bytes((byte,))
            if byte == 0x0A:
                self.lines_left -= 1

    # Hands.

    def change_roll(self, lines: int = 2000):
        """Put a new roll in."""
        self.lines_left = lines
        self.text = b""
