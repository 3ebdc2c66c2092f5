"""Whose antennas are asked as well when a compartment's count is in doubt: a map, learned by staff.

Cabinets have several columns, and slots in their walls: who hears whom is found out by listening
(`learn`), is kept on flash, and holds both ways, since what comes through one way comes through the
other.  Door numbers next to a compartment's own follow behind what was learned: a copy that was
heard by nobody on that day proves nothing.
"""

NOTE = "neighbours"
ASKED_MAX = 4  # Each costs rounds that somebody waits for.


class Neighbours:
    def __init__(self, notes, numbers: tuple):
        """numbers: of all compartments, from 1."""
        self._notes, self._numbers = notes, numbers
        # Compartment -> [[other, dBm of the other's copy that its antennas hear best], ...].
        # JSON's names are text.
        self._heard: dict = notes.load(NOTE, {})

    def learn(self, number: int, heard: dict):
        """Keep what a compartment's antennas heard: other -> dBm.  Raises NotesFull."""
        found = [list(row) for row in _loudest_first(heard)][:ASKED_MAX]
        if found != self._heard.get(str(number), []):
            self._heard[str(number)] = found
            self._notes.save(NOTE, self._heard)

    def of(self, number: int) -> list:
        """Return the compartments to ask, the one that is heard best first, at most ASKED_MAX."""
        dbm = dict(self._heard.get(str(number), []))
        for other in self._numbers:
            there = dict(self._heard.get(str(other), []))
            if number in there:
                dbm[other] = max(there[number], dbm.get(other, there[number]))
        found = [other for other, _dbm in _loudest_first(dbm)]
        found += [other for other in (number - 1, number + 1) if other not in dbm]
        return [other for other in found if other in self._numbers][:ASKED_MAX]


def _loudest_first(dbm: dict) -> list:
    return sorted(dbm.items(), key=lambda row: (-row[1], row[0]))
