"""What radio rounds say of a compartment: taken, new, unsure.  Pure.

Of a tag that was inside before, it is asked how much likelier the rounds are if it is outside than
if it is inside: the *lean*, a natural logarithm.  Inside there are five stories, of which the
likeliest counts: nobody touched the copy, then it is heard as often and as loudly as was recorded
of it; or hands put it elsewhere in the compartment; or they put it where it is hardly heard; or its
chip is feeble, and then it may be hidden as well.  A tag that is never heard is *taken* when chance
explains its misses once in 10^8.  Beyond GONE it is taken, below `inside` it is inside; between,
after the rounds that a kind of count allows, it is *unsure*: a tag that is read badly is charged
to nobody.

Of a tag that was not inside before, it is asked the same of a place inside against hands in front
of the glass, and, where the neighbouring antennas were asked, against the neighbour's compartment.
"""

import math
from collections import namedtuple

_FIELDS = (
    "rounds_min",
    "silent_max",  # Rounds for a tag that is not heard at all.
    "rounds_max",  # For one that is heard in some.
    "moved",  # The logarithm of how likely hands put a copy elsewhere in the compartment,
    "hidden",  # and where it is hardly heard.
    "inside",  # The lean below which a tag is inside.
    "memory",  # How many rounds an earlier record may weigh.
    "heard_max",  # Of rounds, in hands before the glass: what is heard more often is not taken.
    "new",  # The newness above which a tag is new.
)
Kind = namedtuple("Kind", _FIELDS)
# A copy that is said to be back wants a better reason than one in 10^3; and than one in 10^6 where
# no other count follows that would notice that it only was in hands.
NEW, SURELY, NOT_NEW = 8.0, 14.0, -3.0
# fmt: off
FIRST =   Kind( 4, 16, 20, -3.0, -6.0, -2.0, 120, 0.25, NEW)  # Somebody waits for the screen.
AGAIN =   Kind( 4, 88, 88,  0.0, -2.0, -2.0,  20, 0.15, NEW)  # They moved the books.
SECOND =  Kind(16, 90, 90, -3.0, -6.0,  0.0, 250, 0.0, SURELY)  # Nobody waits.
HURRIED = Kind( 4, 12, 20, -3.0, -6.0,  0.0, 250, 0.0, SURELY)  # Somebody waits for a door to open.
IDLE =    Kind( 1, 12, 20, -3.0, -6.0,  0.0, 250, 0.0, NEW)  # To learn, and notice a dead chip.
# fmt: on
MEMORY_ROUNDS = 250

GONE = 18.4  # ln 10^8.
NEIGHBOUR = 3.0  # How much likelier here than there; of a copy recorded there more.
RECORDED_THERE = 12.0


# How tags are heard where nothing is known yet: rate, dBm; and from there, in dB, spreads and the
# other places.  Wide, since the next bookcase is another one; radio.toml is what they answer to.
WELL_RATE, WELL_DBM, TAGS_MIN = 0.95, -53, 5
WELL_DB, HIDDEN_DB, FEEBLE_DB, OUTSIDE_DB, WALL_DB = 5.5, 6.0, 6.0, 4.5, 4.5  # Spreads.
HIDDEN_BELOW, FEEBLE_BELOW, OUTSIDE_BELOW, WALL_BELOW = 4, 11, 17.5, 13
HIDDEN_POWER = 0.54  # Of the chance of a miss: what shadows a tag costs more where misses are many.
FEEBLE_RATE, LOST_RATE, OUTSIDE_RATE, WALL_RATE = 0.3, 0.13, 0.1, 0.25  # Lost: feeble and hidden.
FEEBLE_SHARE = -6.0  # The logarithm of how many chips are.
STAYED_DB = 2.0  # How far the mean of a count strays from what was recorded of an untouched copy.
RATE_MIN, RATE_MAX = 150, 950  # Per mille.  More is not believed.
RATE_START, START_ROUNDS = 950, 4  # Of a new tag, and how many rounds that weighs.
STRENGTH_ROUNDS = 12  # That a recorded strength weighs: a step is a whole dB.
MOVED_DB, MOVED_ROUNDS = 5, 3  # Heard so differently, and so often: what was recorded is void.
MARGIN_DB = 6  # What another compartment has recorded so much louder is the other's.
LOUD_DBM, OFTEN = -60, 0.66  # Heard so, no neighbour can have it.
FLOOR_DBM = -67  # Of a tag of which nothing was recorded yet.

# stable: tag -> (rate per mille, dBm, rounds) of what is inside, the unsure among them; evidence:
# wire.EVIDENCE of the unsure; leans: tag -> its two leans, for the next count of an unsure tag;
# strangers: tag -> its newness, of what was heard and is neither known nor new.
_RESULT = ("taken", "new", "unsure", "stable", "evidence", "rounds", "leans", "strangers")
Result = namedtuple("Result", _RESULT)
NO_RESULT = Result([], [], [], {}, [], 0, {}, {})
_NEVER = (0, 0, 0)


# How a tag is heard in a place: logarithms of missing and hearing it, dBm, spread, its logarithm.
Ways = namedtuple("Ways", ("well", "hidden", "feeble", "lost", "outside", "wall"))


def rounds_needed(rate: int) -> int:
    """Return after how many misses in a row an untouched tag of this rate per mille is gone."""
    return int(GONE / -math.log(1 - _bounded(rate) / 1000)) + 1


class Count:
    """One count of one compartment: add rounds while it wants more, then take the result."""

    def __init__(
        self, before: dict, elsewhere: dict, kind: Kind = FIRST, leans: "dict | None" = None
    ):
        """before: the stable set; elsewhere: tag -> dBm recorded in the other compartments;
        leans: what the count before this one found of the tags that it was unsure of; None of a
            tag is nothing.
        """
        self.kind = kind
        self.rounds = 0
        self._before, self._elsewhere, self._leans = before, elsewhere, leans or {}
        self._ways = _ways(before)
        self._stories: dict = {}
        self._heard: dict = {}  # Tag -> (rounds that heard it, sum of dBm, best).
        self._there: dict = {}  # Tag -> the same of the neighbour that hears it best, and its door.
        self._there_rounds: dict = {}  # Door of a neighbour -> its rounds.

    def add(self, heard: list):
        """Add a round of the compartment's own antenna: a list of (tag, dBm)."""
        self.rounds += 1
        for tag, dbm in heard:
            times, total, best = self._heard.get(tag, (0, 0, dbm))
            self._heard[tag] = (times + 1, total + dbm, max(best, dbm))

    def add_neighbour(self, door: int, heard: list):
        """Add a round of a neighbouring compartment's antenna."""
        self._there_rounds[door] = self._there_rounds.get(door, 0) + 1
        for tag, dbm in heard:
            times, total, best, at = self._there.get(tag, (0, 0, dbm, door))
            if at == door:
                self._there[tag] = (times + 1, total + dbm, max(best, dbm), door)
            elif dbm > best:
                self._there[tag] = (1, dbm, dbm, door)

    def hurry(self):
        """Somebody has come who waits for this count."""
        self.kind = HURRIED if self.kind is SECOND else self.kind

    def wants_more(self) -> bool:
        """Whether another round of its own antenna can still change what is said."""
        if self.rounds < self.kind.rounds_min:
            return True
        if self.rounds >= self.kind.rounds_max:
            return False
        for tag in self._before:
            if self.rounds >= self.kind.silent_max and tag not in self._heard:
                continue
            if self._lean(tag) >= self.kind.inside and not self._is_taken(tag):
                return True
        return any(NOT_NEW < self._newness(tag) < self.kind.new for tag in self._strangers())

    def wants_neighbours(self) -> bool:
        """Whether the neighbouring antennas must be asked who hears a tag best."""
        return any(self._seems_new(tag) and not self._is_plain(tag) for tag in self._strangers())

    def result(self) -> Result:
        new = sorted(tag for tag in self._strangers() if self._is_new(tag))
        taken, unsure, leans = [], [], {}
        for tag in sorted(self._before):
            if self._is_taken(tag):
                taken.append(tag)
            elif self._lean(tag) >= self.kind.inside:
                unsure.append(tag)
                leans[tag] = self._leans_of(tag)
        stable = {tag: self._recorded(tag) for tag in self._before if tag not in taken}
        for tag in new:
            stable[tag] = self._recorded(tag)
        evidence = [self._evidence(tag) for tag in unsure]
        strangers = {tag: self._newness(tag) for tag in self._strangers() if tag not in new}
        return Result(taken, new, unsure, stable, evidence, self.rounds, leans, strangers)

    def seen_so_far(self) -> tuple:
        """Return (tags that seem gone, tags that seem new): for a screen, not for a record."""
        gone = sorted(tag for tag in self._before if tag not in self._heard)
        return gone, sorted(tag for tag in self._strangers() if self._seems_new(tag))

    def _is_taken(self, tag: str) -> bool:
        times = self._heard.get(tag, _NEVER)[0]
        return self._lean(tag) > GONE and times <= self.kind.heard_max * self.rounds

    def _lean(self, tag: str) -> float:
        """Return the logarithm of how much likelier the tag is outside than inside."""
        return min(self._leans_of(tag))

    def _leans_of(self, tag: str) -> tuple:
        """Return the lean against a sound chip inside, and against a feeble one.

        What the count before this one found is added, which has allowed for how seldom hands move
        a copy and chips are feeble: a copy goes from place to place, its chip stays as it is.
        """
        times, total, _best = self._heard.get(tag, _NEVER)
        ways, told = self._ways, self._leans.get(tag)
        moved, hidden = self.kind.moved, self.kind.hidden
        if told and self.kind is not AGAIN:
            moved = hidden = 0.0  # Nobody has touched anything since.
        stayed, odds = self._stories_of(tag)
        stayed = _fit(stayed, self.rounds, times, total)
        sound = max(
            stayed,
            moved + _fit(ways.well, self.rounds, times, total),
            hidden + _fit(ways.hidden, self.rounds, times, total),
        )
        feeble = max(
            stayed,
            _fit(ways.feeble, self.rounds, times, total),
            hidden + _fit(ways.lost, self.rounds, times, total),
        )
        outside = _fit(ways.outside, self.rounds, times, total) if times else 0.0
        if told:
            return told[0] + outside - sound, told[1] + outside - feeble
        return outside - sound, outside - odds - feeble

    def _stories_of(self, tag: str) -> tuple:
        """Return the way of an untouched copy, and the logarithm of how likely its chip is feeble.

        That is what its record says of it: a feeble chip against a hidden one.
        """
        if tag not in self._stories:
            rate, dbm, rounds = self._before[tag]
            rate = _bounded(rate) / 1000
            feeble, hidden = self._ways.feeble, self._ways.hidden
            heard, missed = rate * (feeble[1] - hidden[1]), (1 - rate) * (feeble[0] - hidden[0])
            odds = FEEBLE_SHARE + rounds * (heard + missed)
            self._stories[tag] = (_way(rate, dbm, STAYED_DB), min(odds, 0.0))
        return self._stories[tag]

    def _strangers(self) -> list:
        return [tag for tag in self._heard if tag not in self._before]

    def _newness(self, tag: str) -> float:
        """Return the logarithm of how much likelier a new tag is inside than in hands."""
        times, total, _best = self._heard[tag]
        if tag in self._elsewhere and self._elsewhere[tag] >= total / times + MARGIN_DB:
            return 2 * NOT_NEW
        return _best_fit(self._ways, self.rounds, times, total) - _fit(
            self._ways.outside, self.rounds, times, total
        )

    def _seems_new(self, tag: str) -> bool:
        return self._newness(tag) >= self.kind.new

    def _is_plain(self, tag: str) -> bool:
        """Whether a tag is heard so well that no neighbour can have it."""
        times, total, _best = self._heard[tag]
        loud = total >= LOUD_DBM * times and times >= OFTEN * self.rounds
        return loud and tag not in self._elsewhere

    def _is_new(self, tag: str) -> bool:
        if not self._seems_new(tag):
            return False
        if tag not in self._there:
            return True
        times, total, _best = self._heard[tag]
        at_times, at_total, _at_best, door = self._there[tag]
        at_rounds = self._there_rounds[door]
        here = _best_fit(self._ways, self.rounds, times, total) + _fit(
            self._ways.wall, at_rounds, at_times, at_total
        )
        there = _best_fit(self._ways, at_rounds, at_times, at_total) + _fit(
            self._ways.wall, self.rounds, times, total
        )
        return here - there > (RECORDED_THERE if tag in self._elsewhere else NEIGHBOUR)

    def _recorded(self, tag: str) -> tuple:
        """Return (rate, dBm, rounds) as this count changes what is recorded of a tag."""
        times, total, _best = self._heard.get(tag, _NEVER)
        rate, dbm, memory = self._before.get(tag, (RATE_START, FLOOR_DBM, 0))
        if not times:
            return rate, dbm, memory
        mean = total / times
        memory = min(memory, self.kind.memory)
        if not memory or (times >= MOVED_ROUNDS and abs(mean - dbm) > MOVED_DB):
            rate, dbm, memory = RATE_START, mean, START_ROUNDS
        weight = memory + self.rounds
        rate = (rate * memory + 1000 * times + weight // 2) // weight
        memory = min(memory, STRENGTH_ROUNDS)
        dbm = (dbm * memory + mean * self.rounds) / (memory + self.rounds)
        return rate, round(dbm), min(weight, MEMORY_ROUNDS)

    def _evidence(self, tag: str) -> dict:
        times, _total, best = self._heard.get(tag, _NEVER)
        door = self._there[tag][3] if tag in self._there else 0
        return {"tag": tag, "heard": times, "rounds": self.rounds, "dbm": best, "door": door}


def _ways(before: dict) -> Ways:
    """Return how tags are heard in this bookcase, as most of what is recorded says."""
    rate, dbm = WELL_RATE, WELL_DBM
    if len(before) >= TAGS_MIN:
        middle = len(before) // 2
        rate = _bounded(sorted([how[0] for how in before.values()])[middle]) / 1000
        dbm = sorted([how[1] for how in before.values()])[middle]
    hidden = 1 - (1 - rate) ** HIDDEN_POWER
    return Ways(
        _way(rate, dbm, WELL_DB),
        _way(hidden, dbm - HIDDEN_BELOW, HIDDEN_DB),
        _way(FEEBLE_RATE, dbm - FEEBLE_BELOW, FEEBLE_DB),
        _way(LOST_RATE, dbm - FEEBLE_BELOW - HIDDEN_BELOW, FEEBLE_DB),
        _way(OUTSIDE_RATE, dbm - OUTSIDE_BELOW, OUTSIDE_DB),
        _way(WALL_RATE, dbm - WALL_BELOW, WALL_DB),
    )


def _way(rate: float, dbm: float, spread_db: float) -> tuple:
    return math.log(1 - rate), math.log(rate), dbm, spread_db, math.log(spread_db)


def _best_fit(ways: Ways, rounds: int, times: int, total: int) -> float:
    """Return how well a place inside explains what was heard; few places are bad ones."""
    well = _fit(ways.well, rounds, times, total)
    hidden = _fit(ways.hidden, rounds, times, total) - 2.0
    return max(well, hidden, _fit(ways.feeble, rounds, times, total) - 4.0)


def _fit(way: tuple, rounds: int, times: int, total: int) -> float:
    """Return the logarithm of how likely this was to be heard by a way."""
    miss, hit, dbm, spread_db, log_spread = way
    if not times:
        return rounds * miss
    far = (total / times - dbm) / spread_db
    return (rounds - times) * miss + times * hit - far * far / 2 - log_spread


def _bounded(rate: int) -> int:
    return max(RATE_MIN, min(rate, RATE_MAX))
