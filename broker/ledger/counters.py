"""What is counted: facts, repetitions, refusals by reason.  Kept in memory until the commit."""

from collections import Counter

from broker.ledger.store import Database

_ADD = """INSERT INTO counter (kind, reason, value) VALUES (?, ?, ?)
ON CONFLICT (kind, reason) DO UPDATE SET value = counter.value + excluded.value"""


class Counters:
    def __init__(self, db: Database) -> None:
        self._db = db
        self._new: Counter[tuple[str, str]] = Counter()

    def add(self, kind: str, reason: str = "", count: int = 1) -> None:
        if count:
            self._new[kind, reason] += count

    def write(self) -> bool:
        """Enter what was counted; say whether there was anything."""
        rows = [(*key, value) for key, value in self._new.items()]
        self._db.executemany(_ADD, rows)
        self._new.clear()
        return bool(rows)

    def forget(self) -> None:
        self._new.clear()
