"""The security bit and the loan as one: whatever was interrupted is undone at the next read.

    a loan     the intent is noted; the bit is written; the loan is a fact, and the intent goes
    a return   the return is a fact, and the intent is noted; the bit is written; the intent goes

A power cut anywhere leaves an intent, or nothing.  An intent always ends with the bit of a book
that is not on loan: a loan without a fact is none, and a returned book must ring at the gate again.
A book whose bit cannot be written is no loan, and staff are told (the fact `bit`).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from kiosk.core.events import Write
from kiosk.devices.feig import Secured

NOTE = "pairs"  # Name of the note: tag -> number of the intent.

# Has a bit written: tag, whether it is on loan, what to call then, in the kiosk's own thread.
Secure = Callable[[str, bool, Callable[[Secured], None]], None]
# Writes a fact and the note in one go, and returns the wall clock in ms that the fact has.
Record = Callable[[str, Mapping[str, Any], Mapping[str, Any]], int]
# Is told of each Write: why not ("" when it is done), and when.
Done = Callable[[Write, str, int], None]


class Notes(Protocol):
    """What is needed of services/journal.py."""

    def load(self, name: str, default: Any = None) -> Any: ...
    def save(self, name: str, value: Any) -> None: ...


class Pairs:
    def __init__(self, notes: Notes, record: Record, secure: Secure, done: Done) -> None:
        self._notes, self._record, self._secure, self._done = notes, record, secure, done
        self._intents: dict[str, int] = notes.load(NOTE, {})
        self._number = max(self._intents.values(), default=0)
        self._busy: Counter[str] = Counter()  # Tags -> how often their bit is still to be written.

    def write(self, write: Write) -> None:
        """Carry out a loan or a return; `done` follows."""
        tag = write.body["tag"]
        self._busy[tag] += 1
        intents = self._begun(tag)
        if write.kind == "lent":
            self._notes.save(NOTE, intents)
            self._secure(tag, True, lambda secured: self._lent(write, secured))
        else:
            at_ms = self._record(write.kind, write.body, {NOTE: intents})
            self._done(write, "", at_ms)
            self._undo(tag, self._number, quiet=True)

    def seen(self, tags: Iterable[str]) -> None:
        """Books lie on the tray: undo what was interrupted."""
        for tag in tags:
            if tag in self._intents and not self._busy[tag]:
                self._busy[tag] += 1
                self._undo(tag, self._intents[tag])

    def _begun(self, tag: str) -> dict[str, int]:
        self._number += 1
        self._intents = self._intents | {tag: self._number}
        return self._intents

    def _without(self, tag: str, number: int) -> dict[str, int]:
        """Return the intents without one, unless a newer one has taken its place."""
        if self._intents.get(tag) == number:
            self._intents = {other: n for other, n in self._intents.items() if other != tag}
        return self._intents

    def _lent(self, write: Write, secured: Secured) -> None:
        tag = write.body["tag"]
        number = self._intents.get(tag, 0)
        if secured.why:
            self._undo(tag, number)
            self._done(write, secured.why, 0)
            return
        self._busy[tag] -= 1
        at_ms = self._record(write.kind, write.body, {NOTE: self._without(tag, number)})
        self._done(write, "", at_ms)

    def _undo(self, tag: str, number: int, quiet: bool = False) -> None:
        """Have a book ring again; `quiet` when that is how every return ends."""
        self._secure(tag, False, lambda secured: self._undone(tag, number, secured, quiet))

    def _undone(self, tag: str, number: int, secured: Secured, quiet: bool) -> None:
        """What could not be undone stays an intent: the next read tries again."""
        self._busy[tag] -= 1
        well = not secured.why
        intents = self._without(tag, number) if well else self._intents
        if well and (quiet or secured.found == "right"):
            self._notes.save(NOTE, intents)
            return
        found = secured.found or "unknown"
        self._record(
            "bit", {"tag": tag, "on_loan": False, "found": found, "ok": well}, {NOTE: intents}
        )
