"""One copy's life: what was seen of it, as it happened, becomes custody, loans and cases.

Pure: no clock and no database.  The same observations give the same life, in whatever order they
arrived; the caller sorts them by `order`.  A life may also start in the middle, from what the
ledger already holds, when the newest observation is all that is new.

What a reader did not do is never charged to him: doubt becomes a case, not a loan.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from broker.ledger.schema import TRANSIT, UNKNOWN

VOID_MS = 600_000  # A copy back within ten minutes never was a loan.


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


@dataclass(slots=True)
class Life:
    """Grows by `see`.  `day` gives the day (yyyymmdd) of a time in milliseconds."""

    holder: int
    day: Callable[[int], int]
    loan: Loan | None = None
    movements: list[Movement] = field(default_factory=list)
    loans: list[Loan] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)

    def see(self, seen: Observation) -> None:
        """Draw the consequences of the next observation, which happened after all others."""
        _VERBS[seen.verb](self, seen)

    def _taken(self, seen: Observation, kind: str) -> None:
        self._settle(seen)
        self._surely_not_elsewhere(seen)
        self._no_longer_with_a_reader(seen)
        if seen.account is None or seen.taker is None:
            self._move(seen, UNKNOWN, kind)
            self._doubt(seen, "unknown_reader" if seen.detail else "taken_unknown")
            return
        self._move(seen, seen.taker, kind)
        self.loan = Loan(
            seen.account, seen.cause, seen.happened_ms, seen.due, seen.rule, seen.session
        )
        self.loans.append(self.loan)

    def _took(self, seen: Observation) -> None:
        self._taken(seen, "take")

    def _lent(self, seen: Observation) -> None:
        self._taken(seen, "lend")

    def _arrived(self, seen: Observation, kind: str) -> None:
        self._settle(seen)
        if self.loan:
            self._move(seen, seen.place, "return" if kind == "put" else kind)
            quick = seen.happened_ms - self.loan.out_ms <= VOID_MS
            self._end_loan(seen, "void" if quick else "returned")
        else:
            self._move(seen, seen.place, kind)

    def _put(self, seen: Observation) -> None:
        self._arrived(seen, "put")

    def _stocked(self, seen: Observation) -> None:
        self._arrived(seen, "stock")

    def _removed(self, seen: Observation) -> None:
        self._no_longer_with_a_reader(seen)
        self._settle(seen)
        self._move(seen, TRANSIT, "remove")

    def _back(self, seen: Observation) -> None:
        """A count heard a copy that was thought gone: it never left."""
        if self.loan and seen.session and self.loan.session != seen.session:
            self._arrived(seen, "put")
            return
        taken = self.loan.cause if self.loan else self._open_cause("taken_unknown", "gone")
        self._settle(seen)
        self._move(seen, seen.place, "back", reverses=taken)
        if self.loan:
            self._end_loan(seen, "void")

    def _gone(self, seen: Observation) -> None:
        """A count did not hear a copy that should be inside.  Nobody is charged."""
        if self.holder == seen.place:
            self._settle(seen)
            self._move(seen, UNKNOWN, "gone")
            self._doubt(seen, "gone")

    def _unsure(self, seen: Observation) -> None:
        self._doubt(seen, "unsure")

    def _no_longer_with_a_reader(self, seen: Observation) -> None:
        """A copy that leaves a place must have come back to it, whoever had it."""
        if not self.loan:
            return
        self._move(seen, seen.place, "infer")
        overdue = 0 < self.loan.due < self.day(seen.happened_ms)
        account = self.loan.account
        self._end_loan(seen, "inferred")
        if overdue:
            self._doubt(seen, "inferred", account=account)

    def _surely_not_elsewhere(self, seen: Observation) -> None:
        if not seen.sure and self.holder != seen.place:
            self._doubt(seen, "order")

    def _move(
        self, seen: Observation, target: int, kind: str, *, reverses: int | None = None
    ) -> None:
        if target == self.holder:
            return
        step = Movement(
            self.holder, target, kind, seen.happened_ms, seen.cause, seen.request, reverses
        )
        self.movements.append(step)
        self.holder = target

    def _end_loan(self, seen: Observation, state: str) -> None:
        assert self.loan
        self.loan.state, self.loan.in_ms = state, seen.happened_ms
        self.loan = None

    def _doubt(self, seen: Observation, kind: str, *, account: int | None = None) -> None:
        self.cases.append(
            Case(kind, seen.device, seen.cause, account, seen.detail, seen.happened_ms)
        )

    def _settle(self, seen: Observation) -> None:
        """A copy that is surely seen ends every doubt about where it is."""
        for case in self.cases:
            if case.closed_ms is None and case.kind in SETTLED:
                case.closed_ms, case.closed_by = seen.happened_ms, seen.verb

    def _open_cause(self, *kinds: str) -> int | None:
        for case in self.cases:
            if case.closed_ms is None and case.kind in kinds:
                return case.cause
        return None


# Doubts that end by themselves when the copy is seen again.
SETTLED = ("taken_unknown", "unknown_reader", "gone", "unsure", "order")
_VERBS: dict[str, Callable[[Life, Observation], None]] = {
    "took": Life._took,
    "put": Life._put,
    "unsure": Life._unsure,
    "back": Life._back,
    "gone": Life._gone,
    "lent": Life._lent,
    "returned": Life._put,
    "stocked": Life._stocked,
    "removed": Life._removed,
}


def order(seen: Observation) -> tuple[int, int, int, int, str]:
    """Return the sort key of an observation: time, then a rule that knows no arrival.

    The cause is last but one: it only tells apart two journals of one device.
    """
    return seen.happened_ms, seen.device, seen.number, seen.cause, seen.verb


def life(
    observations: list[Observation], *, placed: int, loaded_ms: int, day: Callable[[int], int]
) -> Life:
    """Fold a whole life, from the day the copy entered the ledger."""
    folded = Life(UNKNOWN, day)
    if placed != UNKNOWN:
        folded.movements.append(Movement(UNKNOWN, placed, "load", loaded_ms, None))
        folded.holder = placed
    for seen in sorted(observations, key=order):
        folded.see(seen)
    return folded
