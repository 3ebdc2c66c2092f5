"""Loans over the limit: marked while they are, told to staff once, cleared by any return.

Of a reader's open loans, oldest first, those beyond the limit are over it.  So the mark depends on
what is open and not on the order in which it became known.
"""

from collections.abc import Callable

from broker.ledger.cases import Cases, Subject
from broker.ledger.store import Database

# The limit of an account on a day.
LimitOf = Callable[[int], int]

_COUNT = "SELECT COUNT(*) FROM loan WHERE account = ? AND in_ms IS NULL"
_OPEN = """SELECT loan.id, loan.over_limit, loan.cause, loan.out_ms, copy.barcode
FROM loan JOIN copy ON copy.id = loan.copy
WHERE loan.account = ? AND loan.in_ms IS NULL ORDER BY loan.out_ms, loan.copy"""
_MARK = "UPDATE loan SET over_limit = ? WHERE id = ?"
_CASES = """SELECT key FROM exception_case
WHERE account = ? AND kind = 'over_limit' AND closed_ms IS NULL"""


class Limits:
    def __init__(self, db: Database, cases: Cases, limit_of: LimitOf) -> None:
        self._db = db
        self._cases = cases
        self._limit_of = limit_of
        self._over: set[int] = set()
        self.recall()

    def recall(self) -> None:
        """Read anew who is over the limit: at the start, and after a rollback."""
        found = self._db.execute("SELECT account FROM exception_case WHERE kind = 'over_limit'")
        self._over = {account for (account,) in found}

    def check(self, account: int, now_ms: int) -> None:
        """Mark what is over the limit now and no longer mark what is not."""
        (count,) = self._db.execute(_COUNT, (account,)).fetchone()
        limit = self._limit_of(account)
        if count <= limit and account not in self._over:
            return
        loans = self._db.execute(_OPEN, (account,)).fetchall()
        for number, (loan, marked, *_rest) in enumerate(loans):
            if bool(marked) != (number >= limit):
                self._db.execute(_MARK, (int(number >= limit), loan))
        if count > limit:
            self._tell(account, loans[limit:], limit)
        else:
            for (key,) in self._db.execute(_CASES, (account,)).fetchall():
                self._cases.close(key, now_ms, "returned")

    def _tell(self, account: int, over: list[tuple[int, int, int, int, str]], limit: int) -> None:
        if self._db.execute(_CASES, (account,)).fetchone():
            return
        self._over.add(account)
        _loan, _marked, cause, out_ms, _barcode = over[0]
        subject = Subject("over_limit", f"{account}:{cause}", account=account, cause=cause)
        evidence: dict[str, object] = {"limit": limit, "barcodes": [row[4] for row in over]}
        self._cases.open(subject, evidence, out_ms)
        self._cases.reopen(subject.key)
