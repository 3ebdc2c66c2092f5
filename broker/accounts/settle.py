"""What a loan costs its reader, computed when it has ended and again whenever that changes.

Nothing accrues: the amount follows from the loan as the ledger knows it now and from the calendar
as it is declared now.  What was booked for the loan before is compared with that, and only a
difference is written: the old row is reversed and a new one is booked.
"""

from collections.abc import Callable
from typing import NamedTuple

from broker.accounts.money import Cause, Money, Reason, Row
from broker.circulation.late import Loan
from broker.circulation.terms import Place
from broker.ledger.store import Database

CHARGES = ("fine", "lost_item", "processing")
# Ends in doubt (inferred, claimed) are in the reader's favour; what never was a loan costs nothing.
COSTLY = ("returned", "lost", "found")

_LOAN = """SELECT loan.account, loan.state, loan.due, loan.in_ms, loan.waived, title.audience,
COALESCE(copy_type.type, 'book'), COALESCE(patron.kind, ''), site.id, site.level, device.kind
FROM loan JOIN copy ON copy.id = loan.copy JOIN title ON title.id = copy.title
JOIN inbox ON inbox.id = loan.cause JOIN stream ON stream.id = inbox.stream
JOIN device ON device.id = stream.device JOIN site ON site.id = device.site
LEFT JOIN patron ON patron.account = loan.account
LEFT JOIN copy_type ON copy_type.copy = loan.copy WHERE loan.copy = ? AND loan.cause = ?"""
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


class Settlement:
    """Everything happens in the caller's transaction."""

    def __init__(self, db: Database, cost_of: CostOf, day: Callable[[int], int]) -> None:
        self._db = db
        self._money = Money(db)
        self._cost_of = cost_of
        self._day = day

    def settle(self, copy: int, cause: int, now_ms: int) -> list[Changed]:
        """Book what the loan that a fact began costs now; return what that changed."""
        account, at_ms, cost = self._cost(copy, cause)
        about = loan_cause(copy, cause)
        charges = {charge.kind: charge for charge in cost if charge.fen}
        found = []
        for kind in CHARGES:
            charge = charges.get(kind)
            changed = self._correct(account, about, kind, charge, at_ms=at_ms, now_ms=now_ms)
            if changed:
                found.append(changed)
        if found:
            self._waive_no_more_than_is_charged(about, now_ms)
        return found

    def settle_since(self, since_ms: int, now_ms: int) -> list[Changed]:
        """Settle all loans that ended since then, and what was charged for others since then."""
        loans = {(copy, cause) for copy, cause in self._db.execute(_ENDED, (since_ms,))}
        loans |= {_loan_of(cause) for (cause,) in self._db.execute(_CHARGED, (since_ms,))}
        return [changed for loan in sorted(loans) for changed in self.settle(*loan, now_ms)]

    def _cost(self, copy: int, cause: int) -> tuple[int, int, list[Charge]]:
        """Return (account, when it ended, what it costs); a loan that is gone costs nothing."""
        row = self._db.execute(_LOAN, (copy, cause)).fetchone()
        if row is None:
            return 0, 0, []
        account, state, due, in_ms, waived, item, type, patron, site, level, channel = row
        # An account without a person is nobody's: a suspect's, or of somebody who was erased.
        if state not in COSTLY or in_ms is None or not patron:
            return account, 0, []
        loan = Loan(due, item, type, patron, place=Place(site, level, channel))
        cost = self._cost_of(Ended(state, loan, self._day(in_ms)))
        if waived:
            cost = [charge for charge in cost if charge.kind != "fine"]
        return account, in_ms, cost

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

    def _waive_anew(self, waived: Row, fen: int, now_ms: int) -> None:
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
