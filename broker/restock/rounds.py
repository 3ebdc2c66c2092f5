"""Restock rounds: a bag is loaded at a branch, unloaded at bookcases, and what is missing is told.

Everything happens in the caller's transaction.  What is loaded and put back is said at the desk,
what bookcases take is their own fact; where a copy is, only movements say.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from broker.desk.desk import Desk, DeskRefused
from broker.ledger.cases import Cases, Subject
from broker.ledger.store import Database
from broker.restock import plan
from broker.restock.read import DAY_MS, Rows, free, stand
from broker.restock.tables import BAGS

SHORTFALL_MS = DAY_MS
NAME_SIZE_MAX = 40

_BAG = "SELECT holder, kind FROM bag WHERE name = ?"
_HOLDER = "INSERT INTO holder (kind) VALUES ('bag') RETURNING id"
_NEW_BAG = "INSERT INTO bag (holder, name, kind) VALUES (?, ?, ?)"
_OPEN = "INSERT INTO restock_round (bag, actor, opened_ms) VALUES (?, ?, ?) RETURNING id"
_PICK = """INSERT INTO restock_pick (round, copy, device)
SELECT ?, ?, id FROM device WHERE name = ?"""
_CLOSE = "UPDATE restock_round SET closed_ms = ? WHERE id = ? AND closed_ms IS NULL RETURNING id"
_ROUND = """SELECT r.id, bag.name, bag.kind, r.actor, r.opened_ms, r.closed_ms, r.bag
FROM restock_round r JOIN bag ON bag.holder = r.bag WHERE r.id = ?"""
_ROUNDS = """SELECT r.id, bag.name, bag.kind, r.actor, r.opened_ms, r.closed_ms, r.bag
FROM restock_round r JOIN bag ON bag.holder = r.bag ORDER BY r.id DESC LIMIT 50"""
_PICKS = """SELECT copy.barcode, title.title, title.author, title.class, device.name, holder.kind,
held.name, copy_state.holder FROM restock_pick pick JOIN copy ON copy.id = pick.copy
JOIN title ON title.id = copy.title JOIN device ON device.id = pick.device
JOIN copy_state ON copy_state.copy = copy.id JOIN holder ON holder.id = copy_state.holder
LEFT JOIN device held ON held.id = holder.device
WHERE pick.round = ? ORDER BY device.name, title.class, copy.barcode"""
_IN_BAG = """SELECT copy.id, copy.barcode FROM copy_state JOIN copy ON copy.id = copy_state.copy
WHERE copy_state.inside = ? ORDER BY copy.barcode"""
_MOVED = """SELECT movement.copy, movement.source, target.kind FROM movement
JOIN holder target ON target.id = movement.target
WHERE (movement.source = ? OR movement.target = ?) AND movement.at_ms >= ?
AND movement.at_ms < COALESCE((SELECT MIN(opened_ms) FROM restock_round
WHERE bag = ? AND id > ?), movement.at_ms + 1)
AND movement.kind <> 'undo' AND NOT EXISTS (SELECT 1 FROM movement undone
WHERE undone.copy = movement.copy AND undone.kind = 'undo' AND undone.reverses = movement.id)"""
# A bag that goes out again takes along what was left in it: only its newest round can lack any.
_SINCE = """SELECT r.id, r.bag, bag.name, COALESCE(r.closed_ms, r.opened_ms),
(SELECT MAX(id) FROM restock_round WHERE bag = r.bag) FROM restock_round r
JOIN bag ON bag.holder = r.bag ORDER BY r.id DESC LIMIT 200"""
_COPY = "SELECT tag FROM copy WHERE barcode = ?"


class RoundRefused(DeskRefused):
    """It cannot be done; nothing was written.  The message says why."""

    def __init__(self, why: str) -> None:
        super().__init__("round_refused", why)

    def __str__(self) -> str:
        return self.detail


class Pick(NamedTuple):
    """A copy that is to be brought to a bookcase; `state` is a word of STATES."""

    barcode: str
    title: str
    author: str
    class_number: str
    device: str
    state: str


STATES = (
    ("wanted", "on its shelf"),
    ("loaded", "in the bag"),
    ("placed", "in the bookcase"),
    ("elsewhere", "neither: borrowed meanwhile, or put into another bookcase"),
)


class Round(NamedTuple):
    """`loaded` went into the bag since it was opened, `placed` from it into bookcases, `returned`
    from it to a shelf; `inside` are the barcodes in it now."""

    id: int
    bag: str
    kind: str
    actor: str
    opened_ms: int
    closed_ms: int
    loaded: int
    placed: int
    returned: int
    inside: list[str]
    picks: list[Pick]


def bag(db: Database, name: str, kind: str) -> int:
    """Return the holder of a bag or van, made at the first need; raises RoundRefused."""
    row = db.execute(_BAG, (name,)).fetchone()
    if row is not None:
        return int(row[0])
    if kind not in BAGS or not 0 < len(name) <= NAME_SIZE_MAX:
        raise RoundRefused(f"{name!r} of kind {kind!r} is no bag")
    (holder,) = db.execute(_HOLDER).fetchone()
    db.execute(_NEW_BAG, (holder, name, kind))
    return int(holder)


def begin(
    db: Database,
    *,
    name: str,
    kind: str,
    site: str,
    devices: Sequence[str],
    actor: str,
    now_ms: int,
) -> int:
    """Open a round from a site's shelves to bookcases; return its number.

    Raises RoundRefused for a bag that is under way, a bookcase that is none, or an unknown site.
    """
    standing = stand(db.execute, now_ms)
    unknown = [device for device in devices if device not in standing.cases]
    if unknown or not devices:
        raise RoundRefused(f"no bookcase {', '.join(unknown)}")
    holder = bag(db, name, kind)
    if db.execute("SELECT 1 FROM restock_round WHERE bag = ? AND closed_ms IS NULL",
                  (holder,)).fetchone():  # fmt: skip
        raise RoundRefused(f"{name} is under way")
    (number,) = db.execute(_OPEN, (holder, actor, now_ms)).fetchone()
    shelf = free(db.execute, site, now_ms)
    taken: set[int] = set()
    for device in devices:
        wants = plan.wanted(standing.cases[device], {candidate.kind for candidate in shelf})
        for chosen in plan.picked(wants, shelf, standing.titles[device], taken):
            db.execute(_PICK, (number, chosen.copy, device))
    return int(number)


def load(
    db: Database, desk: Desk, number: int, barcode: str, *, actor: str, now_ms: int, key: str
) -> dict[str, Any]:
    """A copy is put into the bag: scanned at a branch, or taken out of a bookcase."""
    found = _open(db, number)
    place = {"place": "bag", "bag": found.bag}
    return _move(db, desk, found, barcode, place, actor=actor, now_ms=now_ms, key=key)


def unload(
    db: Database,
    desk: Desk,
    number: int,
    barcode: str,
    site: str,
    *,
    actor: str,
    now_ms: int,
    key: str,
) -> dict[str, Any]:
    """A copy comes out of the bag and stands on a site's shelf."""
    found = _open(db, number)
    place = {"place": "shelf", "site": site}
    return _move(db, desk, found, barcode, place, actor=actor, now_ms=now_ms, key=key)


def close(db: Database, number: int, now_ms: int) -> None:
    """End a round; what is still in the bag after a day becomes a case."""
    if db.execute(_CLOSE, (now_ms, number)).fetchone() is None:
        raise RoundRefused(f"round {number} is not open")


def tell_shortfalls(db: Database, cases: Cases, now_ms: int) -> int:
    """Open a case for each round that left copies in its bag a day ago, and close those that are
    settled; return how many are open.  To be called now and then."""
    count = 0
    for number, holder, name, since_ms, newest_of_bag in db.execute(_SINCE).fetchall():
        inside = db.execute(_IN_BAG, (holder,)).fetchall() if number == newest_of_bag else []
        subject = Subject("shortfall", str(number), copy=inside[0][0] if inside else None)
        if inside and since_ms + SHORTFALL_MS <= now_ms:
            barcodes = [barcode for _copy, barcode in inside]
            evidence: dict[str, object] = {"bag": name, "round": number, "barcodes": barcodes}
            cases.open(subject, evidence, since_ms + SHORTFALL_MS)
            count += 1
        elif not inside:
            cases.close(subject.key, now_ms, "found")
    return count


def one(db: Database, number: int) -> Round:
    return read_one(db.execute, number)


def read_one(rows: Rows, number: int) -> Round:
    """Return a round; raises RoundRefused for a number that has none."""
    for row in rows(_ROUND, (number,)):
        return _round(rows, row)
    raise RoundRefused(f"no round {number}")


def read_newest(rows: Rows) -> list[Round]:
    """Return the last rounds, newest first, without what they are to bring."""
    return [_round(rows, row, picks=False) for row in list(rows(_ROUNDS, ()))]


def _open(db: Database, number: int) -> Round:
    found = one(db, number)
    if found.closed_ms:
        raise RoundRefused(f"round {number} is closed")
    return found


def _move(
    db: Database,
    desk: Desk,
    of: Round,
    barcode: str,
    place: Mapping[str, object],
    *,
    actor: str,
    now_ms: int,
    key: str,
) -> dict[str, Any]:
    row = db.execute(_COPY, (barcode,)).fetchone()
    if row is None:
        raise RoundRefused(f"no copy {barcode}")
    body = {"tag": row[0], "reason": f"restock round {of.id}", **place}
    return desk.say("moved", body, now_ms=now_ms, actor=actor, key=key)


def _round(rows: Rows, row: Sequence[Any], *, picks: bool = True) -> Round:
    number, name, kind, actor, opened_ms, closed_ms, holder = row
    moved = list(rows(_MOVED, (holder, holder, opened_ms, holder, number)))
    into = [copy for copy, source, _kind in moved if source != holder]
    out = [target for _copy, source, target in moved if source == holder]
    return Round(
        id=number,
        bag=name,
        kind=kind,
        actor=actor,
        opened_ms=opened_ms,
        closed_ms=closed_ms or 0,
        loaded=len(into),
        placed=out.count("compartment"),
        returned=out.count("shelf"),
        inside=[barcode for _copy, barcode in rows(_IN_BAG, (holder,))],
        picks=[_pick(found, holder) for found in rows(_PICKS, (number,))] if picks else [],
    )


def _pick(row: Sequence[Any], bag_holder: int) -> Pick:
    barcode, title, author, class_number, device, kind, held, holder = row
    if holder == bag_holder:
        state = "loaded"
    elif kind == "compartment" and held == device:
        state = "placed"
    else:
        state = "wanted" if kind == "shelf" else "elsewhere"
    return Pick(barcode, title, author, class_number, device, state)
