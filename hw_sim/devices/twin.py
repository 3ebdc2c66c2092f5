"""What all device twins share: a serial side that answers, and a way to speak unasked.

A twin is plugged into a line (hw_sim/plug.py): what arrives goes through `feed`, whose result is
the answer; `say` sends unasked; `later` calls back after some milliseconds.  Unplugged, a twin
speaks to nobody and its `later` never comes.  Twins know nothing of drivers.
"""

from bookcase_fw.codecs.stream import Decoder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Emit = Callable[[bytes], None]
    Later = Callable[[int, Callable[[], None]], None]


PAUSE_MS = 250  # A frame that pauses longer was cut.


class Twin:
    def __init__(self, decoder: Decoder):
        self._decoder = decoder
        self._feeds = 0
        self._watches = False  # Whether a pause is being waited for.
        # Faults, off by default.
        self.deaf = False  # Neither hears nor speaks, as without power.
        self.unplug()

    def plug(self, emit: "Emit", later: "Later"):
        """Be connected: emit(data) sends bytes, later(ms, call) calls back."""
        self._emit, self._later = emit, later

    def unplug(self):
        """Be connected to nobody."""
        self.plug(_to_nobody, _never)

    def feed(self, data: bytes) -> bytes:
        """Hear bytes; return the answer."""
        if self.deaf:
            return b""
        self._feeds += 1
        answers = [self.answer(frame) for frame in self._decoder.feed(data)]
        self._watch()
        return b"".join(answers)

    def answer(self, frame) -> bytes:
        """Return what the device answers to a frame when it is in order."""
        raise NotImplementedError

    def say(self, data: bytes):
        if data and not self.deaf:
            self._emit(data)

    def later(self, ms: int, call):
        self._later(ms, call)

    def _watch(self):
        if self._decoder.waits() and not self._watches:
            self._watches = True
            feeds = self._feeds
            self.later(PAUSE_MS, lambda: self._pause(feeds))

    def _pause(self, feeds: int):
        """Give a frame up that was cut, if nothing has come since."""
        self._watches = False
        if feeds == self._feeds:
            self.say(b"".join([self.answer(frame) for frame in self._decoder.flush()]))
        self._watch()


def broken(frame: bytes) -> bytes:
    """Return a frame whose last bytes, checksum included, are wrong."""
    return frame[:-2] + bytes((frame[-2] ^ 0x01, frame[-1] ^ 0x02))


def _to_nobody(data: bytes):
    pass


def _never(ms: int, call: "Callable[[], None]"):
    pass
