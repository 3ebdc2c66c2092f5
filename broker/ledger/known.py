"""What the ledger knows of who asks and of the copies asked about.  Reads, and changes nothing."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from broker.circulation import days, late
from broker.circulation.asked import Book, Reader
from broker.circulation.calendar import ALWAYS, Calendar
from broker.circulation.rules import Rules
from broker.circulation.terms import Place
from broker.ledger import traces
from broker.ledger.directory import Directory, Patron
from broker.ledger.store import Database

SUSPENSIONS_LOOK_DAYS = 400  # How long ago a late return may have been that still suspends.
DAY_MS = 86_400_000

_DESCRIBED = "copy.tag, copy.barcode, title.title, title.author, title.class, title.audience"
_TYPE = "LEFT JOIN copy_type ON copy_type.copy = loan.copy"
_LENT = "site.id, site.level, device.kind, COALESCE(patron.kind, 'any')"
# Where a loan began: by the machine whose fact is its cause.
_BEGUN = """JOIN inbox ON inbox.id = loan.cause JOIN stream ON stream.id = inbox.stream
JOIN device ON device.id = stream.device JOIN site ON site.id = device.site
LEFT JOIN patron ON patron.account = loan.account"""
_LOANS = f"""SELECT loan.copy, title.id, loan.id, loan.cause, loan.out_ms, loan.over_limit,
loan.due, loan.renewals, COALESCE(copy_type.type, 'book'), {_LENT}, {_DESCRIBED}
FROM loan JOIN copy ON copy.id = loan.copy JOIN title ON title.id = copy.title {_BEGUN} {_TYPE}
WHERE loan.account = ? AND loan.in_ms IS NULL ORDER BY loan.out_ms, loan.copy"""
_ENDED = f"""SELECT loan.due, loan.in_ms, title.audience, COALESCE(copy_type.type, 'book'), {_LENT}
FROM loan JOIN copy ON copy.id = loan.copy JOIN title ON title.id = copy.title {_BEGUN} {_TYPE}
WHERE {traces.loans_of_reader("loan", "?")} AND loan.in_ms > ? AND loan.due > 0 AND loan.waived = 0
AND loan.state IN ('returned', 'found')"""
_OPEN_LOAN = f"""SELECT loan.account, loan.due, loan.renewals, {_LENT} FROM loan {_BEGUN}
WHERE loan.copy = ? AND loan.in_ms IS NULL"""
# Of a copy whose newest loan ended without it.
_MISSED = f"""SELECT state FROM loan WHERE copy = ? AND state IN ('lost', 'claimed')
AND NOT EXISTS (SELECT 1 FROM loan later WHERE {traces.loans_of_copy("later", "loan.copy")}
AND (later.out_ms, later.id) > (loan.out_ms, loan.id))"""
_CONDITION = """SELECT damaged, withdrawn, disinfect_ms,
copy_promise.account, copy_promise.until_ms, copy_promise.state, copy.title FROM copy
LEFT JOIN copy_condition ON copy_condition.copy = copy.id
LEFT JOIN copy_promise ON copy_promise.copy = copy.id WHERE copy.id = ?"""
_OWED = "SELECT fen FROM balance WHERE purse = 'receivable' AND account = ?"
_GUARANTEE = """SELECT kind FROM guarantee WHERE account = ? AND accepted = 1
AND first_day <= ? AND last_day >= ? AND ended_ms IS NULL ORDER BY id DESC LIMIT 1"""


class Waiting(Protocol):
    """Who waits for which titles."""

    def titles(self, account: int) -> set[str]: ...
    def wanted(self, title: str, account: int | None) -> bool:
        """Say whether anybody but this account waits for a title."""
        ...


class Nobody:
    """Where nobody can wait for anything."""

    def titles(self, _account: int) -> set[str]:
        return set()

    def wanted(self, _title: str, _account: int | None) -> bool:
        return False


class OpenLoan(NamedTuple):
    """A loan of the reader who asks, with what only the ledger needs of it."""

    copy: int
    id: int
    cause: int
    out_ms: int
    over_limit: bool
    book: Book


class Known:
    """`day` gives the day of a time.  Any connection will do, also one that only reads."""

    def __init__(
        self,
        db: Database,
        directory: Directory,
        day: Callable[[int], int],
        *,
        rules: Rules,
        calendar: Calendar = ALWAYS,
        waiting: Waiting | None = None,
    ) -> None:
        self._db = db
        self._directory = directory
        self._day = day
        self._rules = rules
        self._calendar = calendar
        self._waiting = waiting or Nobody()

    def reader(self, patron: Patron, now_ms: int) -> Reader:
        today = self._day(now_ms)
        owed = self._db.execute(_OWED, (patron.account,)).fetchone()
        guarantee = self._db.execute(_GUARANTEE, (patron.account, today, today)).fetchone()
        return Reader(
            kind=patron.kind,
            language=patron.language,
            blocked=patron.blocked,
            name=patron.name,
            guarantee=guarantee[0] if guarantee else "none",
            owed_fen=owed[0] if owed else 0,
            suspended_until=self._suspended_until(patron.account, now_ms),
            holds=len(self._waiting.titles(patron.account)),
        )

    def loans(self, account: int) -> list[OpenLoan]:
        """Return the open loans of an account, oldest first."""
        found = []
        for row in self._db.execute(_LOANS, (account,)).fetchall():
            copy, title, number, cause, out_ms, over, due, renewals, type, *lent = row
            *where, patron, tag, barcode, name, author, class_number, audience = lent
            book = Book(
                tag, barcode, name, author, class_number, audience, due, lent=True, mine=True,
                type=type, renewals=renewals, patron=patron, place=Place(*where), contract="open",
                wanted=self._waiting.wanted(title, account),
            )  # fmt: skip
            found.append(OpenLoan(copy, number, cause, out_ms, bool(over), book))
        return found

    def book(self, tag: str, account: int | None, now_ms: int) -> tuple[int, Book]:
        """Return a copy's id, 0 for a tag that nobody knows, and what is known of it."""
        copy = self._directory.copy(tag)
        if copy is None:
            return 0, Book(tag, "", "", "", "", "any")
        number = copy.id
        described = (copy.barcode, copy.title, copy.author, copy.class_number, copy.audience)
        book = Book(tag, *described, type=copy.type)
        loan = self._db.execute(_OPEN_LOAN, (number,)).fetchone()
        if loan:
            whose, due, renewals, site, level, channel, patron = loan
            book = book._replace(
                due=due, lent=True, mine=whose == account, renewals=renewals, patron=patron,
                place=Place(site, level, channel), contract="open",
            )  # fmt: skip
        return number, self._fit_and_free(number, book, account, now_ms)

    def _fit_and_free(self, copy: int, book: Book, account: int | None, now_ms: int) -> Book:
        row = self._db.execute(_CONDITION, (copy,)).fetchone()
        damaged, withdrawn, disinfect_ms, holder, until_ms, promise, title = row
        condition = "fit"
        if withdrawn or damaged:
            condition = "withdrawn" if withdrawn else "damaged"
        elif disinfect_ms and disinfect_ms > now_ms:
            condition = "disinfect"
        held = promise == "held" and (not until_ms or until_ms > now_ms)
        contract = book.contract
        if not book.lent:
            missed = self._db.execute(_MISSED, (copy,)).fetchone()
            contract = missed[0] if missed else "none"
        waits = account is not None and title in self._waiting.titles(account)
        return book._replace(
            contract=contract,
            condition=condition,
            promise=("mine" if holder == account else "held") if held else "free",
            wanted=self._waiting.wanted(title, account),
            waiting=waits,
        )

    def _suspended_until(self, account: int, now_ms: int) -> int:
        """Return the last day without loans, reckoned from late returns as a fine would be."""
        if not any(line.kind == "late" and line.unit == "days" for line in self._rules.lines):
            return 0
        until = 0
        since_ms = now_ms - SUSPENSIONS_LOOK_DAYS * DAY_MS
        for due, in_ms, audience, type, *where, patron in self._db.execute(
            _ENDED, (account, since_ms)
        ):
            loan = late.Loan(due, audience, type, patron=patron, place=Place(*where))
            in_day = self._day(in_ms)
            found = late.fine(loan, in_day, self._rules, self._calendar).suspension_days
            until = max(until, days.plus(in_day, found)) if found else until
        return until
