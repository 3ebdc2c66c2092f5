"""An R200 UHF reader; the world's radio tells what it hears.  See bookcase_fw/codecs/r200.py."""

from bookcase_fw.codecs import r200
from hw_sim.devices.twin import Twin, broken

ROUND_MS = 40  # A round of an inventory that goes on by itself.
INFO = (b"M100 26dBm V1.0", b"V2.3.5", b"MagicRF")  # Hardware, software, maker.


class Reader(Twin):
    """`hear()` returns the (tag, dBm) that one round of inventory hears."""

    def __init__(self, hear):
        super().__init__(r200.Decoder())
        self._hear = hear
        self._rounds_left = 0  # Of an inventory that goes on by itself.
        self.region = 0  # A number of r200.REGIONS; 0 until it is set.
        self.power_cdbm = 2600
        # Faults, off by default.
        self.wrong_checksum = False

    def answer(self, frame: r200.Frame) -> bytes:
        if frame.kind != "command":
            return b""
        for name, reply in _REPLIES:
            if name == frame.name:
                return self._joined(reply(self, frame.data))
        return self._joined([_refusal("command")])

    def _round(self, data: bytes = b"") -> list:
        return [r200.notice(tag, dbm) for tag, dbm in self._hear()] or [_refusal("nothing")]

    def _start(self, data: bytes) -> list:
        self._rounds_left = int.from_bytes(data[1:3], "big")
        self.later(ROUND_MS, self._go_on)
        return []

    def _go_on(self):
        if self._rounds_left:
            self._rounds_left -= 1
            self.say(self._joined(self._round()))
            self.later(ROUND_MS, self._go_on)

    def _stop(self, data: bytes) -> list:
        self._rounds_left = 0
        return [r200.encode("answer", "stop", b"\x00")]

    def _set_region(self, data: bytes) -> list:
        self.region = int.from_bytes(data[:1], "big")
        return [r200.encode("answer", "region", b"\x00")]

    def _set_power(self, data: bytes) -> list:
        self.power_cdbm = int.from_bytes(data[:2], "big")
        return [r200.encode("answer", "power", b"\x00")]

    def _read_region(self, data: bytes) -> list:
        return [r200.encode("answer", "read_region", bytes((self.region,)))]

    def _read_power(self, data: bytes) -> list:
        return [r200.encode("answer", "read_power", self.power_cdbm.to_bytes(2, "big"))]

    def _info(self, data: bytes) -> list:
        which = int.from_bytes(data[:1], "big")
        return [r200.encode("answer", "info", bytes((which,)) + INFO[which % len(INFO)])]

    def _joined(self, frames: list) -> bytes:
        return b"".join([broken(one) if self.wrong_checksum else one for one in frames])


_REPLIES = (
    ("info", Reader._info),
    ("region", Reader._set_region),
    ("read_region", Reader._read_region),
    ("inventory", Reader._round),
    ("inventories", Reader._start),
    ("stop", Reader._stop),
    ("power", Reader._set_power),
    ("read_power", Reader._read_power),
)


def _refusal(name: str) -> bytes:
    return r200.encode("answer", "error", bytes((r200.number(r200.ERRORS, name),)))
