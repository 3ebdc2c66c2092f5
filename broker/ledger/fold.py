"""One copy's life: what was seen of it, as it happened, becomes custody, loans and cases.

Pure: no clock and no database.  The same observations give the same life, in whatever order they
arrived; the caller sorts them by `order`.  A life may also start in the middle, from what the
ledger already holds, when the newest observation is all that is new.
"""

from collections.abc import Callable
from dataclasses import dataclass

from broker.ledger import declared
from broker.ledger.schema import TRANSIT, UNKNOWN
from broker.ledger.sequence import Story, order, stories
from broker.ledger.state import (
    Arrival,
    Case,
    Condition,
    Loan,
    Movement,
    Observation,
    Promise,
    State,
)

__all__ = ["Arrival", "Case", "Condition", "Life", "Loan", "Movement", "Observation", "Promise",
           "life", "order", "takes_back"]  # fmt: skip

VOID_MS = 600_000  # A copy back within ten minutes never was a loan.


@dataclass(slots=True)
class Life(State):
    """Grows by `see`."""

    def see(self, seen: Observation) -> None:
        """Draw the consequences of the next observation, which happened after all others."""
        _VERBS[seen.verb](self, seen)


def life(
    observations: list[Observation], *, placed: int, loaded_ms: int, day: Callable[[int], int]
) -> Life:
    """Fold a whole life, from the day the copy entered the ledger.

    Where times are not sure and the outcome depends on them, nobody is charged: a case.
    """
    told = stories(observations, placed=placed)
    folded = _folded(told.likely, placed, loaded_ms, day)
    if told.in_doubt:
        others = (_folded(story, placed, loaded_ms, day) for story in (told.early, told.late))
        if any(_outcome(other) != _outcome(folded) for other in others):
            _unsettle(folded, told.likely[-1])
    return folded


def _folded(story: Story, placed: int, loaded_ms: int, day: Callable[[int], int]) -> Life:
    folded = Life(UNKNOWN, day)
    if placed != UNKNOWN:
        folded.movements.append(Movement(UNKNOWN, placed, "load", loaded_ms, None))
        folded.holder = placed
    taken_back = declared.reversed_causes(story)
    for seen in story:
        if seen.cause not in taken_back:
            folded.see(seen)
    return folded


def _outcome(life: Life) -> tuple[int, int | None]:
    return life.holder, life.loan.account if life.loan else None


def _unsettle(life: Life, seen: Observation) -> None:
    """Nobody can say who has it."""
    if life.loan:
        life.move(seen, UNKNOWN, "gone")
        life.end_loan("void", life.loan.out_ms)
    if not any(case.cause == seen.cause for case in life.open_cases("order")):
        life.doubt(seen, "order")


def _taken(life: State, seen: Observation, kind: str) -> None:
    sighted_ms = life.sighted_ms()
    life.appeared(seen)
    _surely_not_elsewhere(life, seen)
    life.came_back_unseen(seen, sighted_ms)
    declared.meet_promise(life, seen)
    if seen.account is not None and seen.taker is not None:
        life.lend(seen, kind)
        return
    life.move(seen, UNKNOWN, kind)
    life.doubt(seen, "unknown_reader" if seen.detail else "taken_unknown")


def _took(life: State, seen: Observation) -> None:
    _taken(life, seen, "take")


def _lent(life: State, seen: Observation) -> None:
    _taken(life, seen, "lend")


def _arrived(life: State, seen: Observation, kind: str) -> None:
    left_unseen = kind == "put" and _stands_elsewhere(life, seen) and not life.open_cases("unsure")
    life.appeared(seen)
    if life.loan:
        life.move(seen, seen.place, "return" if kind == "put" else kind)
        quick = seen.happened_ms - life.loan.out_ms <= VOID_MS
        life.end_loan("void" if quick else "returned", seen.happened_ms)
        return
    life.move(seen, seen.place, kind)
    if left_unseen:
        life.doubt(seen, "not_on_loan")


def _put(life: State, seen: Observation) -> None:
    _arrived(life, seen, "put")


def _stocked(life: State, seen: Observation) -> None:
    _arrived(life, seen, "stock")


def _removed(life: State, seen: Observation) -> None:
    sighted_ms = life.sighted_ms()
    life.appeared(seen)
    _surely_not_elsewhere(life, seen)
    life.came_back_unseen(seen, sighted_ms)
    life.move(seen, TRANSIT, "remove")


def _back(life: State, seen: Observation) -> None:
    """A count heard a copy that was thought gone: it never left."""
    if life.loan and seen.session and life.loan.session != seen.session:
        _arrived(life, seen, "put")
        return
    doubts = life.open_cases("taken_unknown", "gone")
    taken = life.loan.cause if life.loan else doubts[0].cause if doubts else None
    life.appeared(seen)
    life.move(seen, seen.place, "back", reverses=taken)
    if life.loan:
        life.end_loan("void", seen.happened_ms)


def _gone(life: State, seen: Observation) -> None:
    """A count did not hear a copy that should be inside.

    The reader whose door session the count settles took it, and it was heard through the glass,
    unless it came in that session: then it was never inside, and is with whoever had it before.
    """
    if life.holder != seen.place:
        return
    came_now = takes_back(life.arrival, seen)
    if seen.account is not None and not came_now:
        _taken(life, seen, "take")
        return
    life.settle(seen)
    came = life.movements[-1] if came_now and life.movements else None
    if came and came.kind == "return" and life.loans:
        life.move(seen, came.source, "gone", reverses=came.cause)
        life.reopen(life.loans[-1])
        return
    life.move(seen, UNKNOWN, "gone")
    life.doubt(seen, "gone")


def takes_back(came: Arrival | None, seen: Observation) -> bool:
    """Whether the second count of a door session says that what came in it was never inside.

    That needs the loan that had ended, so the whole life.
    """
    return seen.verb == "gone" and came is not None and came[:2] == (seen.device, seen.session)


def _unsure(life: State, seen: Observation) -> None:
    life.doubt(seen, "unsure")


def _stands_elsewhere(life: State, seen: Observation) -> bool:
    """Whether another machine still counts it among its own."""
    came = life.arrival
    return (
        life.holder != seen.place
        and came is not None
        and came.stands
        and came.device != seen.device
    )


def _surely_not_elsewhere(life: State, seen: Observation) -> None:
    if not seen.sure and life.holder != seen.place:
        life.doubt(seen, "order")
    elif _stands_elsewhere(life, seen):
        life.doubt(seen, "contradiction")


_VERBS: dict[str, Callable[[State, Observation], None]] = {
    "took": _took,
    "put": _put,
    "unsure": _unsure,
    "back": _back,
    "gone": _gone,
    "lent": _lent,
    "returned": _put,
    "stocked": _stocked,
    "removed": _removed,
    **declared.VERBS,
}
