"""What radio rounds say of a compartment: taken, new, unsure.  Pure.

A tag that was inside before is *taken* when it was missed so often that chance explains it once in
10^8: n rounds with (1 - its own recorded rate)^n < 10^-8, at most ROUNDS_MAX; where that is not
enough, it is *unsure*.  So a single miss means nothing, and a tag that is read badly is not charged
to anybody.  When the reader was asked to move the books apart, misses before that count, too.

Books in hands are heard through the glass, seldom and weakly.  A hearing is *weak* when it is
WEAK_DB below what was recorded of the tag, or below FLOOR_DBM if that is louder.  A tag that is
heard weakly in few rounds is outside; in many, it was put elsewhere in the compartment.

A tag is in the compartment whose antenna hears it best.  What another compartment's antenna has
recorded MARGIN_DB louder is the other's; where that does not decide, and for every new tag that is
not heard loudly and often, both antennas listen now: the louder wins, up to TIE_DB its own door.
"""

from collections import namedtuple

ROUNDS_MIN = 4
ROUNDS_NEW = 8  # Rounds before a tag is believed to be new.
ROUNDS_MAX = 12
CHANCE = 1e-8
RATE_START, RATE_MAX = 95, 95  # Percent.  More is not believed, whatever was recorded.
MEMORY_ROUNDS = 20  # How many earlier rounds a recorded rate weighs.
WEAK_DB, MARGIN_DB, TIE_DB = 9, 6, 3
FLOOR_DBM, LOUD_DBM = -67, -60
FEW_PERCENT, MANY_PERCENT = 33, 66

# stable: tag -> (rate in percent, dBm) of what is inside; evidence: wire.EVIDENCE of the unsure.
Result = namedtuple("Result", ("taken", "new", "unsure", "stable", "evidence", "rounds"))
NO_RESULT = Result([], [], [], {}, [], 0)


def rounds_needed(rate: int) -> int:
    """Return after how many misses in a row a tag of this rate in percent is gone."""
    chance, rounds = 1.0, 0
    while chance >= CHANCE and rounds <= 2 * ROUNDS_MAX:
        chance *= 1 - min(rate, RATE_MAX) / 100
        rounds += 1
    return rounds


class Count:
    """One count of one compartment: add rounds while it wants more, then take the result."""

    def __init__(self, before: dict, elsewhere: dict, missed: "dict | None" = None):
        """before: the stable set; elsewhere: tag -> dBm recorded in the other compartments;
        missed: tag -> rounds in which it was missed in an earlier count of this session.
        """
        self.rounds = 0
        self._before, self._elsewhere, self._missed = before, elsewhere, missed or {}
        self._heard: dict = {}  # Tag -> (rounds in which it was heard, sum of dBm, best dBm).
        self._there: dict = {}  # The same for a neighbour's antenna, and its door.

    def add(self, heard: list):
        """Add a round of the compartment's own antenna: a list of (tag, dBm)."""
        self.rounds += 1
        for tag, dbm in heard:
            times, total, best = self._heard.get(tag, (0, 0, dbm))
            self._heard[tag] = (times + 1, total + dbm, max(best, dbm))

    def add_neighbour(self, door: int, heard: list):
        """Add a round of a neighbouring compartment's antenna."""
        for tag, dbm in heard:
            times, total, best, _door = self._there.get(tag, (0, 0, dbm, door))
            self._there[tag] = (times + 1, total + dbm, max(best, dbm), door)

    def wants_more(self) -> bool:
        """Whether another round of its own antenna can still change what is said."""
        if self.rounds < ROUNDS_MIN:
            return True
        if self.rounds >= ROUNDS_MAX:
            return False
        missing = any(self._is_open(tag) for tag in self._before)
        return missing or (self.rounds < ROUNDS_NEW and bool(self._strangers()))

    def wants_neighbours(self) -> bool:
        """Whether the neighbouring antennas must be asked who hears a tag best."""
        return any(self._seems_new(tag) and not self._is_plain(tag) for tag in self._strangers())

    def result(self) -> Result:
        new = sorted(tag for tag in self._strangers() if self._is_new(tag))
        taken, unsure = [], []
        for tag in sorted(self._before):
            if self._is_inside(tag):
                continue
            (taken if self._is_gone(tag) else unsure).append(tag)
        stable = {tag: self._recorded(tag) for tag in self._before if tag not in taken}
        for tag in new:
            stable[tag] = self._recorded(tag)
        evidence = [self._evidence(tag) for tag in unsure]
        return Result(taken, new, unsure, stable, evidence, self.rounds)

    def seen_so_far(self) -> tuple:
        """Return (tags that seem gone, tags that seem new): for a screen, not for a record."""
        gone = sorted(tag for tag in self._before if tag not in self._heard)
        return gone, sorted(tag for tag in self._strangers() if self._seems_new(tag))

    def _is_open(self, tag: str) -> bool:
        """Whether it is still open if a tag of the set before is inside."""
        if tag in self._heard:
            return not self._is_inside(tag)
        return self._misses(tag) < rounds_needed(self._before[tag][0])

    def _is_inside(self, tag: str) -> bool:
        if tag not in self._heard:
            return False
        return not self._is_weak(tag, self._before[tag][1]) or self._share(tag) >= FEW_PERCENT

    def _is_gone(self, tag: str) -> bool:
        """Not inside: gone for sure, or was it only read badly?"""
        rate = self._before[tag][0]
        if rounds_needed(rate) > self._misses(tag):
            return False
        # Heard seldom and weakly: outside, but only a tag that is read well is never so inside.
        return tag not in self._heard or rounds_needed(rate) < ROUNDS_MAX

    def _misses(self, tag: str) -> int:
        return self.rounds + self._missed.get(tag, 0)

    def _strangers(self) -> list:
        return [tag for tag in self._heard if tag not in self._before]

    def _seems_new(self, tag: str) -> bool:
        _times, _total, best = self._heard[tag]
        share = self._share(tag)
        if tag in self._elsewhere and self._elsewhere[tag] >= self._mean(tag) + MARGIN_DB:
            return False
        return share >= MANY_PERCENT or (share >= FEW_PERCENT and best >= FLOOR_DBM)

    def _is_plain(self, tag: str) -> bool:
        """Whether a tag is heard so well that no neighbour can have it."""
        loud = self._mean(tag) >= LOUD_DBM and self._share(tag) >= MANY_PERCENT
        return loud and tag not in self._elsewhere

    def _is_new(self, tag: str) -> bool:
        if not self._seems_new(tag):
            return False
        if tag not in self._there:
            return True
        times, total, _best, _door = self._there[tag]
        margin = MARGIN_DB if tag in self._elsewhere else -TIE_DB
        return self._mean(tag) >= total // times + margin

    def _is_weak(self, tag: str, recorded_dbm: int) -> bool:
        _times, _total, best = self._heard[tag]
        return best < max(recorded_dbm - WEAK_DB, FLOOR_DBM)

    def _share(self, tag: str) -> int:
        return 100 * self._heard[tag][0] // self.rounds

    def _mean(self, tag: str) -> int:
        times, total, _best = self._heard[tag]
        return total // times

    def _recorded(self, tag: str) -> tuple:
        """Return (rate, dBm) as this count changes what is recorded of a tag."""
        if tag not in self._heard:
            return tuple(self._before[tag])
        mean, share = self._mean(tag), self._share(tag)
        rate, dbm = self._before.get(tag, (RATE_START, mean))
        weight = MEMORY_ROUNDS + self.rounds
        rate = (rate * MEMORY_ROUNDS + share * self.rounds + weight // 2) // weight
        return min(rate, RATE_MAX), (3 * dbm + mean) // 4

    def _evidence(self, tag: str) -> dict:
        times, _total, best = self._heard.get(tag, (0, 0, 0))
        door = self._there[tag][3] if tag in self._there else 0
        return {"tag": tag, "heard": times, "rounds": self.rounds, "dbm": best, "door": door}
