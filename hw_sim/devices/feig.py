"""A Feig HF reader and the chips in its field.  See bookcase_fw/codecs/feig.py."""

import binascii

from bookcase_fw.codecs import feig
from hw_sim.devices.twin import Twin, broken

ANSWER_CHIPS_MAX = 8  # Of an inventory in one answer; the rest is fetched.


class Chip:
    """An ISO 15693 chip.  `fades` is how many more blocks can be written before it is gone."""

    def __init__(self, uid: str, memory: bytes = bytes(112), afi: int = 0, block_size: int = 4):
        self.uid, self.afi, self.block_size = uid, afi, block_size
        self.memory = bytearray(memory)
        self.dsfid = 0
        self.eas = False
        # Faults, off by default.
        self.locked: set[int] = set()  # Blocks that cannot be written.
        self.afi_locked = False
        self.fades = -1

    def write(self, block: int, data: bytes) -> str:
        """Write one block; return a word of feig.STATUS."""
        at = block * self.block_size
        if self.fades == 0:
            return "no_chip"
        if at + len(data) > len(self.memory) or block in self.locked:
            return "refused"
        self.fades -= self.fades > 0
        self.memory[at : at + len(data)] = data
        return "done"


class Reader(Twin):
    """`field()` returns the chips that are near now."""

    def __init__(self, field):
        super().__init__(feig.RequestDecoder())
        self._field = field
        self._left: list[str] = []  # UIDs that did not fit the answer.
        # Faults, off by default.
        self.wrong_checksum = False

    def answer(self, frame: feig.Request) -> bytes:
        status, data = self._reply(frame)
        sealed = feig.encode_answer(frame.name, status, data)
        return broken(sealed) if self.wrong_checksum else sealed

    def _reply(self, frame: feig.Request) -> tuple:
        if frame.name == "reset":
            return "done", b""
        if frame.name == "custom":
            return self._to_chip(feig.CUSTOM, frame.data[1:])
        if frame.data[:1] == bytes((feig.number(feig.CHIP, "inventory"),)):
            return self._inventory(frame.data[1:2] == bytes((feig.MORE,)))
        return self._to_chip(feig.CHIP, frame.data)

    def _inventory(self, more: bool) -> tuple:
        if not more:
            self._left = [chip.uid for chip in self._field()]
        said, self._left = self._left[:ANSWER_CHIPS_MAX], self._left[ANSWER_CHIPS_MAX:]
        if not said:
            return "no_chip", b""
        return "more" if self._left else "done", feig.encode_uids(said)

    def _to_chip(self, table: tuple, data: bytes) -> tuple:
        if len(data) < 2 + feig.UID_SIZE:
            return "length", b""
        uid = binascii.hexlify(data[2:10]).decode().upper()
        chips = [chip for chip in self._field() if chip.uid == uid and chip.fades != 0]
        for name, act in _ACTS:
            if name == feig.word(table, data[0]):
                return act(self, chips[0], data[10:]) if chips else ("no_chip", b"")
        return "unknown", b""

    def _read(self, chip: Chip, rest: bytes) -> tuple:
        if len(rest) < 2:
            return "length", b""
        start, end = rest[0] * chip.block_size, (rest[0] + rest[1]) * chip.block_size
        if end > len(chip.memory):
            return "refused", b"\x10"
        return "done", feig.encode_blocks(bytes(chip.memory[start:end]), chip.block_size)

    def _write(self, chip: Chip, rest: bytes) -> tuple:
        if len(rest) < 3 or len(rest) != 3 + rest[1] * rest[2]:
            return "length", b""
        first, count, size = rest[:3]
        for n in range(count):
            status = chip.write(first + n, rest[3 + n * size : 3 + (n + 1) * size])
            if status != "done":
                return status, b""
        return "done", b""

    def _write_afi(self, chip: Chip, rest: bytes) -> tuple:
        if chip.afi_locked:
            return "refused", b"\x12"
        chip.afi = rest[0]
        return "done", b""

    def _info(self, chip: Chip, rest: bytes) -> tuple:
        blocks = len(chip.memory) // chip.block_size
        said = feig.Info(chip.dsfid, chip.uid, chip.afi, blocks, chip.block_size)
        return "done", feig.encode_info(said)

    def _set_eas(self, chip: Chip, rest: bytes) -> tuple:
        chip.eas = True
        return "done", b""

    def _reset_eas(self, chip: Chip, rest: bytes) -> tuple:
        chip.eas = False
        return "done", b""

    def _eas_alarm(self, chip: Chip, rest: bytes) -> tuple:
        return "done" if chip.eas else "no_chip", b""


_ACTS = (
    ("read", Reader._read),
    ("write", Reader._write),
    ("write_afi", Reader._write_afi),
    ("info", Reader._info),
    ("set_eas", Reader._set_eas),
    ("reset_eas", Reader._reset_eas),
    ("eas_alarm", Reader._eas_alarm),
)
