"""Cases for staff: opened once for each thing in doubt, closed by what is learned later."""

import json
from typing import NamedTuple

from broker.ledger.store import Database

_OPEN = """INSERT INTO exception_case
(key, kind, device, copy, account, cause, evidence, opened_ms, closed_by)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, '') ON CONFLICT (key) DO NOTHING RETURNING id"""
_CLOSE = """UPDATE exception_case SET closed_ms = ?, closed_by = ?
WHERE key = ? AND closed_ms IS NULL RETURNING id"""
_REOPEN = """UPDATE exception_case SET closed_ms = NULL, closed_by = ''
WHERE key = ? AND closed_ms IS NOT NULL AND closed_by <> 'staff' RETURNING id"""


class Subject(NamedTuple):
    """What a case is about; `about` makes its key unique among those of its kind."""

    kind: str
    about: str
    device: int | None = None
    copy: int | None = None
    account: int | None = None
    cause: int | None = None

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.about}"


class Cases:
    def __init__(self, db: Database) -> None:
        self._db = db
        self.changed: set[int] = set()  # Ids since the caller last cleared it.

    def open(self, subject: Subject, evidence: dict[str, object], at_ms: int) -> None:
        """Open a case; one that was opened for the same before stays as it is."""
        kind, _about, *columns = subject
        values = (subject.key, kind, *columns, json.dumps(evidence, ensure_ascii=False), at_ms)
        self._note(self._db.execute(_OPEN, values).fetchone())

    def close(self, key: str, at_ms: int, word: str) -> None:
        self._note(self._db.execute(_CLOSE, (at_ms, word, key)).fetchone())

    def reopen(self, key: str) -> None:
        """A later account says the doubt stands after all; staff's word is not overruled."""
        self._note(self._db.execute(_REOPEN, (key,)).fetchone())

    def _note(self, row: tuple[int] | None) -> None:
        if row:
            self.changed.add(row[0])
