"""What a loan costs its reader, computed when it has ended and again whenever that changes.

Nothing accrues: the amount follows from the loan as the ledger knows it now and from the calendar
as it is declared now.  What was booked for the loan before is compared with that, and only a
difference is written: the old row is reversed and a new one is booked.
"""

from collections.abc import Callable, Collection
from typing import NamedTuple

from broker.accounts.money import Cause, Money, Reason
from broker.accounts.money import Row as Booked
from broker.circulation.late import Loan
from broker.circulation.terms import Place
from broker.ledger.store import Database, Row

CHARGES = ("fine", "lost_item", "processing")
# Ends in doubt (inferred, claimed) are in the reader's favour; what never was a loan costs nothing.
COSTLY = ("returned", "lost", "found")

_LOANS = """SELECT loan.copy, loan.cause, loan.account, loan.state, loan.due, loan.in_ms,
loan.waived, title.audience, COALESCE(copy_type.type, 'book'), COALESCE(patron.kind, ''),
site.id, site.level, device.kind
FROM {loans} JOIN copy ON copy.id = loan.copy JOIN title ON title.id = copy.title
JOIN inbox ON inbox.id = loan.cause JOIN stream ON stream.id = inbox.stream
JOIN device ON device.id = stream.device JOIN site ON site.id = device.site
LEFT JOIN patron ON patron.account = loan.account
LEFT JOIN copy_type ON copy_type.copy = loan.copy WHERE {which}"""
_LOAN = _LOANS.format(loans="loan", which="loan.copy = ? AND loan.cause = ?")
_NEWS = _LOANS.format(
    loans="loan_news n JOIN loan ON loan.copy = n.copy AND loan.cause = n.cause",
    which="n.id BETWEEN ? AND ? AND loan.in_ms IS NOT NULL",
)
_NEWS_CHARGED = """SELECT n.copy, n.cause FROM loan_news n JOIN money
ON money.cause_kind = 'loan' AND money.cause = n.copy || ':' || n.cause
WHERE n.id BETWEEN ? AND ?"""
_ENDED = """SELECT copy, cause FROM loan WHERE in_ms IS NOT NULL AND in_ms >= ? AND due > 0
ORDER BY id"""
_CHARGED = """SELECT DISTINCT cause FROM money WHERE cause_kind = 'loan' AND at_ms >= ?
ORDER BY cause"""


class Ended(NamedTuple):
    """A loan that has ended, as the rules ask about it."""

    state: str
    loan: Loan
    in_day: int


class Charge(NamedTuple):
    """What one loan costs, and why: `kind` is a word of CHARGES."""

    kind: str
    fen: int
    reason: Reason


# The rules' part, pure: what an ended loan costs.  A charge of 0 fen is no charge.
CostOf = Callable[[Ended], list[Charge]]


class Changed(NamedTuple):
    """One difference that was written, in fen."""

    account: int
    cause: str
    kind: str
    before: int
    after: int


class _Cost(NamedTuple):
    """Of one loan: whose, when it ended, and what it costs."""

    account: int
    at_ms: int
    charges: list[Charge]


_Key = tuple[int, int]  # Copy and cause: what a loan is known by.


class Settlement:
    """Everything happens in the caller's transaction."""

    def __init__(self, db: Database, cost_of: CostOf, day: Callable[[int], int]) -> None:
        self._db = db
        self._money = Money(db)
        self._cost_of = cost_of
        self._day = day

    def settle(self, copy: int, cause: int, now_ms: int) -> list[Changed]:
        """Book what the loan that a fact began costs now; return what that changed."""
        row = self._db.execute(_LOAN, (copy, cause)).fetchone()
        return self._book((copy, cause), self._cost(row), now_ms)

    def settle_news(self, loans: Collection[_Key], first: int, last: int, now_ms: int) -> None:
        """The same for loans that rows of `loan_news` from first to last tell of.

        All are asked for at once: few of the loans that change cost anything, or did before.
        """
        rows = self._db.execute(_NEWS, (first, last)).fetchall()
        charged = set(self._db.execute(_NEWS_CHARGED, (first, last)).fetchall())
        ended = {(row[0], row[1]): row for row in rows}
        for loan in loans:
            cost = self._cost(ended.get(loan))
            if cost.charges or loan in charged:
                self._book(loan, cost, now_ms)

    def _book(self, loan: _Key, cost: _Cost, now_ms: int) -> list[Changed]:
        account, at_ms, wanted = cost
        about = loan_cause(*loan)
        charges = {charge.kind: charge for charge in wanted}
        found = []
        for kind in CHARGES:
            charge = charges.get(kind)
            changed = self._correct(account, about, kind, charge, at_ms=at_ms, now_ms=now_ms)
            if changed:
                found.append(changed)
        if found:
            self._waive_no_more_than_is_charged(about, now_ms)
        return found

    def since(self, since_ms: int) -> list[_Key]:
        """Return the loans that ended since then, and those charged for since then; only looks."""
        loans = {(copy, cause) for copy, cause in self._db.execute(_ENDED, (since_ms,))}
        loans |= {_loan_of(cause) for (cause,) in self._db.execute(_CHARGED, (since_ms,))}
        return sorted(loans)

    def _cost(self, row: Row | None) -> _Cost:
        """Return what a loan costs; one that is gone, and so has no row, costs nothing."""
        if row is None:
            return _Cost(0, 0, [])
        _copy, _cause, account, state, due, in_ms, waived, item, type, patron, *place = row
        # An account without a person is nobody's: a suspect's, or of somebody who was erased.
        if state not in COSTLY or in_ms is None or not patron:
            return _Cost(account, 0, [])
        loan = Loan(due, item, type, patron, place=Place(*place))
        cost = self._cost_of(Ended(state, loan, self._day(in_ms)))
        free = ("fine",) if waived else ()
        return _Cost(account, in_ms, [c for c in cost if c.fen and c.kind not in free])

    def _correct(
        self,
        account: int,
        about: Cause,
        kind: str,
        charge: Charge | None,
        *,
        at_ms: int,
        now_ms: int,
    ) -> Changed | None:
        held = self._money.standing(about, kind)
        wanted = [(account, charge.fen)] if charge else []
        if [(row.target_account, row.fen) for row in held] == wanted:
            return None
        for row in held:
            self._money.reverse(row, CORRECTED, now_ms=now_ms)
        if charge:
            self._money.book(
                kind,
                account,
                charge.fen,
                key=self._money.next_key(about, kind),
                cause=about,
                reason=charge.reason,
                at_ms=at_ms,
                now_ms=now_ms,
            )
        whose = account if charge else held[0].target_account
        before = sum(row.fen for row in held)
        return Changed(whose, about.id, kind, before, charge.fen if charge else 0)

    def _waive_no_more_than_is_charged(self, about: Cause, now_ms: int) -> None:
        """What staff gave up of a charge that has shrunk shrinks with it: no money out of air."""
        charged = [row for kind in CHARGES for row in self._money.standing(about, kind)]
        room = {row.target_account: 0 for row in charged}
        for row in charged:
            room[row.target_account] += row.fen
        for waived in self._money.standing(about, "waive"):
            left = room.get(waived.source_account, 0)
            room[waived.source_account] = max(0, left - waived.fen)
            if waived.fen > left:
                self._money.reverse(waived, CORRECTED, now_ms=now_ms)
                if left:
                    self._waive_anew(waived, left, now_ms)

    def _waive_anew(self, waived: Booked, fen: int, now_ms: int) -> None:
        self._money.book(
            "waive",
            waived.source_account,
            fen,
            key=self._money.next_key(Cause(waived.cause_kind, waived.cause), "waive"),
            cause=Cause(waived.cause_kind, waived.cause),
            reason=Reason(waived.words_zh, waived.words_en),
            at_ms=waived.at_ms,
            now_ms=now_ms,
            actor=waived.actor,
        )


CORRECTED = Reason("借阅记录或开馆日历已更正", "the loan or the calendar was corrected")


def loan_cause(copy: int, cause: int) -> Cause:
    """Return what names a loan for good: its row may be made anew, its copy and fact may not."""
    return Cause("loan", f"{copy}:{cause}")


def _loan_of(cause: str) -> tuple[int, int]:
    copy, _colon, fact = cause.partition(":")
    return int(copy), int(fact)
