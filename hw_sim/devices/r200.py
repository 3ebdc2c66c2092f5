"""An R200 UHF reader; the world's radio tells what it hears.  See bookcase_fw/codecs/r200.py."""

import binascii

from bookcase_fw.codecs import crc, r200
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
        self.chips: dict = {}  # Tag -> (flags of its PC, user bank); else none and an empty one.
        self._selected = ""
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
        heard = [r200.notice(tag, dbm, self._chip(tag)[0]) for tag, dbm in self._hear()]
        return heard or [_refusal("nothing")]

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

    def _select(self, data: bytes) -> list:
        self._selected = binascii.hexlify(data[7:]).decode().upper()
        return [r200.encode("answer", "select", b"\x00")]

    def _set_select_mode(self, data: bytes) -> list:
        return [r200.encode("answer", "select_mode", b"\x00")]

    def _read(self, data: bytes) -> list:
        bank, first, words = data[4], data[5] << 8 | data[6], data[7] << 8 | data[8]
        if self._selected not in [tag for tag, _dbm in self._hear()]:
            return [_refusal("no_tag")]
        flags, user = self._chip(self._selected)
        air = r200.air(self._selected, flags)
        memory = {r200.EPC_BANK: crc.gen2(air).to_bytes(2, "big") + air, r200.USER_BANK: user}
        found = memory.get(bank, b"")[2 * first : 2 * (first + words)]
        if len(found) < 2 * words:
            return [_refusal("overrun")]
        return [r200.encode("answer", "read", bytes((len(air),)) + air + found)]

    def _chip(self, tag: str) -> tuple:
        return self.chips.get(tag, (0, b""))

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
    ("select", Reader._select),
    ("select_mode", Reader._set_select_mode),
    ("read", Reader._read),
    ("inventory", Reader._round),
    ("inventories", Reader._start),
    ("stop", Reader._stop),
    ("power", Reader._set_power),
    ("read_power", Reader._read_power),
)


def _refusal(name: str) -> bytes:
    return r200.encode("answer", "error", bytes((r200.number(r200.ERRORS, name),)))
