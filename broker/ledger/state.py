"""A copy at one moment, and the steps of which every consequence is made.  Pure.

Four dimensions that do not depend on each other: custody (`holder`), contract (`loan`), condition
and promise.  What a reader did not do is never charged to him: doubt becomes a case, not a loan.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

# Movements by which a copy came to be where it is.
ARRIVALS = ("put", "return", "stock", "back")
# Doubts that end by themselves when the copy is seen again.
SETTLED = ("taken_unknown", "unknown_reader", "gone", "unsure", "order", "not_on_loan", "claimed")


class Observation(NamedTuple):
    """What one fact says about one copy.  `taker` is the holder that stands for the reader."""

    happened_ms: int
    device: int
    number: int
    cause: int
    verb: str
    sure: bool
    place: int
    account: int | None
    taker: int | None
    due: int
    rule: str
    session: str
    request: int | None
    detail: str
    earliest_ms: int | None = None  # Of a time that is not sure: the window in which it lies.
    latest_ms: int | None = None

    @property
    def window(self) -> tuple[int, int]:
        """Between which times it happened, both included."""
        if self.sure or self.earliest_ms is None or self.latest_ms is None:
            return self.happened_ms, self.happened_ms
        return self.earliest_ms, self.latest_ms


class Movement(NamedTuple):
    """A step of custody.  `reverses` is the cause of the earlier step that it corrects."""

    source: int
    target: int
    kind: str
    at_ms: int
    cause: int | None
    request: int | None = None
    reverses: int | None = None


@dataclass(slots=True)
class Loan:
    """`cause` is the fact that began it: a copy has one loan for each."""

    account: int
    cause: int
    out_ms: int
    due: int
    rule: str
    session: str = ""
    state: str = "open"
    in_ms: int | None = None
    renewals: int = 0
    waived: bool = False


@dataclass(slots=True)
class Case:
    """Something for staff about this copy; `cause` is the fact that raised the doubt."""

    kind: str
    device: int
    cause: int
    account: int | None
    detail: str
    opened_ms: int
    closed_ms: int | None = None
    closed_by: str = ""


class Arrival(NamedTuple):
    """By whom it came to where it is.  Where it stands a machine counts it: a claim that lasts."""

    device: int
    session: str
    stands: bool


class Condition(NamedTuple):
    """What a copy is fit for; until `disinfect_ms` it may not be lent."""

    damaged: bool = False
    withdrawn: bool = False
    disinfect_ms: int = 0


class Promise(NamedTuple):
    """For whom a copy is kept, and what came of it: a word of desk.tables.PROMISES."""

    account: int
    until_ms: int
    state: str
    cause: int


@dataclass(slots=True)
class State:
    """`day` gives the day (yyyymmdd) of a time in milliseconds; `owed` is a loan that ended as lost
    or claimed while nobody has seen the copy since.
    """

    holder: int
    day: Callable[[int], int]
    loan: Loan | None = None
    movements: list[Movement] = field(default_factory=list)
    loans: list[Loan] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    arrival: Arrival | None = None
    owed: Loan | None = None
    condition: Condition = Condition()
    promise: Promise | None = None

    def move(
        self, seen: Observation, target: int, kind: str, *, reverses: int | None = None
    ) -> None:
        if target == self.holder:
            return
        step = Movement(
            self.holder, target, kind, seen.happened_ms, seen.cause, seen.request, reverses
        )
        self.movements.append(step)
        self.holder = target
        came = Arrival(seen.device, seen.session, seen.verb != "returned")
        self.arrival = came if kind in ARRIVALS else None

    def lend(self, seen: Observation, kind: str) -> None:
        """Hand it to the reader of the observation, who is known."""
        assert seen.account is not None and seen.taker is not None
        self.move(seen, seen.taker, kind)
        self.loan = Loan(
            seen.account, seen.cause, seen.happened_ms, seen.due, seen.rule, seen.session
        )
        self.loans.append(self.loan)

    def end_loan(self, state: str, in_ms: int) -> Loan:
        assert self.loan
        ended, self.loan = self.loan, None
        ended.state, ended.in_ms = state, in_ms
        return ended

    def reopen(self, loan: Loan) -> None:
        """It did not come back after all."""
        loan.state, loan.in_ms = "open", None
        self.loan = loan

    def doubt(self, seen: Observation, kind: str, *, account: int | None = None) -> None:
        self.cases.append(
            Case(kind, seen.device, seen.cause, account, seen.detail, seen.happened_ms)
        )

    def open_cases(self, *kinds: str) -> list[Case]:
        return [case for case in self.cases if case.closed_ms is None and case.kind in kinds]

    def settle(self, seen: Observation) -> None:
        """Somebody knows now where it is: every doubt about that ends."""
        for case in self.open_cases(*SETTLED):
            case.closed_ms, case.closed_by = seen.happened_ms, seen.verb

    def appeared(self, seen: Observation) -> None:
        """It is surely seen: doubts end, and what was lost or claimed has turned up."""
        self.settle(seen)
        if self.owed:
            self.owed.state = "found" if self.owed.state == "lost" else "returned"
            self.owed = None

    def sighted_ms(self) -> int:
        """When a machine was last unsure of it while it is on loan: it was back by then; 0 if none.

        To be asked before the doubt is settled.
        """
        out_ms = self.loan.out_ms if self.loan else 0
        sighted = [case.opened_ms for case in self.open_cases("unsure") if case.opened_ms > out_ms]
        return max(sighted, default=0)

    def came_back_unseen(self, seen: Observation, sighted_ms: int) -> None:
        """It is elsewhere, so whoever had it brought it back; of two times the earlier favours."""
        if not self.loan:
            return
        self.move(seen, seen.place, "infer")
        ended = self.end_loan("inferred", sighted_ms or seen.happened_ms)
        if self.overdue(ended):
            self.doubt(seen, "inferred", account=ended.account)

    def overdue(self, ended: Loan) -> bool:
        assert ended.in_ms is not None
        return 0 < ended.due < self.day(ended.in_ms)

    def newest_loan_of(self, account: int | None) -> Loan | None:
        return next((loan for loan in reversed(self.loans) if loan.account == account), None)
