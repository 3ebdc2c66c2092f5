"""What all device twins share: a serial side that answers, and a way to speak unasked.

A twin is plugged into a line (hw_sim/plug.py): what arrives goes through `feed`, whose result is
the answer; `say` sends unasked; `later` calls back after some milliseconds.  Unplugged, a twin
speaks to nobody and its `later` never comes.  Twins know nothing of drivers.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Emit = Callable[[bytes], None]
    Later = Callable[[int, Callable[[], None]], None]


class Twin:
    def __init__(self):
        # Faults, off by default.
        self.deaf = False  # Neither hears nor speaks, as without power.
        self.plug(_to_nobody, _never)

    def plug(self, emit: "Emit", later: "Later"):
        """Be connected: emit(data) sends bytes, later(ms, call) calls back."""
        self._emit, self._later = emit, later

    def feed(self, data: bytes) -> bytes:
        """Hear bytes; return the answer."""
        return b"" if self.deaf else self.answer(data)

    def answer(self, data: bytes) -> bytes:
        """What the device answers when it is in order."""
        raise NotImplementedError

    def say(self, data: bytes):
        if not self.deaf:
            self._emit(data)

    def later(self, ms: int, call):
        self._later(ms, call)


def broken(frame: bytes) -> bytes:
    """Return a frame whose last bytes, checksum included, are wrong."""
    return frame[:-2] + bytes((frame[-2] ^ 0x01, frame[-1] ^ 0x02))


def _to_nobody(data: bytes):
    pass


def _never(ms: int, call: "Callable[[], None]"):
    pass
