"""A WJL lock board with its doors.  See bookcase_fw/codecs/wjl.py."""

from bookcase_fw.codecs import wjl
from hw_sim.devices.doors import Doors

ANSWER_MS = 1000  # From the order to open to its answer.


class LockBoard(Doors):
    def __init__(self, locks: int = 4, board: int = 1, shut_bit: int = 1):
        super().__init__(wjl.RequestDecoder(), locks, board, shut_bit)

    def answer(self, frame: wjl.Request) -> bytes:
        if frame.board != self._board:
            return b""
        if frame.name == "open":
            self._release(frame.lock)
        elif frame.name == "read":
            return self._sealed(self._status(frame.lock))
        return b""

    def _release(self, wanted: int):
        super()._release(wanted)
        for lock in self._wanted(wanted):
            self.later(ANSWER_MS, lambda lock=lock: self.say(self._sealed(self._status(lock))))

    def _status(self, lock: int) -> bytes:
        if lock:
            return wjl.encode_one(self._board, lock, not self._sensed(lock))
        return wjl.encode_all(self._board, self._bits())
