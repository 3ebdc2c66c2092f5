"""What a compartment is known to hold, and how counts change that.  Pure.

`stable` is what the last count found: tag -> (rate per mille, dBm, rounds); None before the first.
A tag that a session's count was unsure of stays in it as a *doubt* until the second count, which
has more rounds, or until a door opens: whoever comes next is not asked for it, and not charged.
When it is heard again then, that is news.
"""

from bookcase_fw.count import (
    AGAIN,
    FLOOR_DBM,
    NEW,
    RATE_START,
    START_ROUNDS,
    Count,
    Kind,
    Result,
)

OLD_SIZE = 2  # A note of before had no rounds, and percent.


class Contents:
    def __init__(self, stable: "dict | None" = None, doubts: "dict | None" = None):
        self.stable = stable
        if stable:
            self.stable = {tag: _record(stable[tag]) for tag in stable}
        doubts = doubts or {}
        self.doubts = {tag: _leans(doubts[tag]) for tag in doubts}
        self._asked: dict = {}  # Tag -> leans, when the reader was asked to move the books.
        self._suspects: dict = {}  # Tag -> newness, over idle counts, of what may be inside.

    @property
    def known(self) -> bool:
        return self.stable is not None

    def opened(self):
        """The door opens: doubts cannot be settled any more."""
        self._without(self.doubts)
        self.doubts, self._asked = {}, {}

    def forget(self, tags: list) -> bool:
        """Tags that were put elsewhere are not here; return whether that changes anything."""
        found = [tag for tag in tags if tag in (self.stable or {})]
        self._without(found)
        self.doubts = {tag: self.doubts[tag] for tag in self.doubts if tag not in found}
        return bool(found)

    def apply(self, took: list, put: list, unsure: list):
        """Change the set by what a record says; the next count learns the new tags."""
        self.stable = self.stable or {}
        self._without(took)
        for tag in put:
            self.stable[tag] = (RATE_START, FLOOR_DBM, 0)
        self.doubts = {tag: None for tag in unsure if tag in self.stable}

    def begin_count(self, kind: Kind, elsewhere: dict) -> Count:
        """Begin a count of the set as it is."""
        leans = self._asked if kind is AGAIN else self.doubts
        return Count(self.stable or {}, elsewhere, kind, leans)

    def ask(self, result: Result):
        """The reader is asked to move the books: what was found so far is evidence, too."""
        self._asked = result.leans

    def record(self, result: Result):
        """The count after a session is recorded: what was taken, what is new, what is unsure."""
        self.stable, self._asked = result.stable, {}
        self.doubts = {tag: _rounded(result.leans[tag]) for tag in result.leans}

    def news(self, result: Result) -> tuple:
        """Return (back, gone, unseen) of a count with nothing opened before it.

        back: never left, or is new; gone: surely left with the session that this count settles;
        unseen: not inside as far as can be heard, and nobody can say when it left.
        """
        heard = [tag for tag in self.doubts if tag in result.stable and tag not in result.leans]
        unseen = [tag for tag in result.unsure if tag not in self.doubts]
        return sorted(result.new + heard), result.taken, unseen

    def settle(self, result: Result):
        """The news of a count are recorded: what is not seen is not inside any more."""
        self.stable = result.stable
        self._without(result.unsure)
        self.doubts = {}

    def learn(self, result: Result) -> bool:
        """Learn from an idle count; say whether a better one is wanted.

        It is when something has changed though nothing was opened, and when a stranger is heard
        again and again: a feeble chip is inside that no single count is long enough for.
        """
        if not result.taken and not result.new:
            self.stable = result.stable
        told = result.strangers
        suspects = {tag: self._suspects.get(tag, 0.0) + told[tag] for tag in told}
        found = [tag for tag in suspects if suspects[tag] >= NEW]
        self._suspects = {tag: suspects[tag] for tag in suspects if 0 < suspects[tag] < NEW}
        return bool(result.taken or result.new or found)

    def _without(self, tags):
        if self.stable and any(tag in self.stable for tag in tags):
            self.stable = {tag: self.stable[tag] for tag in self.stable if tag not in tags}


def _record(how: list) -> tuple:
    if len(how) == OLD_SIZE:
        return how[0] * 10, how[1], START_ROUNDS
    return tuple(how)


def _leans(told) -> "tuple | None":
    """Return the leans as a note has them; a note of before had one number."""
    return tuple(told) if isinstance(told, (list, tuple)) else None


def _rounded(leans: tuple) -> tuple:
    return round(leans[0], 1), round(leans[1], 1)
