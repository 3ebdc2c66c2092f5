"""When a fact happened: a boot's anchor plus the uptime that the machine wrote down.

A machine's wall clock is a hint.  Each hello gives an anchor: the service's time at uptime 0.  A
fact of a boot that was never anchored lies between the boots around it, and is not sure: then the
window in which it lies is kept beside the guess, for sequence.py.
"""

from typing import NamedTuple, Protocol

from bookcase_fw import wire
from broker.ledger.store import Database

_ANCHOR = """INSERT INTO anchor (device, boot, offset_ms) VALUES (?, ?, ?)
ON CONFLICT (device, boot) DO UPDATE SET offset_ms = excluded.offset_ms"""
_FIND = "SELECT offset_ms FROM anchor WHERE device = ? AND boot = ?"
_BEFORE = "SELECT MAX(offset_ms) FROM anchor WHERE device = ? AND boot < ?"
_AFTER = "SELECT MIN(offset_ms) FROM anchor WHERE device = ? AND boot > ?"
_LAST_ANCHORED = """SELECT i.number, i.uptime_ms + a.offset_ms FROM inbox i
JOIN anchor a ON a.device = ? AND a.boot = i.boot WHERE i.stream = ? AND i.number < ?
ORDER BY i.number DESC LIMIT 1"""
_LASTED = """SELECT MAX(uptime_ms) FROM inbox
WHERE stream = ? AND number > ? AND number < ? AND boot < ? GROUP BY boot"""
_UNSURE = """SELECT DISTINCT o.copy, o.cause, i.uptime_ms FROM observation o
JOIN inbox i ON i.id = o.cause WHERE o.device = ? AND o.sure = 0 AND i.boot = ?"""
_WINDOW = "INSERT INTO time_window (cause, earliest_ms, latest_ms) VALUES (?, ?, ?)"
_MOVE = "UPDATE observation SET happened_ms = ?, sure = 1 WHERE copy = ? AND cause = ?"


class Stamp(NamedTuple):
    """What a machine wrote beside a fact."""

    boot: int
    uptime_ms: int
    wall_ms: int
    quality: int


class Placed(Protocol):
    """A record in its stream."""

    @property
    def id(self) -> int: ...
    @property
    def stream(self) -> int: ...
    @property
    def number(self) -> int: ...
    @property
    def stamp(self) -> Stamp: ...


class Clocks:
    def __init__(self, db: Database) -> None:
        self._db = db
        self._offsets: dict[tuple[int, int], int] = {}

    def forget(self) -> None:
        self._offsets.clear()

    def anchor(self, device: int, boot: int, uptime_ms: int, now_ms: int) -> dict[int, int]:
        """Anchor a boot; facts told later use the newest anchor, since a machine's clock drifts.

        Returns the copies, each with a cause, whose facts were not sure and have moved in time.
        """
        new = self._offset(device, boot) is None
        offset_ms = now_ms - uptime_ms
        self._db.execute(_ANCHOR, (device, boot, offset_ms))
        self._offsets[device, boot] = offset_ms
        moved = {}
        for copy, cause, at_ms in (
            self._db.execute(_UNSURE, (device, boot)).fetchall() if new else ()
        ):
            self._db.execute(_MOVE, (offset_ms + at_ms, copy, cause))
            moved[copy] = cause
        return moved

    def uptime_ms(self, device: int, boot: int, now_ms: int) -> int | None:
        """Return what the machine's uptime is now, if this boot was anchored."""
        offset_ms = self._offset(device, boot)
        return None if offset_ms is None else now_ms - offset_ms

    def happened(self, device: int, record: Placed, received_ms: int) -> tuple[int, bool]:
        """Return when a stored record happened and whether that is sure.

        Never later than it was received, and never before the records that precede it.
        """
        stamp = record.stamp
        offset_ms = self._offset(device, stamp.boot)
        if offset_ms is not None:
            return min(offset_ms + stamp.uptime_ms, received_ms), True
        (after,) = self._db.execute(_AFTER, (device, stamp.boot)).fetchone()
        latest = min(received_ms, received_ms if after is None else after)
        began = self._began(device, record)
        earliest = min(latest, (began or 0) + stamp.uptime_ms)
        guess = latest if began is None else earliest
        if stamp.quality != wire.CLOCK_NONE:
            guess = stamp.wall_ms
        self._db.execute(_WINDOW, (record.id, earliest, latest))
        return min(max(guess, earliest), latest), False

    def _began(self, device: int, record: Placed) -> int | None:
        """Return the earliest time at which a boot without an anchor can have begun, if any.

        That is after the last record of an anchored boot, and after the boots between, each of
        which lasted at least as long as its last record says.
        """
        stream, number, boot = record.stream, record.number, record.stamp.boot
        last = self._db.execute(_LAST_ANCHORED, (device, stream, number)).fetchone()
        if last is None:
            (before,) = self._db.execute(_BEFORE, (device, boot)).fetchone()
            if before is None:
                return None
            last = (0, before)
        after, at_ms = last
        lasted = self._db.execute(_LASTED, (stream, after, number, boot)).fetchall()
        return int(at_ms + sum(uptime_ms for (uptime_ms,) in lasted))

    def _offset(self, device: int, boot: int) -> int | None:
        if (device, boot) not in self._offsets:
            row = self._db.execute(_FIND, (device, boot)).fetchone()
            if row is None:
                return None
            self._offsets[device, boot] = row[0]
        return self._offsets[device, boot]
