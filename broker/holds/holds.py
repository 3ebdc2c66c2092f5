"""Holds: readers wait for titles, and a copy that comes to the place of pick-up is kept for one.

A hold is bound to a copy only when the copy lies where its reader will fetch it: in a compartment
of that machine, or on the shelf of that site.  So nothing is promised that is still on its way.
That a copy is kept, and for whom, is a fact of the desk (`promised`); the fold then says whether
the reader took it or somebody else did.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from broker.holds import codes
from broker.holds.codes import Sealed
from broker.holds.queue import Match, assign
from broker.holds.states import step
from broker.ledger.store import Database

SWEEP_MS = 60_000  # Between two looks at what time alone changes.
ACTOR = "holds"

_TITLE = "SELECT 1 FROM title WHERE id = ?"
_PLACE = (
    "SELECT 1 FROM device WHERE name = ? AND doors > 0 UNION ALL SELECT 1 FROM site WHERE id = ?"
)
_ENTER = """INSERT INTO hold (account, title, wanted_copy, pickup, state, turn, suspended_until,
placed_ms, last_day, salt, digest) VALUES (?, ?, ?, ?, 'waiting',
(SELECT COALESCE(MAX(turn), 0) + 1 FROM hold WHERE title = ?), 0, ?, 0, '', '')
ON CONFLICT (account, title) WHERE state IN ('waiting', 'ready') DO NOTHING RETURNING id"""
_HOLD = """SELECT id, account, title, pickup, state, turn, suspended_until, copy, last_day, salt,
digest FROM hold WHERE id = ?"""
_OF_READER = """SELECT id FROM hold WHERE account = ? AND title = ?
AND state IN ('waiting', 'ready')"""
_SUSPEND = "UPDATE hold SET suspended_until = ? WHERE id = ?"
_BIND = """UPDATE hold SET state = 'ready', copy = ?, last_day = ?, salt = ?, digest = ?
WHERE id = ? AND state = 'waiting' RETURNING title, pickup"""
_END = """UPDATE hold SET state = ?, copy = NULL, salt = '', digest = '', ended_ms = ?
WHERE id = ?"""
_AGAIN = """UPDATE hold SET state = 'waiting', copy = NULL, last_day = 0, salt = '', digest = '',
turn = (SELECT COALESCE(MIN(other.turn), 1) - 1 FROM hold other WHERE other.title = hold.title
AND other.state = 'waiting') WHERE id = ?"""
_READER = "SELECT reader FROM patron WHERE account = ?"
_TAG = "SELECT tag FROM copy WHERE id = ?"
_ANY = "SELECT 1 FROM hold WHERE state IN ('waiting', 'ready') LIMIT 1"
_LATE = "SELECT id FROM hold WHERE state = 'ready' AND last_day < ? ORDER BY id"
# A hold of a copy that moved or whose promise changed.
_READY_OF = "SELECT id FROM hold WHERE state = 'ready' AND copy = ?"
_PROMISE = "SELECT account, state FROM copy_promise WHERE copy = ?"
_READY_MOVED = """SELECT DISTINCT hold.copy FROM movement JOIN hold ON hold.copy = movement.copy
WHERE movement.id BETWEEN ? AND ? AND hold.state = 'ready'"""
_HERE = """SELECT holder.kind, device.name, holder.site, holder.account
FROM copy_state JOIN holder ON holder.id = copy_state.holder
LEFT JOIN device ON device.id = holder.device WHERE copy_state.copy = ?"""
# A reader who waits for a title and has got it otherwise.
_HAS_IT = """SELECT DISTINCT hold.id FROM movement JOIN copy ON copy.id = movement.copy
JOIN loan ON loan.copy = copy.id AND loan.in_ms IS NULL
JOIN hold ON hold.title = copy.title AND hold.account = loan.account
WHERE movement.id BETWEEN ? AND ? AND hold.state IN ('waiting', 'ready')"""
_MATCHES = """SELECT hold.id, hold.account, copy.id, copy.tag, COALESCE(holder.door, 0)
FROM hold JOIN copy ON copy.title = hold.title
JOIN copy_state ON copy_state.copy = copy.id JOIN holder ON holder.id = copy_state.holder
LEFT JOIN device ON device.id = holder.device
LEFT JOIN copy_condition ON copy_condition.copy = copy.id
LEFT JOIN copy_promise ON copy_promise.copy = copy.id AND copy_promise.state = 'held'
WHERE hold.state = 'waiting' AND hold.suspended_until < ?
AND (hold.wanted_copy IS NULL OR hold.wanted_copy = copy.id)
AND (device.name = hold.pickup OR holder.site = hold.pickup)
AND COALESCE(copy_condition.damaged, 0) = 0 AND COALESCE(copy_condition.withdrawn, 0) = 0
AND COALESCE(copy_condition.disinfect_ms, 0) <= ? AND copy_promise.copy IS NULL{more}
ORDER BY hold.title, hold.turn, copy.id"""
_OF_HOLD = " AND hold.id = ?"
_OF_TITLE = " AND hold.title = ?"
_OF_MOVED = """ AND hold.title IN (SELECT moved.title FROM movement
JOIN copy moved ON moved.id = movement.copy WHERE movement.id BETWEEN ? AND ?)"""
_READY_AT = """SELECT hold.id, hold.salt, hold.digest, hold.account, hold.copy, holder.door
FROM hold JOIN copy_state ON copy_state.copy = hold.copy
JOIN holder ON holder.id = copy_state.holder WHERE hold.state = 'ready' AND hold.pickup = ?"""


class Refused(Exception):
    """A hold cannot be.  `reason` is a word of REFUSALS; nothing was changed."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


# fmt: off
REFUSALS = (
    # word           meaning
    ("unknown_title", "no title has this number"),
    ("unknown_hold",  "no hold has this number"),
    ("unknown_place", "there is no such machine with compartments and no such site"),
    ("waits_already", "the reader waits for this title already"),
    ("ended",         "the hold has ended"),
    ("busy",          "too many wrong codes were tried at this machine"),
    ("code",          "nothing waits under this code here"),
    ("none_kept",     "nothing is kept here for this reader"),
    ("unknown_card",  "no reader has this card"),
    ("blocked",       "this card is blocked"),
)
# fmt: on


class Hold(NamedTuple):
    id: int
    account: int
    title: str
    pickup: str
    state: str
    turn: int
    suspended_until: int
    copy: int | None
    last_day: int
    salt: str
    digest: str


class Ready(NamedTuple):
    """What the reader is told: a copy is kept at `pickup` until the end of `last_day`."""

    hold: int
    account: int
    title: str
    pickup: str
    last_day: int
    code: str
    at_ms: int


class Found(NamedTuple):
    """What a code opens: a compartment (0 on a shelf), and for whom."""

    hold: int
    account: int
    copy: int
    door: int


class Terms(NamedTuple):
    """`day` gives the day of a time, `last_day` the last one for a pick-up that is ready today."""

    day: Callable[[int], int]
    last_day: Callable[[int, int, str], int]  # today, account, pickup


# Says a fact of the desk: kind, body, now_ms.
Say = Callable[[str, Mapping[str, object], int], object]
Tell = Callable[[Ready], None]


class Holds:
    """Everything happens in the caller's transaction."""

    def __init__(
        self, db: Database, *, say: Say, tell: Tell, terms: Terms, draw: codes.Draw = codes.draw
    ) -> None:
        self._db = db
        self._say = say
        self.tell = tell
        self._terms = terms
        self._draw = draw
        self._tries = codes.Tries()
        self._swept_ms = 0

    # What readers and staff want.

    def place(
        self, account: int, title: str, pickup: str, now_ms: int, only: int | None = None
    ) -> int:
        """Let a reader wait for a title, or for one copy of it; return the hold's number.

        A copy that lies there free is kept at once.  Raises Refused.
        """
        if not self._db.execute(_TITLE, (title,)).fetchone():
            raise Refused("unknown_title", title)
        if not self._db.execute(_PLACE, (pickup, pickup)).fetchone():
            raise Refused("unknown_place", pickup)
        values = (account, title, only, pickup, title, now_ms)
        row = self._db.execute(_ENTER, values).fetchone()
        if row is None:
            raise Refused("waits_already", title)
        self._fill(_OF_HOLD, (row[0],), now_ms)
        return int(row[0])

    def cancel(self, number: int, now_ms: int) -> None:
        """Take a hold back; a copy that was kept goes to the next in the queue."""
        self._end(self._active(number), "cancel", now_ms)

    def suspend(self, number: int, until_day: int, now_ms: int) -> None:
        """Pass a hold over to the end of a day; 0 ends that at once.  Its place stays its own."""
        hold = self._active(number)
        self._db.execute(_SUSPEND, (until_day, number))
        self._fill(_OF_HOLD, (hold.id,), now_ms)

    def of_reader(self, account: int, title: str) -> int:
        """Return the number of a reader's hold of a title; 0 when there is none."""
        row = self._db.execute(_OF_READER, (account, title)).fetchone()
        return int(row[0]) if row else 0

    def pick_up(self, code: str, pickup: str, now_ms: int) -> Found:
        """Return what is kept under a code at a machine or site.  Raises Refused."""
        if self._tries.refused(pickup, now_ms):
            raise Refused("busy")
        for number, salt, digest, account, copy, door in self._db.execute(_READY_AT, (pickup,)):
            if codes.fits(code, Sealed(salt, digest)):
                return Found(number, account, copy, door or 0)
        self._tries.wrong(pickup, now_ms)
        raise Refused("code")

    def kept_for(self, account: int, pickup: str) -> list[Found]:
        """Return what is kept for a reader at a machine or site."""
        rows = self._db.execute(_READY_AT, (pickup,)).fetchall()
        return [
            Found(number, owner, copy, door or 0)
            for number, _salt, _digest, owner, copy, door in rows
            if owner == account
        ]

    # What happens.

    def look(self, moved: Collection[int], promises: Collection[int], now_ms: int) -> None:
        """Draw what follows for holds from these movements and from copies' promises.

        Once in SWEEP_MS also what follows from time alone.
        """
        sweep = now_ms - self._swept_ms >= SWEEP_MS
        if not (moved or promises or sweep) or not self._db.execute(_ANY).fetchone():
            return
        for copy in sorted(promises):
            self._meet(copy, now_ms)
        if moved:
            span = (min(moved), max(moved))
            for (copy,) in self._db.execute(_READY_MOVED, span).fetchall():
                self._meet(copy, now_ms)
            for (number,) in self._db.execute(_HAS_IT, span).fetchall():
                self._end(self._active(number), "taken", now_ms)
            self._fill(_OF_MOVED, span, now_ms)
        if sweep:
            self._swept_ms = now_ms
            self.sweep(now_ms)

    def sweep(self, now_ms: int) -> None:
        """End what was not fetched, and keep what became free with time."""
        today = self._terms.day(now_ms)
        for (number,) in self._db.execute(_LATE, (today,)).fetchall():
            self._end(self._active(number), "expire", now_ms)
        self._fill("", (), now_ms)

    def forget(self) -> None:
        """After a rollback: what was swept was not."""
        self._swept_ms = 0

    # Below: one step of one hold.

    def _meet(self, copy: int, now_ms: int) -> None:
        """A copy that is kept was moved, or its promise changed: is it still kept?"""
        row = self._db.execute(_READY_OF, (copy,)).fetchone()
        if row is None:
            return
        hold = self._active(row[0])
        kind, device, site, account = self._db.execute(_HERE, (copy,)).fetchone()
        promise = self._db.execute(_PROMISE, (copy,)).fetchone()
        if account == hold.account or promise == (hold.account, "kept"):
            self._end(hold, "taken", now_ms)
        elif promise != (hold.account, "held") or hold.pickup not in (device, site):
            self._again(hold, kept=promise == (hold.account, "held"), now_ms=now_ms)

    def _again(self, hold: Hold, *, kept: bool, now_ms: int) -> None:
        """The copy is gone: its hold waits again, before all others."""
        assert step(hold.state, "broken") == "waiting"
        self._db.execute(_AGAIN, (hold.id,))
        if kept:
            self._release(hold, now_ms)
        self._fill(_OF_TITLE, (hold.title,), now_ms)

    def _end(self, hold: Hold, event: str, now_ms: int) -> None:
        self._db.execute(_END, (step(hold.state, event), now_ms, hold.id))
        if hold.copy is not None:
            promise = self._db.execute(_PROMISE, (hold.copy,)).fetchone()
            if promise == (hold.account, "held"):
                self._release(hold, now_ms)
            self._fill(_OF_TITLE, (hold.title,), now_ms)

    def _fill(self, more: str, values: tuple[object, ...], now_ms: int) -> None:
        """Keep copies that lie free at the right place for those whose turn it is."""
        today = self._terms.day(now_ms)
        question = _MATCHES.format(more=more)
        rows = self._db.execute(question, (today, now_ms, *values)).fetchall()
        for match in assign(Match(*row) for row in rows):
            self._bind(match, today, now_ms)

    def _bind(self, match: Match, today: int, now_ms: int) -> None:
        hold = self._active(match.hold)
        assert step(hold.state, "trapped") == "ready"
        reader = self._reader(match.account)
        if not reader:
            self._end(hold, "cancel", now_ms)  # The person has been erased.
            return
        code = self._draw()
        last_day = self._terms.last_day(today, match.account, hold.pickup)
        values = (match.copy, last_day, *codes.seal(code), match.hold)
        if not self._db.execute(_BIND, values).fetchone():
            return  # Another process was first.
        self._say("promised", {"tag": match.tag, "reader": reader, "reason": "hold"}, now_ms)
        self.tell(Ready(match.hold, match.account, hold.title, hold.pickup, last_day, code, now_ms))

    def _release(self, hold: Hold, now_ms: int) -> None:
        (tag,) = self._db.execute(_TAG, (hold.copy,)).fetchone()
        self._say("promised", {"tag": tag, "reader": "", "reason": "hold"}, now_ms)

    def _reader(self, account: int) -> str:
        row = self._db.execute(_READER, (account,)).fetchone()
        return str(row[0]) if row else ""

    def _active(self, number: int) -> Hold:
        row: Any = self._db.execute(_HOLD, (number,)).fetchone()
        if row is None:
            raise Refused("unknown_hold", str(number))
        hold = Hold(*row)
        if hold.state not in ("waiting", "ready"):
            raise Refused("ended", str(number))
        return hold
