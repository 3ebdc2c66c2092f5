"""The ledger compared with what follows from it.  Only reads."""

from collections.abc import Callable, Iterator
from pathlib import Path

from broker.accounts import money
from broker.ledger import database, dimensions
from broker.ledger.books import FOLDED_CASES, folded_life, standing_movements
from broker.ledger.store import Database

_COPIES = """SELECT copy.id, copy.barcode, copy_state.holder
FROM copy JOIN copy_state ON copy_state.copy = copy.id ORDER BY copy.id"""
_LOANS = """SELECT cause, account, state, in_ms, due, renewals, waived FROM loan
WHERE copy = ? ORDER BY cause"""
_CASES = """SELECT kind, cause FROM exception_case
WHERE copy = ? AND closed_ms IS NULL ORDER BY kind, cause"""
_STREAMS = """SELECT device.name, stream.journal, stream.number, COUNT(inbox.id),
COALESCE(MAX(inbox.number), 0) FROM stream JOIN device ON device.id = stream.device
LEFT JOIN inbox ON inbox.stream = stream.id GROUP BY device.name, stream.id"""


def check(folder: Path, day: Callable[[int], int], url: str = "") -> list[str]:
    """Fold every copy's life anew, count every stream, add up all money; return what differs."""
    with database.snapshot(folder, url) as db:
        return [*_streams(db), *_copies(db, day), *money.differences(db)]


def _streams(db: Database) -> Iterator[str]:
    for device, journal, number, count, highest in db.execute(_STREAMS):
        if not number == count == highest:
            yield f"{device} {journal}: at {number}, holds {count} records up to {highest}"


def _copies(db: Database, day: Callable[[int], int]) -> Iterator[str]:
    for copy, barcode, holder in db.execute(_COPIES).fetchall():
        life = folded_life(db, copy, day)
        if holder != life.holder:
            yield f"{barcode}: with holder {holder}, by its facts with {life.holder}"
        standing = [movement[:6] for _id, movement in standing_movements(db, copy)]
        if standing != [movement[:6] for movement in life.movements]:
            yield f"{barcode}: its movements are not those of its facts"
        loans = sorted(
            (loan.cause, loan.account, loan.state, loan.in_ms, loan.due, loan.renewals, loan.waived)
            for loan in life.loans
        )
        if loans != db.execute(_LOANS, (copy,)).fetchall():
            yield f"{barcode}: its loans are not those of its facts"
        if dimensions.held(db, copy) != (life.condition, life.promise):
            yield f"{barcode}: its condition or promise is not that of its facts"
        doubts = sorted((case.kind, case.cause) for case in life.cases if case.closed_ms is None)
        held = db.execute(_CASES, (copy,)).fetchall()
        if doubts != [case for case in held if case[0] in FOLDED_CASES]:
            yield f"{barcode}: its open cases are not those of its facts"
