"""Who waits for which titles: what the rules ask before a loan, a renewal or another hold."""

from typing import NamedTuple

from broker.ledger.store import Database

_TITLES = "SELECT title FROM hold WHERE account = ? AND state IN ('waiting', 'ready')"
_WANTED = "SELECT 1 FROM hold WHERE title = ? AND state = 'waiting' AND account <> ? LIMIT 1"
_PLACE = """SELECT COUNT(*) FROM hold mine JOIN hold ON hold.title = mine.title
WHERE mine.id = ? AND mine.state = 'waiting'
AND hold.state = 'waiting' AND hold.turn <= mine.turn"""
_LISTED = """SELECT hold.id, hold.account, patron.card, hold.title, title.title, hold.pickup,
hold.state, hold.suspended_until, hold.placed_ms, copy.barcode, hold.last_day
FROM hold JOIN title ON title.id = hold.title LEFT JOIN patron ON patron.account = hold.account
LEFT JOIN copy ON copy.id = hold.copy
WHERE hold.state IN ('waiting', 'ready'){more} ORDER BY hold.title, hold.state, hold.turn"""
# Copies that lie somewhere else while somebody waits for their title: what a van should carry.
_CARRY = """SELECT copy.barcode, title.title, device.name, holder.door,
COALESCE(holder.site, device.site), hold.pickup
FROM hold JOIN copy ON copy.title = hold.title JOIN title ON title.id = hold.title
JOIN copy_state ON copy_state.copy = copy.id JOIN holder ON holder.id = copy_state.holder
LEFT JOIN device ON device.id = holder.device
LEFT JOIN copy_condition ON copy_condition.copy = copy.id
LEFT JOIN copy_promise ON copy_promise.copy = copy.id AND copy_promise.state = 'held'
WHERE hold.state = 'waiting' AND (hold.wanted_copy IS NULL OR hold.wanted_copy = copy.id)
AND holder.kind IN ('compartment', 'shelf') AND copy_promise.copy IS NULL
AND COALESCE(copy_condition.damaged, 0) = 0 AND COALESCE(copy_condition.withdrawn, 0) = 0
ORDER BY hold.title, hold.turn, copy.id"""
NOBODY = -1  # No account has this number.


class Listed(NamedTuple):
    """A hold as staff see it; `position` is 0 when it does not wait, `barcode` the copy kept."""

    id: int
    card: str
    title: str
    name: str
    pickup: str
    state: str
    position: int
    suspended_until: int
    placed_ms: int
    barcode: str
    last_day: int


class Carried(NamedTuple):
    """A copy that should go from where it is to a place of pick-up."""

    barcode: str
    name: str
    device: str
    door: int
    site: str
    pickup: str


class Waiting:
    """Reads only."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def titles(self, account: int) -> set[str]:
        return {title for (title,) in self._db.execute(_TITLES, (account,)).fetchall()}

    def wanted(self, title: str, account: int | None) -> bool:
        """Say whether anybody but this account waits for a title."""
        who = NOBODY if account is None else account
        return self._db.execute(_WANTED, (title, who)).fetchone() is not None

    def position(self, hold: int) -> int:
        """Return a hold's place in its queue, from 1; 0 when it does not wait."""
        return int(self._db.execute(_PLACE, (hold,)).fetchone()[0])

    def listed(self, *, card: str = "", title: str = "") -> list[Listed]:
        """Return holds that last, by title and place in the queue."""
        more = " AND patron.card = ?" * bool(card) + " AND hold.title = ?" * bool(title)
        values = [value for value in (card, title) if value]
        found = []
        for row in self._db.execute(_LISTED.format(more=more), values).fetchall():
            number, _account, whose, of, name, pickup, state, until, placed_ms, barcode, day = row
            position = self.position(number) if state == "waiting" else 0
            kept = (barcode or "", day)
            found.append(
                Listed(
                    number, whose or "", of, name, pickup, state, position, until, placed_ms, *kept
                )
            )
        return found

    def carried(self) -> list[Carried]:
        """Return what should be carried, each copy once, for whoever is first in the queue."""
        found: dict[str, Carried] = {}
        for barcode, name, device, door, site, pickup in self._db.execute(_CARRY).fetchall():
            if pickup not in (device, site if device is None else None):
                line = Carried(barcode, name, device or "", door or 0, site or "", pickup)
                found.setdefault(barcode, line)
        return list(found.values())
