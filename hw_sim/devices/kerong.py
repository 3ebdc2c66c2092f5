"""Kerong's lock boards CU48 and CU16 with their doors.  See bookcase_fw/codecs/kerong.py."""

from bookcase_fw.codecs import kerong, modbus
from hw_sim.devices.doors import Doors


class Cu48(Doors):
    """Coils beyond the fitted locks up to 48 can be read and are clear."""

    def __init__(self, locks: int = 4, board: int = 1, shut_bit: int = 1, release_coil: int = 1):
        super().__init__(modbus.RequestDecoder(), locks, board, shut_bit)
        self._release_coil = release_coil

    def answer(self, frame: modbus.Request) -> bytes:
        if frame.station != self._board:
            return b""
        return self._sealed(self._reply(frame))

    def _reply(self, frame: modbus.Request) -> bytes:
        if frame.name not in ("read_coils", "write_coil"):
            return modbus.encode_refused(self._board, frame.name, "function")
        count = frame.value if frame.name == "read_coils" else 1
        if frame.first + count > kerong.CU48_LOCK_MAX:
            return modbus.encode_refused(self._board, frame.name, "place")
        if frame.name == "read_coils":
            bits = self._bits() >> frame.first & (1 << count) - 1
            data = bits.to_bytes((count + 7) // 8, "little")
            return modbus.encode_data(self._board, frame.name, data)
        if frame.value not in (modbus.SET, modbus.CLEAR):
            return modbus.encode_refused(self._board, frame.name, "value")
        if (frame.value == modbus.SET) == bool(self._release_coil):
            self._release(frame.first + 1)
        return modbus.encode_written(self._board, frame.name, frame.first, frame.value)


class Cu16(Doors):
    """Board 1 has address 0."""

    def __init__(self, locks: int = 4, board: int = 1, shut_bit: int = 1):
        super().__init__(kerong.RequestDecoder(), locks, board, shut_bit)

    def answer(self, frame: kerong.Request) -> bytes:
        if frame.board != self._board and frame.name in ("read", "unlock"):
            return b""
        if frame.name in ("read", "read_all"):
            return self._sealed(kerong.encode_status(self._board, self._bits()))
        self._release(0 if frame.name == "unlock_all" else frame.lock)
        return b""
