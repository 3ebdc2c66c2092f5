"""The bookkeeping of copies: an observation becomes rows of movements, loans and cases.

The newest observation of a copy goes on from what the ledger holds.  A late one folds the copy's
whole life again: movements that no longer fit are reversed by new ones, and those that fit now are
appended.  Either way the rows are the same as if everything had arrived in order.
"""

import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import Any, NamedTuple, cast

from broker.ledger import dimensions, traces
from broker.ledger.cases import Cases, Subject
from broker.ledger.fold import (
    Arrival,
    Case,
    Life,
    Loan,
    Movement,
    Observation,
    life,
    order,
    takes_back,
)
from broker.ledger.schema import SEEN
from broker.ledger.state import ARRIVALS
from broker.ledger.store import Database

REMEMBERED_MAX = 200_000  # Copies whose end of life is kept in memory.
FOLDED_CASES = ("taken_unknown", "unknown_reader", "gone", "unsure", "inferred", "order",
                "contradiction", "not_on_loan", "claimed", "renewal")  # fmt: skip

_OBSERVE = """INSERT INTO observation (copy, happened_ms, device, number, cause, verb, sure, place,
account, due, rule, session, request, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_OBSERVED = """SELECT o.happened_ms, o.device, o.number, o.cause, o.verb, o.sure, o.place,
o.account, holder.id, o.due, o.rule, o.session, o.request, o.detail, w.earliest_ms, w.latest_ms
FROM observation o LEFT JOIN holder ON holder.account = o.account
LEFT JOIN time_window w ON w.cause = o.cause WHERE o.copy = ?"""
_NEWEST = """SELECT happened_ms, device, number, cause, verb FROM observation WHERE copy = ?
ORDER BY happened_ms DESC, device DESC, number DESC, cause DESC, verb DESC LIMIT 1"""
_MOVE = """INSERT INTO movement
(id, copy, source, target, kind, at_ms, recorded_ms, cause, request, reverses)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
# Only for PostgreSQL: a file has one writer.
_HOLD = "SELECT copy, turn FROM copy_state WHERE copy = ANY(?) ORDER BY copy FOR NO KEY UPDATE"
_TURN = "UPDATE copy_state SET turn = turn + 1 WHERE copy = ?"
_STANDING = f"""SELECT id, source, target, kind, at_ms, cause, request FROM movement m
WHERE {traces.movements_of_copy("m", "?")} AND kind <> 'undo'
AND NOT EXISTS (SELECT 1 FROM movement u WHERE u.kind = 'undo' AND u.reverses = m.id)
ORDER BY id"""
_CAUSED = """SELECT id FROM movement WHERE copy = ? AND cause = ? AND kind <> 'undo'
ORDER BY id DESC LIMIT 1"""
_LEND = """INSERT INTO loan (copy, cause, account, out_ms, due, rule, state, in_ms, renewals,
waived, over_limit) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)"""
_END = "UPDATE loan SET state = ?, in_ms = ?, over_limit = 0 WHERE copy = ? AND cause = ?"
_UPDATE_LOAN = """UPDATE loan SET account = ?, out_ms = ?, due = ?, rule = ?, state = ?, in_ms = ?,
renewals = ?, waived = ?,
over_limit = CASE WHEN ? = 'open' THEN over_limit ELSE 0 END WHERE copy = ? AND cause = ?"""
_LOANS = f"""SELECT account, cause, out_ms, due, rule, '', state, in_ms, renewals, waived
FROM loan WHERE {traces.loans_of_copy("loan", "?")}"""
_OPEN_LOAN = """SELECT l.account, l.cause, l.out_ms, l.due, l.rule, o.session, l.state, l.in_ms,
l.renewals, l.waived FROM loan l JOIN observation o ON o.copy = l.copy AND o.cause = l.cause
AND o.verb IN ('took', 'lent', 'gone') WHERE l.copy = ? AND l.in_ms IS NULL"""
_CASES = """SELECT key, kind, device, cause, account, opened_ms, closed_ms, closed_by
FROM exception_case WHERE copy = ?"""


# Where it is and by which movement, whose observation tells more.
_HERE = """SELECT s.holder, h.kind, m.kind, o.device, o.session
FROM copy_state s JOIN holder h ON h.id = s.holder LEFT JOIN movement m ON m.id = s.movement
LEFT JOIN observation o ON o.copy = s.copy AND o.cause = m.cause WHERE s.copy = ? LIMIT 1"""


def _of_many(statement: str, column: str) -> str:
    """Return the question for many copies, whose answers begin with the copy (PostgreSQL)."""
    asked = statement.replace("SELECT ", f"SELECT {column}, ", 1).replace(" LIMIT 1", "")
    return asked.replace(f"{column} = ?", f"{column} = ANY(?)")


# What `_tail` asks of one copy, in that order; then the copies of which more must be known.
_MANY = (
    _of_many(_HERE, "s.copy"),
    """SELECT DISTINCT ON (copy) copy, happened_ms, device, number, cause, verb FROM observation
    WHERE copy = ANY(?)
    ORDER BY copy, happened_ms DESC, device DESC, number DESC, cause DESC, verb DESC""",
    _of_many(_OPEN_LOAN, "l.copy"),
    _of_many(_CASES, "copy"),
    dimensions.IRREGULAR_OF,
)


class Tail(NamedTuple):
    """The end of a copy's life: enough to go on from."""

    holder: int
    newest: tuple[int, int, int, int, str]
    loan: Loan | None
    doubts: list[Case]
    arrival: Arrival | None


class Books:
    """`day` gives the day of a time.  Everything happens in the caller's transaction."""

    def __init__(self, db: Database, cases: Cases, day: Callable[[int], int]) -> None:
        self._db = db
        self._cases = cases
        self._day = day
        self._tails: dict[int, Tail] = {}
        # On PostgreSQL other processes have books too: the turn in which we remember a copy, and
        # which copies nobody else can change before our commit.
        self._shared = db.kind == "postgresql"
        self._turns: dict[int, int] = {}
        self._held: set[int] = set()
        self.accounts: set[int] = set()  # Whose loans changed, since the caller last cleared it.
        self.promises: set[int] = set()  # Copies whose promise changed, since it was last cleared.
        self.moved: list[int] = []  # Ids of movements, since it was last cleared.

    def forget(self) -> None:
        """After a rollback: what was remembered may be of it."""
        self._tails.clear()
        self._turns.clear()
        self.moved.clear()
        self.accounts.clear()
        self.promises.clear()

    def begin(self) -> None:
        """A transaction begins: nothing is held yet."""
        self._held.clear()

    def hold(self, copies: Collection[int]) -> None:
        """Keep all others from these copies until the commit, and forget what they have changed.

        Done by itself at the first change of a copy; for many at once it takes one question.
        """
        wanted = sorted(set(copies) - self._held) if self._shared else []
        if not wanted:
            return
        for copy, turn in self._db.execute(_HOLD, (wanted,)).fetchall():
            if self._turns.get(copy) != turn:
                self._tails.pop(copy, None)
                self._turns[copy] = turn
        self._held.update(wanted)
        self._recall([copy for copy in wanted if copy not in self._tails])

    def _recall(self, copies: list[int]) -> None:
        """Read the ends of many lives: all questions are asked before the first is answered."""
        asked = [self._db.execute(question, (copies,)) for question in _MANY] if copies else []
        if not asked:
            return
        here, newest, loans, cases = (_by_copy(rows) for rows in asked[:-1])
        irregular = {copy for (copy,) in asked[-1]}
        for copy in here.keys() - irregular:
            told = newest.get(copy, [None])[0], loans.get(copy, [None])[0], cases.get(copy, [])
            if tail := _ended(here[copy][0], *told):
                self._remember(copy, tail)

    def see(self, copy: int, seen: Observation, now_ms: int) -> None:
        """Enter one observation of a copy and everything that follows from it."""
        self.hold((copy,))
        moved = len(self.moved)
        (happened_ms, device, number, cause, verb, sure, place, account, _taker, *rest, _, _) = seen
        values = (copy, happened_ms, device, number, cause, verb, sure, place, account, *rest)
        tail = self._tails.get(copy) or self._tail(copy)
        self._db.execute(_OBSERVE, values)
        if tail and _is_next(tail, seen):
            self._go_on(copy, tail, seen, now_ms)
        else:
            self.fold_again(copy, cause, now_ms)
        if self._shared and len(self.moved) == moved:
            self._turn(copy)

    def fold_again(self, copy: int, cause: int, now_ms: int) -> None:
        """Fold the whole life; `cause` is the fact that made it necessary."""
        self.hold((copy,))
        self._tails.pop(copy, None)
        folded = folded_life(self._db, copy, self._day)
        self._correct_movements(copy, folded.movements, cause, now_ms)
        self._correct_loans(copy, folded.loans)
        self._correct_cases(copy, folded.cases, now_ms)
        if dimensions.correct(self._db, copy, folded):
            self.promises.add(copy)
        if self._shared:
            self._turn(copy)

    def _go_on(self, copy: int, tail: Tail, seen: Observation, now_ms: int) -> None:
        before = tail.loan
        grown = Life(tail.holder, self._day, loan=before, cases=tail.doubts, arrival=tail.arrival)
        doubt_count = len(tail.doubts)
        grown.see(seen)
        for movement in grown.movements:
            self._move(copy, movement, now_ms)
        if before and before.state != "open":
            self._db.execute(_END, (before.state, before.in_ms, copy, before.cause))
            self.accounts.add(before.account)
        if grown.loan and grown.loan is not before:
            self._lend(copy, grown.loan)
        if grown.cases:
            for case in grown.cases[doubt_count:]:
                self._open(copy, case)
            for case in grown.cases:
                if case.closed_ms is not None:
                    self._cases.close(_key(copy, case), case.closed_ms, case.closed_by)
        doubts = [case for case in grown.cases if case.closed_ms is None]
        ended = Tail(grown.holder, order(seen), grown.loan, doubts, grown.arrival)
        self._remember(copy, ended)

    def _remember(self, copy: int, tail: Tail) -> None:
        if len(self._tails) >= REMEMBERED_MAX:
            self._tails.clear()
            self._turns = {held: self._turns[held] for held in self._held}
        self._tails[copy] = tail

    def _tail(self, copy: int) -> Tail | None:
        """Return the end of a copy's life; None when its next step needs the whole of it."""
        if dimensions.irregular(self._db, copy):
            return None
        here, newest, loan = (
            self._db.execute(question, (copy,)).fetchone()
            for question in (_HERE, _NEWEST, _OPEN_LOAN)
        )
        return _ended(here, newest, loan, self._db.execute(_CASES, (copy,)).fetchall())

    def _move(self, copy: int, step: Movement, now_ms: int) -> None:
        reverses = None
        if step.reverses is not None:
            found = self._db.execute(_CAUSED, (copy, step.reverses)).fetchone()
            reverses = found[0] if found else None
        source, target, kind, at_ms, cause, request, _reverses = step
        values = (copy, source, target, kind, at_ms, now_ms, cause, request, reverses)
        self._enter(values)

    def _enter(self, values: tuple[object, ...]) -> None:
        number = self._db.number("movement")
        self._db.execute(_MOVE, (number, *values))
        self.moved.append(number)
        if self._shared:
            self._turns[cast(int, values[0])] += 1

    def _turn(self, copy: int) -> None:
        """Let the others know that something changed that was no movement."""
        self._db.execute(_TURN, (copy,))
        self._turns[copy] += 1

    def _lend(self, copy: int, loan: Loan) -> None:
        values = (copy, loan.cause, loan.account, loan.out_ms, loan.due, loan.rule)
        ended = (loan.state, loan.in_ms, loan.renewals, int(loan.waived))
        self._db.execute(_LEND, (*values, *ended))
        self.accounts.add(loan.account)

    def _open(self, copy: int, case: Case) -> None:
        evidence = json.loads(case.detail) if case.detail else {}
        about = f"{copy}:{case.cause}"
        subject = Subject(case.kind, about, case.device, copy, case.account, case.cause)
        self._cases.open(subject, evidence, case.opened_ms)

    def _correct_movements(
        self, copy: int, wanted: list[Movement], cause: int, now_ms: int
    ) -> None:
        standing = standing_movements(self._db, copy)
        same = 0
        while same < min(len(standing), len(wanted)) and _same(standing[same][1], wanted[same]):
            same += 1
        for number, held in reversed(standing[same:]):
            values = (copy, held.target, held.source, "undo", held.at_ms, now_ms, cause)
            self._enter((*values, None, number))
        for step in wanted[same:]:
            self._move(copy, step, now_ms)

    def _correct_loans(self, copy: int, wanted: list[Loan]) -> None:
        held = {row[1]: Loan(*row) for row in self._db.execute(_LOANS, (copy, copy))}
        for loan in held.values():
            self.accounts.add(loan.account)
        for cause in held.keys() - {loan.cause for loan in wanted}:
            self._db.execute("DELETE FROM loan WHERE copy = ? AND cause = ?", (copy, cause))
        # The closed ones first: the database knows no two open loans of a copy, not for a moment.
        for loan in sorted(wanted, key=lambda loan: loan.in_ms is None):
            if loan.cause not in held:
                self._lend(copy, loan)
                continue
            if replace(loan, session="") == held[loan.cause]:
                continue  # Of a long life few loans change.
            values = (loan.account, loan.out_ms, loan.due, loan.rule, loan.state, loan.in_ms)
            more = (loan.renewals, int(loan.waived), loan.state)
            self._db.execute(_UPDATE_LOAN, (*values, *more, copy, loan.cause))
            self.accounts.add(loan.account)

    def _correct_cases(self, copy: int, wanted: list[Case], now_ms: int) -> None:
        keys = {_key(copy, case): case for case in wanted}
        held = {row[0]: row for row in self._db.execute(_CASES, (copy,)).fetchall()}
        for key, case in keys.items():
            if key not in held:
                self._open(copy, case)
            if case.closed_ms is not None:
                self._cases.close(key, case.closed_ms, case.closed_by)
            else:
                self._cases.reopen(key)
        for key, row in held.items():
            if key not in keys and row[1] in FOLDED_CASES:
                self._cases.close(key, now_ms, "later_fact")


def _is_next(tail: Tail, seen: Observation) -> bool:
    """Whether an observation can be entered after the others without looking at them."""
    is_newest = seen.sure and order(seen) > tail.newest
    return is_newest and seen.verb in SEEN and not takes_back(tail.arrival, seen)


def folded_life(db: Database, copy: int, day: Callable[[int], int]) -> Life:
    """Return a copy's life, folded from its observations."""
    placed, loaded_ms = db.execute(
        "SELECT placed, loaded_ms FROM copy WHERE id = ?", (copy,)
    ).fetchone()
    seen = [Observation(*row) for row in db.execute(_OBSERVED, (copy,))]
    return life(seen, placed=placed, loaded_ms=loaded_ms, day=day)


def standing_movements(db: Database, copy: int) -> list[tuple[int, Movement]]:
    """Return the movements that were not taken back, each with its id."""
    return [(row[0], Movement(*row[1:])) for row in db.execute(_STANDING, (copy, copy))]


def _same(held: Movement, wanted: Movement) -> bool:
    """What a movement corrects is known by its cause before it is written, and by id after."""
    return held[:6] == wanted[:6]


def _key(copy: int, case: Case) -> str:
    return f"{case.kind}:{copy}:{case.cause}"


def _by_copy(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for copy, *rest in rows:
        found.setdefault(copy, []).append(tuple(rest))
    return found


def _ended(here: Any, newest: Any, loan: Any, cases: list[Any]) -> Tail | None:
    """Return the end of a life from the rows that tell of it; None when they are not enough."""
    holder, place, moved, device, session = here
    if moved == "undo":
        return None
    came = Arrival(device, session, place == "compartment") if moved in ARRIVALS else None
    doubts = [
        Case(kind, device, cause, account, "", opened_ms)
        for _key, kind, device, cause, account, opened_ms, closed_ms, _word in cases
        if closed_ms is None and kind in FOLDED_CASES
    ]
    return Tail(holder, newest or (-1, 0, 0, 0, ""), Loan(*loan) if loan else None, doubts, came)
