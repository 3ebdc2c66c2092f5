"""A WJL lock board with its doors.  See bookcase_fw/codecs/wjl.py."""

from bookcase_fw.codecs import wjl
from hw_sim.devices.twin import Twin, broken

ANSWER_MS = 1000  # From the order to open to its answer.
RELEASE_MS = 10000  # A lock that was released and not pulled latches again.


class LockBoard(Twin):
    """`feed` is its serial side; the other methods are a person's hands.  Locks count from 1."""

    def __init__(self, locks: int = 4, board: int = 1, shut_bit: int = 1):
        super().__init__(wjl.RequestDecoder())
        self._board = board
        self._shut_bit = shut_bit  # How the sensors are wired.
        self._shut = [True] * locks
        self._released = [0] * locks  # Number of the release that holds; 0 when latched.
        self._release_count = 0
        # Faults, off by default.
        self.jammed: set[int] = set()  # Locks that do not release.
        self.stuck: dict[
            int, bool
        ] = {}  # Lock -> what its sensor says of the door, always: True is shut.
        self.wrong_checksum = False

    def answer(self, frame: wjl.Request) -> bytes:
        if frame.board != self._board:
            return b""
        if frame.name == "open":
            self._release(frame.lock)
        elif frame.name == "read":
            return self._sealed(self._status(frame.lock))
        return b""

    # Hands.

    def pull_door(self, lock: int) -> bool:
        """Pull at a door; say whether it is open now: it is when the lock was released."""
        if self._released[lock - 1]:
            self._shut[lock - 1] = False
            self._released[lock - 1] = 0
        return not self._shut[lock - 1]

    def shut_door(self, lock: int):
        self._shut[lock - 1] = True
        self._released[lock - 1] = 0

    def force_door(self, lock: int):
        """Open a door against its lock; so does one that was shut and springs open again."""
        self._shut[lock - 1] = False

    def is_shut(self, lock: int) -> bool:
        """How the door truly stands, whatever the sensor says."""
        return self._shut[lock - 1]

    def is_released(self, lock: int) -> bool:
        return self._released[lock - 1] > 0

    # The serial side.

    def _release(self, wanted: int):
        for lock in self._wanted(wanted):
            if lock not in self.jammed and self._shut[lock - 1]:
                self._release_count += 1
                self._released[lock - 1] = number = self._release_count
                self.later(RELEASE_MS, lambda lock=lock, number=number: self._latch(lock, number))
            self.later(ANSWER_MS, lambda lock=lock: self.say(self._sealed(self._status(lock))))

    def _latch(self, lock: int, number: int):
        """Latch again, unless the lock was released once more meanwhile."""
        if self._released[lock - 1] == number:
            self._released[lock - 1] = 0

    def _status(self, lock: int) -> bytes:
        if lock:
            return wjl.encode_one(self._board, lock, not self._sensed(lock))
        set_ = [self._sensed(number) == bool(self._shut_bit) for number in self._wanted(0)]
        return wjl.encode_all(self._board, sum([bit << n for n, bit in enumerate(set_)]))

    def _sensed(self, lock: int) -> bool:
        return self.stuck.get(lock, self._shut[lock - 1])

    def _wanted(self, lock: int) -> tuple:
        """Return the locks that a number means: 0 is all, and one that is not fitted is none."""
        fitted = tuple(range(1, len(self._shut) + 1))
        return fitted if lock == 0 else tuple([one for one in fitted if one == lock])

    def _sealed(self, frame: bytes) -> bytes:
        return broken(frame) if self.wrong_checksum else frame
