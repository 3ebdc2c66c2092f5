"""What the desk says of a copy: renewals, lost and found, claims, condition, promise.  Pure.

Whatever is said here is one more observation: it stands in the order of time among what machines
saw, and a late fact is folded before or after it as it happened.
"""

import json
from collections.abc import Callable
from typing import Any

from broker.ledger.schema import UNKNOWN
from broker.ledger.state import Observation, Promise, State


def _renewed(life: State, seen: Observation) -> None:
    """The day that was shown stands, and it counts.

    A loan that had ended before cannot be renewed; staff hear of it only when it ended overdue,
    because then the reader was told that there was nothing to pay.
    """
    loan = life.loan
    if loan and loan.account == seen.account:
        loan.due, loan.renewals = seen.due, loan.renewals + 1
        loan.rule = seen.rule or loan.rule
        return
    ended = life.newest_loan_of(seen.account)
    if ended and life.overdue(ended):
        life.doubt(seen, "renewal", account=ended.account)


def _lost(life: State, seen: Observation) -> None:
    life.settle(seen)
    if life.loan:
        life.owed = life.end_loan("lost", seen.happened_ms)
    elif life.owed:
        life.owed.state = "lost"
    life.move(seen, UNKNOWN, "lose")


def _claimed(life: State, seen: Observation) -> None:
    if not life.loan:
        return
    life.doubt(seen, "claimed", account=life.loan.account)
    life.owed = life.end_loan("claimed", seen.happened_ms)
    life.move(seen, UNKNOWN, "claim")


def _found(life: State, seen: Observation) -> None:
    sighted_ms = life.sighted_ms()
    life.appeared(seen)
    life.came_back_unseen(seen, sighted_ms)
    life.move(seen, seen.place, "find")


def _written(life: State, seen: Observation) -> None:
    life.appeared(seen)
    life.move(seen, seen.place, "write")
    if life.loan:
        life.end_loan("returned", seen.happened_ms)


def _accepted(life: State, seen: Observation) -> None:
    """What was made of it stands; the case that is meant has nothing more to say."""
    meant = (_detail(seen, "kind"), _detail(seen, "cause"))
    for case in life.cases:
        if case.closed_ms is None and (case.kind, case.cause) == meant:
            case.closed_ms, case.closed_by = seen.happened_ms, "staff"


def _waived(life: State, seen: Observation) -> None:
    _accepted(life, seen)
    loan = life.newest_loan_of(seen.account)
    if loan:
        loan.waived = True


def _reversed(life: State, seen: Observation) -> None:
    """What it takes back was left out of the fold; see `reversed_causes`."""


def _damaged(life: State, _seen: Observation) -> None:
    life.condition = life.condition._replace(damaged=True)


def _repaired(life: State, _seen: Observation) -> None:
    life.condition = life.condition._replace(damaged=False)


def _withdrawn(life: State, _seen: Observation) -> None:
    life.condition = life.condition._replace(withdrawn=True)


def _disinfect(life: State, seen: Observation) -> None:
    until_ms = _detail(seen, "until_ms") or 0
    life.condition = life.condition._replace(disinfect_ms=until_ms)


def _promised(life: State, seen: Observation) -> None:
    if seen.account is not None:
        until_ms = _detail(seen, "until_ms") or 0
        life.promise = Promise(seen.account, until_ms, "held", seen.cause)


def _released(life: State, _seen: Observation) -> None:
    life.promise = None


def meet_promise(life: State, seen: Observation) -> None:
    """Somebody took it: the promise is kept or broken; one that has run out is gone."""
    promise = life.promise
    if promise is None or promise.state != "held":
        return
    if promise.until_ms and seen.happened_ms > promise.until_ms:
        life.promise = None
        return
    state = "kept" if promise.account == seen.account else "broken"
    life.promise = promise._replace(state=state, cause=seen.cause)


def reversed_causes(story: list[Observation]) -> set[int]:
    """Return the causes that staff took back; a reversal may be taken back by a later one."""
    gone: set[int] = set()
    for seen in reversed(story):
        if seen.verb == "reversed" and seen.cause not in gone:
            gone.add(_detail(seen, "cause") or 0)
    return gone


def _detail(seen: Observation, name: str) -> Any:
    return json.loads(seen.detail or "{}").get(name)


VERBS: dict[str, Callable[[State, Observation], None]] = {
    "renewed": _renewed,
    "lost": _lost,
    "found": _found,
    "claimed": _claimed,
    "damaged": _damaged,
    "repaired": _repaired,
    "withdrawn": _withdrawn,
    "disinfect": _disinfect,
    "written": _written,
    "accepted": _accepted,
    "reversed": _reversed,
    "waived": _waived,
    "promised": _promised,
    "released": _released,
}
