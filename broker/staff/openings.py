"""Opening from afar for a reader: one of staff asks and says why, another one approves in time.

The door opens once, for the reader: what is taken is the reader's loan, and the session's opener is
`assisted`.  Both names and the reason are kept; the database refuses one name for both.
"""

from collections.abc import Callable
from typing import NamedTuple

from bookcase_fw import wire
from broker.accounts import people
from broker.accounts.till import Do
from broker.fleet.orders import OrderRefused
from broker.ledger.store import Database

WINDOW_MS = 10 * 60_000  # A request that nobody approves lapses.
REASON_SIZE_MAX = 200
SHOWN = 40

_LAPSE = """UPDATE assistance SET state = 'refused', decided_ms = ?
WHERE state = 'asked' AND asked_ms <= ?"""
_ASKED = "SELECT id FROM assistance WHERE device = ? AND door = ? AND state = 'asked'"
_ENTER = """INSERT INTO assistance
(device, door, reader, reason, asked_by, asked_ms, state, decided_by, order_id)
VALUES (?, ?, ?, ?, ?, ?, 'asked', '', '') RETURNING id"""
_DECIDE = """UPDATE assistance SET state = ?, decided_by = ?, decided_ms = ?, order_id = ?
WHERE id = ?"""
_COLUMNS = """SELECT a.id, a.device, a.door, COALESCE(patron.card, ''), a.reader, a.reason,
a.asked_by, a.asked_ms, a.state, a.decided_by, COALESCE(a.decided_ms, 0) FROM assistance a
LEFT JOIN patron ON patron.reader = a.reader"""
_ONE = _COLUMNS + " WHERE a.id = ?"
_NEWEST = _COLUMNS + " ORDER BY a.id DESC LIMIT ?"
_WAITING = "SELECT COUNT(*) FROM assistance WHERE state = 'asked' AND asked_ms > ?"
_DOORS = "SELECT doors FROM device WHERE name = ?"

# Tells a machine to open a door for a reader (device, door, reader, staff, now); returns the id.
OpenDoor = Callable[[str, int, str, str, int], str]


class OpeningRefused(Exception):
    """Nothing was opened.  The argument is a word of REFUSALS, or one of wire.REASONS."""


# fmt: off
REFUSALS = (
    # word            meaning
    ("unknown_door",   "no machine has this door"),
    ("unknown_card",   "no reader has this card"),
    ("no_reason",      "say why"),
    ("asked_already",  "somebody has asked for this door already"),
    ("unknown_opening", "there is no such request"),
    ("too_late",       "the request has lapsed or was decided"),
    ("four_eyes",      "somebody else has to approve it"),
    ("no_person",      "only a person who is signed in may ask or approve"),
)
# fmt: on


class Opening(NamedTuple):
    """`state` is a word of tables.ASSIST_STATES; `decided_by` is empty when it lapsed."""

    id: int
    device: str
    door: int
    card: str
    reader: str
    reason: str
    asked_by: str
    asked_ms: int
    state: str
    decided_by: str
    decided_ms: int


class Openings:
    """Any thread may ask; each method is one transaction."""

    def __init__(self, *, do: Do, open_door: OpenDoor, now_ms: Callable[[], int]) -> None:
        self._do = do
        self._open_door = open_door
        self._now_ms = now_ms

    def ask(self, device: str, door: int, card: str, reason: str, by: str) -> int:
        """Ask that a door is opened for a reader; return the request's number."""
        now_ms = self._now_ms()
        return self._do(
            lambda db: _ask(db, device, door, card=card, reason=reason, by=by, now_ms=now_ms)
        )

    def approve(self, number: int, by: str) -> Opening:
        """Open the door; raises OpeningRefused, also when the machine cannot be told."""
        now_ms = self._now_ms()

        def run(db: Database) -> Opening:
            asked = _open(db, number, now_ms)
            if asked.asked_by == by:
                raise OpeningRefused("four_eyes")
            who = f"{asked.asked_by} + {by}"
            order = self._open_door(asked.device, asked.door, asked.reader, who, now_ms)
            db.execute(_DECIDE, ("sent", by, now_ms, order, number))
            return _one(db, number)

        try:
            return self._do(run)
        except OrderRefused as refused:
            raise OpeningRefused(refused.reason) from refused

    def refuse(self, number: int, by: str) -> Opening:
        """Say no, or take one's own request back."""
        now_ms = self._now_ms()

        def run(db: Database) -> Opening:
            _open(db, number, now_ms)
            db.execute(_DECIDE, ("refused", by, now_ms, "", number))
            return _one(db, number)

        return self._do(run)

    def listed(self) -> list[Opening]:
        """Return the newest first; those that have lapsed are told as refused by nobody."""
        now_ms = self._now_ms()

        def run(db: Database) -> list[Opening]:
            _lapse(db, now_ms)
            return [Opening(*row) for row in db.execute(_NEWEST, (SHOWN,))]

        return self._do(run)


def waiting(db: Database, now_ms: int) -> int:
    """Return how many requests wait for another one of staff."""
    return int(db.execute(_WAITING, (now_ms - WINDOW_MS,)).fetchone()[0])


def why(word: str) -> str:
    """Return what a refusal means."""
    return dict(REFUSALS).get(word) or dict(wire.REASONS).get(word, word)


def _ask(
    db: Database, device: str, door: int, *, card: str, reason: str, by: str, now_ms: int
) -> int:
    row = db.execute(_DOORS, (device,)).fetchone()
    if row is None or not 1 <= door <= row[0]:
        raise OpeningRefused("unknown_door")
    if not reason.strip():
        raise OpeningRefused("no_reason")
    _lapse(db, now_ms)
    if db.execute(_ASKED, (device, door)).fetchone():
        raise OpeningRefused("asked_already")
    try:
        reader = people.find(db, card).reader
    except people.AccountError:
        raise OpeningRefused("unknown_card") from None
    entered = (device, door, reader, reason.strip()[:REASON_SIZE_MAX], by, now_ms)
    return int(db.execute(_ENTER, entered).fetchone()[0])


def _lapse(db: Database, now_ms: int) -> None:
    db.execute(_LAPSE, (now_ms, now_ms - WINDOW_MS))


def _open(db: Database, number: int, now_ms: int) -> Opening:
    asked = _one(db, number)
    if asked.state != "asked" or now_ms - asked.asked_ms >= WINDOW_MS:
        raise OpeningRefused("too_late")
    return asked


def _one(db: Database, number: int) -> Opening:
    row = db.execute(_ONE, (number,)).fetchone()
    if row is None:
        raise OpeningRefused("unknown_opening")
    return Opening(*row)
