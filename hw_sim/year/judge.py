"""Whether the ledger says what truly happened: each copy's place, each loan, no doubt left."""

from collections.abc import Iterator
from hashlib import sha256

from broker.ledger.store import Database
from hw_sim.year.stock import Stock

SAID_MAX = 20  # Differences of one kind that are told.
_LOANS = "SELECT copy, account, due FROM loan WHERE in_ms IS NULL"
_MOVED = """SELECT copy_state.copy, holder.kind, COALESCE(holder.site, device.site),
COALESCE(holder.door, 0), holder.account FROM copy_state
JOIN holder ON holder.id = copy_state.holder LEFT JOIN device ON device.id = holder.device
WHERE copy_state.since_ms > ?"""
_ALL = "SELECT id, copy, source, target, kind, at_ms, cause FROM movement ORDER BY id"
_CASES = "SELECT kind, COUNT(*) FROM exception_case GROUP BY kind ORDER BY kind"
_REFUSED = "SELECT reason, value FROM counter WHERE kind = 'refused' ORDER BY reason"


def differences(db: Database, stock: Stock, loaded_ms: int) -> Iterator[str]:
    """Compare now, a line for each difference; copies stand since `loaded_ms` unless they moved."""
    yield from _compared("loan", _loans(db), _true_loans(stock))
    yield from _compared("place", _places(db, loaded_ms), _true_places(stock))
    for kind, count in db.execute(_CASES).fetchall():
        yield f"{count} cases of the kind {kind}: nothing that happened was in doubt"
    for reason, count in db.execute(_REFUSED).fetchall():
        yield f"{count} messages were refused: {reason}"


def digest(db: Database) -> str:
    """Return a hash over all movements: same seed, same run."""
    found = sha256()
    for row in db.execute(_ALL):
        found.update(repr(row).encode())
    return found.hexdigest()[:16]


def _loans(db: Database) -> dict[int, object]:
    return {copy: (account, due) for copy, account, due in db.execute(_LOANS)}


def _true_loans(stock: Stock) -> dict[int, object]:
    return {copy: (loan.account, loan.due) for copy, loan in stock.loans.items()}


def _places(db: Database, loaded_ms: int) -> dict[int, object]:
    return {
        copy: account if kind == "reader" else (site, door)
        for copy, kind, site, door, account in db.execute(_MOVED, (loaded_ms,))
    }


def _true_places(stock: Stock) -> dict[int, object]:
    out: dict[int, object] = {copy: loan.account for copy, loan in stock.loans.items()}
    return {**stock.moved, **out}


def _compared(what: str, ledger: dict[int, object], truth: dict[int, object]) -> Iterator[str]:
    wrong = sorted(
        copy for copy in ledger.keys() | truth.keys() if ledger.get(copy) != truth.get(copy)
    )
    for copy in wrong[:SAID_MAX]:
        yield f"copy {copy}: {what} {ledger.get(copy)} in the ledger, {truth.get(copy)} in truth"
    if len(wrong) > SAID_MAX:
        yield f"{len(wrong) - SAID_MAX} more copies with another {what}"
