"""Loans over the limit: marked while they are, told to staff once, cleared by any return.

A loan is over when, at the place and on the day where it began, it was more than one may have: more
in all, or more of its kind, counted with the loans that are older and still open.  So the mark
depends on what is open and not on the order in which it became known.
"""

from collections.abc import Callable, Collection

from broker.circulation.asked import Reader
from broker.circulation.room import Room
from broker.circulation.rules import Line, Rules
from broker.ledger.cases import Cases, Subject
from broker.ledger.directory import Directory, Patron
from broker.ledger.known import Known, OpenLoan
from broker.ledger.store import Database

_COUNT = "SELECT COUNT(*) FROM loan WHERE account = ? AND in_ms IS NULL"
_COUNTS = """SELECT account, COUNT(*) FROM loan
WHERE account = ANY(?) AND in_ms IS NULL GROUP BY account"""
_PATRON = "SELECT account, kind, language, blocked, name FROM patron WHERE account = ?"
_MARK = "UPDATE loan SET over_limit = ? WHERE id = ?"
_CASES = """SELECT key FROM exception_case
WHERE account = ? AND kind = 'over_limit' AND closed_ms IS NULL"""
_OVER = "SELECT account FROM exception_case WHERE closed_ms IS NULL AND kind = 'over_limit'"
# An account that leads to nobody: what its loans are is told all the same.
NOBODY = Reader("any", "", "", "")


class Limits:
    def __init__(
        self,
        db: Database,
        cases: Cases,
        *,
        directory: Directory,
        rules: Rules,
        day: Callable[[int], int],
    ) -> None:
        self._db = db
        self._cases = cases
        self._rules = rules
        self._day = day
        self._least = rules.least_limit
        self._known = Known(db, directory, day, rules=rules)
        self._over: set[int] = set()
        self.recall()

    def recall(self) -> None:
        """Read anew who is over the limit: at the start, and after a rollback."""
        found = self._db.execute(_OVER)
        self._over = {account for (account,) in found}

    def check_all(self, accounts: Collection[int], now_ms: int) -> None:
        """Check these; PostgreSQL is asked once for all of them."""
        wanted = sorted(accounts)
        counts: dict[int, int] = {}
        if wanted and self._db.kind == "postgresql":
            counts = dict(self._db.execute(_COUNTS, (wanted,)).fetchall())
            counts = {account: counts.get(account, 0) for account in wanted}
        for account in wanted:
            self.check(account, now_ms, counts.get(account))

    def check(self, account: int, now_ms: int, count: int | None = None) -> None:
        """Mark what is over the limit now and no longer mark what is not."""
        if count is None:
            (count,) = self._db.execute(_COUNT, (account,)).fetchone()
        if count <= self._least and account not in self._over:
            return
        loans = self._known.loans(account)
        lines = self._judged(account, loans, now_ms)
        over = []
        for loan, line in zip(loans, lines, strict=True):
            if loan.over_limit != (line is not None):
                self._db.execute(_MARK, (int(line is not None), loan.id))
            if line:
                over.append((loan, line))
        if over:
            self._tell(account, over)
        else:
            for (key,) in self._db.execute(_CASES, (account,)).fetchall():
                self._cases.close(key, now_ms, "returned")

    def is_wrong(self, account: int) -> bool:
        """Say whether the marks of an account's loans differ from what the rules say; only reads.

        What a reader is, and not what he was, decides: one who became an adult since may differ.
        """
        loans = self._known.loans(account)
        lines = self._judged(account, loans, max((loan.out_ms for loan in loans), default=0))
        return [loan.over_limit for loan in loans] != [line is not None for line in lines]

    def _judged(self, account: int, loans: list[OpenLoan], now_ms: int) -> list[Line | None]:
        """Return for each loan the line that it is over, or None; oldest first."""
        row = self._db.execute(_PATRON, (account,)).fetchone()
        reader = self._known.reader(Patron(*row), now_ms) if row else NOBODY
        found: list[Line | None] = []
        for number, loan in enumerate(loans):
            room = Room(self._rules, self._day(loan.out_ms), reader, loan.book.place)
            room.take(older.book for older in loans[:number])
            why, line = room.refusal(loan.book)
            found.append(line or NO_LIMIT if why else None)
        return found

    def _tell(self, account: int, over: list[tuple[OpenLoan, Line]]) -> None:
        if self._db.execute(_CASES, (account,)).fetchone():
            return
        self._over.add(account)
        first, line = over[0]
        subject = Subject(
            "over_limit", f"{account}:{first.cause}", account=account, cause=first.cause
        )
        barcodes = [loan.book.barcode for loan, _line in over]
        evidence: dict[str, object] = {"limit": line.value, "barcodes": barcodes}
        self._cases.open(subject, evidence, first.out_ms)
        self._cases.reopen(subject.key)


NO_LIMIT = Line("limit")  # Where no line says how much, nothing may be had.
