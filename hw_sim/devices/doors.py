"""What all lock boards share: doors that people pull and shut, locks that release and latch again.

Locks count from 1; lock 0 is all of them.
"""

from bookcase_fw.codecs.stream import Decoder
from hw_sim.devices.twin import Twin, broken

RELEASE_MS = 10000  # A lock that was released and not pulled latches again.


class Doors(Twin):
    """`feed` is the board's serial side; the other methods are a person's hands."""

    def __init__(self, decoder: Decoder, locks: int, board: int, shut_bit: int):
        super().__init__(decoder)
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

    def _latch(self, lock: int, number: int):
        """Latch again, unless the lock was released once more meanwhile."""
        if self._released[lock - 1] == number:
            self._released[lock - 1] = 0

    def _bits(self) -> int:
        """Return what all sensors say: bit n - 1 is lock n."""
        bits = [self._sensed(number) == bool(self._shut_bit) for number in self._wanted(0)]
        return sum([bit << n for n, bit in enumerate(bits)])

    def _sensed(self, lock: int) -> bool:
        return self.stuck.get(lock, self._shut[lock - 1])

    def _wanted(self, lock: int) -> tuple:
        """Return the locks that a number means: 0 is all, and one that is not fitted is none."""
        fitted = tuple(range(1, len(self._shut) + 1))
        return fitted if lock == 0 else tuple([one for one in fitted if one == lock])

    def _sealed(self, frame: bytes) -> bytes:
        return broken(frame) if self.wrong_checksum else frame
