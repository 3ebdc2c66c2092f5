"""What radio rounds say of a compartment: taken, new, unsure.  Pure.

Of a tag that was inside before, each round is a piece of evidence: how much likelier is it that the
tag is outside than that it is inside?  A miss speaks for outside, the more the better the tag is
read (its own recorded rate).  A hearing speaks for inside, the more the closer it is to the
strength that was recorded of the tag; books in hands are heard through the glass, seldom and
weakly.  The logarithms add up.  Beyond GONE the tag is *taken*: chance explains that once in 10^8.
Below INSIDE it is inside.  Between, after ROUNDS_MAX rounds, it is *unsure*: so a single miss means
nothing, and a tag that is read badly is not charged to anybody.

A tag is in the compartment whose antenna hears it best.  What another compartment's antenna has
recorded MARGIN_DB louder is the other's; where that does not decide, and for every new tag that is
not heard loudly and often, both antennas listen now: the louder wins, up to TIE_DB its own door.
"""

import math
from collections import namedtuple

ROUNDS_MIN = 4
ROUNDS_NEW = 8  # Rounds before a tag is believed to be new.
ROUNDS_MAX = 12
GONE, INSIDE = 18.4, -5.0  # ln 10^8; a weak reason will do for what charges nobody.
RATE_START, RATE_MIN, RATE_MAX = 95, 15, 95  # Percent.  More is not believed.
START_ROUNDS = 8  # Rounds that RATE_START weighs against what was heard of a new tag.
MEMORY_ROUNDS = 20  # How many earlier rounds a recorded rate weighs.
# How a tag outside is heard, and how far a strength strays from what was recorded of the tag.
OUTSIDE_RATE, OUTSIDE_DBM, OUTSIDE_DB, INSIDE_DB = 0.1, -71, 4.5, 5.0
# A weak hearing says no more than this for outside: a book may have been put into the shadow.
WEAK_MAX = 1.0
MARGIN_DB, TIE_DB = 6, 3
FLOOR_DBM, LOUD_DBM = -67, -60
FEW_PERCENT, MANY_PERCENT = 33, 66

# stable: tag -> (rate in percent, dBm) of what is inside; evidence: wire.EVIDENCE of the unsure.
# leans: tag -> what was found of an unsure tag, for the next count of the same session.
Result = namedtuple("Result", ("taken", "new", "unsure", "stable", "evidence", "rounds", "leans"))
NO_RESULT = Result([], [], [], {}, [], 0, {})


def rounds_needed(rate: int) -> int:
    """Return after how many misses in a row a tag of this rate in percent is gone."""
    return int(GONE / _miss(rate)) + 1


class Count:
    """One count of one compartment: add rounds while it wants more, then take the result."""

    def __init__(self, before: dict, elsewhere: dict, leans: "dict | None" = None):
        """before: the stable set; elsewhere: tag -> dBm recorded in the other compartments;
        leans: what the count before this one found of the tags that it was unsure of.
        """
        self.rounds = 0
        self._before, self._elsewhere, self._leans = before, elsewhere, leans or {}
        self._heard: dict = {}  # Tag -> (rounds that heard it, sum of dBm, best, weakness).
        self._there: dict = {}  # Tag -> (rounds, sum of dBm, best, door) of a neighbour.

    def add(self, heard: list):
        """Add a round of the compartment's own antenna: a list of (tag, dBm)."""
        self.rounds += 1
        for tag, dbm in heard:
            times, total, best, weakness = self._heard.get(tag, (0, 0, dbm, 0.0))
            if tag in self._before:
                weakness += _weakness(dbm, self._before[tag][1])
            self._heard[tag] = (times + 1, total + dbm, max(best, dbm), weakness)

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
        leans = {tag: self._lean(tag) for tag in unsure}
        return Result(taken, new, unsure, stable, evidence, self.rounds, leans)

    def seen_so_far(self) -> tuple:
        """Return (tags that seem gone, tags that seem new): for a screen, not for a record."""
        gone = sorted(tag for tag in self._before if tag not in self._heard)
        return gone, sorted(tag for tag in self._strangers() if self._seems_new(tag))

    def _is_open(self, tag: str) -> bool:
        """Whether it is still open if a tag of the set before is inside."""
        return not self._is_inside(tag) and not self._is_gone(tag)

    def _is_inside(self, tag: str) -> bool:
        return tag in self._heard and self._lean(tag) < INSIDE

    def _is_gone(self, tag: str) -> bool:
        return self._lean(tag) > GONE

    def _lean(self, tag: str) -> float:
        """Return the logarithm of how much likelier the tag is outside than inside."""
        rate = self._before[tag][0]
        times, _total, _best, weakness = self._heard.get(tag, (0, 0, 0, 0.0))
        hit = math.log(100 * OUTSIDE_RATE / _bounded(rate))
        earlier = self._leans.get(tag, 0.0)
        return earlier + (self.rounds - times) * _miss(rate) + times * hit + weakness

    def _strangers(self) -> list:
        return [tag for tag in self._heard if tag not in self._before]

    def _seems_new(self, tag: str) -> bool:
        best = self._heard[tag][2]
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

    def _share(self, tag: str) -> int:
        return 100 * self._heard[tag][0] // self.rounds

    def _mean(self, tag: str) -> int:
        times, total, _best, _weakness = self._heard[tag]
        return round(total / times)

    def _recorded(self, tag: str) -> tuple:
        """Return (rate, dBm) as this count changes what is recorded of a tag."""
        if tag not in self._heard:
            return tuple(self._before[tag])
        mean, times = self._mean(tag), self._heard[tag][0]
        rate, dbm = self._before.get(tag, (RATE_START, mean))
        memory = MEMORY_ROUNDS if tag in self._before else START_ROUNDS
        weight = memory + self.rounds
        rate = (rate * memory + 100 * times + weight // 2) // weight
        return min(rate, RATE_MAX), round((3 * dbm + mean) / 4)

    def _evidence(self, tag: str) -> dict:
        times, _total, best, _weakness = self._heard.get(tag, (0, 0, 0, 0.0))
        door = self._there[tag][3] if tag in self._there else 0
        return {"tag": tag, "heard": times, "rounds": self.rounds, "dbm": best, "door": door}


def _weakness(dbm: int, recorded_dbm: int) -> float:
    """Return how much the strength of a hearing speaks for outside."""
    inside = (dbm - recorded_dbm) / INSIDE_DB
    outside = (dbm - OUTSIDE_DBM) / OUTSIDE_DB
    return min(WEAK_MAX, (inside * inside - outside * outside) / 2)


def _miss(rate: int) -> float:
    """Return how much a miss speaks for outside, of a tag with this rate in percent."""
    return math.log((1 - OUTSIDE_RATE) / (1 - _bounded(rate) / 100))


def _bounded(rate: int) -> int:
    return max(RATE_MIN, min(rate, RATE_MAX))
