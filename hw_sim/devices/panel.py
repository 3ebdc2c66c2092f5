"""The bookcase's own screen, as its controller knows it.  See bookcase_fw/codecs/panel.py."""

from bookcase_fw.codecs import panel
from hw_sim.devices.twin import Twin

HISTORY_MAX = 100


class Screen(Twin):
    """Keeps what it was told to show; whoever sets `on_shown` is called with each new picture."""

    def __init__(self):
        super().__init__(panel.Decoder())
        self.shown = {}  # The fields of the last `shown`; empty before the first.
        self.history = []  # The last of them, oldest first.
        self.on_shown = _nobody_looks

    def answer(self, frame: tuple) -> bytes:
        name, fields = frame
        if name == "shown":
            self.shown = fields
            self.history = self.history[1 - HISTORY_MAX :] + [fields]
            self.on_shown(fields)
        return b""

    # Hands.

    def choose(self, door: int):
        self.say(panel.encode("choose", {"door": door}))

    def type_code(self, code: str):
        self.say(panel.encode("code", {"text": code}))

    def stay(self):
        self.say(panel.encode("stay", {}))

    def leave(self):
        self.say(panel.encode("leave", {}))

    def type_pin(self, pin: str):
        self.say(panel.encode("pin", {"pin": pin}))

    def task(self, word: str, door: int = 0):
        self.say(panel.encode("task", {"task": word, "door": door}))


def _nobody_looks(fields: dict):
    pass
