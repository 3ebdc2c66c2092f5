"""The ledger compared with what follows from it.  Only reads, and sees one moment of it.

Copies are read a stretch of ids at a time, a question for each table and not for each copy: a
million and a half take minutes.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from broker.accounts import money
from broker.circulation.rules import Rules
from broker.ledger import database
from broker.ledger.books import FOLDED_CASES
from broker.ledger.cases import Cases
from broker.ledger.directory import Directory
from broker.ledger.fold import Condition, Life, Movement, Observation, Promise, life
from broker.ledger.limits import Limits
from broker.ledger.store import Database

STRETCH = 2000  # Copies that are read together.

Progress = Callable[[int, int], None]  # Copies that are done, and all.
Day = Callable[[int], int]

_COPIES = """SELECT copy.id, copy.barcode, copy.placed, copy.loaded_ms, copy_state.holder
FROM copy LEFT JOIN copy_state ON copy_state.copy = copy.id
WHERE copy.id > ? ORDER BY copy.id LIMIT ?"""
_OBSERVED = """SELECT o.copy, o.happened_ms, o.device, o.number, o.cause, o.verb, o.sure, o.place,
o.account, holder.id, o.due, o.rule, o.session, o.request, o.detail, w.earliest_ms, w.latest_ms
FROM observation o LEFT JOIN holder ON holder.account = o.account
LEFT JOIN time_window w ON w.cause = o.cause WHERE o.copy BETWEEN ? AND ?"""
# What was seen of these copies leads to their movements and loans, those that entered them apart.
_SEEN = "SELECT DISTINCT copy, cause FROM observation WHERE copy BETWEEN ? AND ?"
_STANDING = f"""SELECT copy, source, target, kind, at_ms, cause, request FROM
(SELECT movement.* FROM movement WHERE cause IS NULL AND copy BETWEEN ? AND ? UNION ALL
SELECT movement.* FROM ({_SEEN}) seen
JOIN movement ON movement.cause = seen.cause AND movement.copy = seen.copy) m
WHERE kind <> 'undo' AND NOT EXISTS
(SELECT 1 FROM movement u WHERE u.kind = 'undo' AND u.reverses = m.id) ORDER BY copy, id"""
_LOANS = f"""SELECT loan.copy, loan.cause, account, state, in_ms, due, renewals, waived
FROM ({_SEEN}) seen JOIN loan ON loan.cause = seen.cause AND loan.copy = seen.copy
ORDER BY loan.copy, loan.cause"""
# And what none of them leads to.
_STRAY = """SELECT copy.barcode, '{table}', stray.id FROM {table} stray
LEFT JOIN copy ON copy.id = stray.copy WHERE stray.cause IS NOT NULL AND NOT EXISTS
(SELECT 1 FROM observation o WHERE o.copy = stray.copy AND o.cause = stray.cause)"""
_CASES = """SELECT copy, kind, cause FROM exception_case
WHERE copy BETWEEN ? AND ? AND closed_ms IS NULL ORDER BY copy, kind, cause"""
_CONDITION = """SELECT copy, damaged, withdrawn, disinfect_ms FROM copy_condition
WHERE copy BETWEEN ? AND ?"""
_PROMISE = """SELECT copy, account, until_ms, state, cause FROM copy_promise
WHERE copy BETWEEN ? AND ?"""
_STREAMS = """SELECT device.name, stream.journal, stream.number, COUNT(inbox.id),
COALESCE(MAX(inbox.number), 0) FROM stream JOIN device ON device.id = stream.device
LEFT JOIN inbox ON inbox.stream = stream.id GROUP BY device.name, stream.id"""
_LINKS = """SELECT device.name, stream.journal, later.number FROM inbox later
JOIN inbox earlier ON earlier.stream = later.stream AND earlier.number = later.number - 1
JOIN stream ON stream.id = later.stream JOIN device ON device.id = stream.device
WHERE later.before <> earlier.chain AND later.kind <> 'lost' AND earlier.kind <> 'lost'"""
_BORROWERS = """SELECT account FROM loan WHERE in_ms IS NULL
GROUP BY account HAVING COUNT(*) > ? OR SUM(over_limit) > 0 ORDER BY account"""


def check(
    folder: Path,
    day: Day,
    url: str = "",
    *,
    rules: Rules | None = None,
    progress: Progress = lambda _done, _total: None,
) -> list[str]:
    """Build every projection anew and compare; return what differs, a line each.

    With the rules also which loans are over a limit: those rules by which they were lent.
    """
    with database.snapshot(folder, url) as db:
        return list(differences(db, day, rules=rules, progress=progress))


def differences(
    db: Database, day: Day, *, rules: Rules | None, progress: Progress
) -> Iterator[str]:
    """The same on a connection, for who is in the middle of a transaction."""
    yield from _streams(db)
    yield from _copies(db, day, progress)
    yield from _strays(db)
    if rules:
        yield from _limits(db, day, rules)
    yield from money.differences(db)


class _Copy(NamedTuple):
    id: int
    barcode: str
    placed: int
    loaded_ms: int
    holder: int | None


class _Held(NamedTuple):
    """What the tables say of a stretch of copies; each row without the copy's id before it."""

    observed: dict[int, list[Any]]
    movements: dict[int, list[Any]]
    loans: dict[int, list[Any]]
    cases: dict[int, list[Any]]
    conditions: dict[int, list[Any]]
    promises: dict[int, list[Any]]


def _streams(db: Database) -> Iterator[str]:
    for device, journal, number, count, highest in db.execute(_STREAMS):
        if not number == count == highest:
            yield f"{device} {journal}: at {number}, holds {count} records up to {highest}"
    for device, journal, number in db.execute(_LINKS):
        yield f"{device} {journal}: record {number} does not follow the one before it"


def _copies(db: Database, day: Day, progress: Progress) -> Iterator[str]:
    ((total,),) = db.execute("SELECT COUNT(*) FROM copy").fetchall()
    done = newest = 0
    while rows := db.execute(_COPIES, (newest, STRETCH)).fetchall():
        copies = [_Copy(*row) for row in rows]
        newest = copies[-1].id
        held = _stretch(db, copies[0].id, newest)
        for copy in copies:
            yield from _compared(copy, held, day)
        done += len(copies)
        progress(done, total)


def _stretch(db: Database, first: int, last: int) -> _Held:
    questions = (_OBSERVED, _STANDING, _LOANS, _CASES, _CONDITION, _PROMISE)
    return _Held(
        *(
            _by_copy(db.execute(question, (first, last) * (question.count("?") // 2)))
            for question in questions
        )
    )


def _strays(db: Database) -> Iterator[str]:
    for table in ("movement", "loan"):
        for barcode, kind, number in db.execute(_STRAY.format(table=table)):
            yield f"{barcode}: {kind} {number} follows from nothing that was seen of it"


def _by_copy(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for copy, *rest in rows:
        found[copy].append(tuple(rest))
    return found


def _compared(copy: _Copy, held: _Held, day: Day) -> Iterator[str]:
    seen = [Observation(*row) for row in held.observed.get(copy.id, ())]
    folded = life(seen, placed=copy.placed, loaded_ms=copy.loaded_ms, day=day)
    if copy.holder != folded.holder:
        yield f"{copy.barcode}: with holder {copy.holder}, by its facts with {folded.holder}"
    standing = [Movement(*row)[:6] for row in held.movements.get(copy.id, ())]
    if standing != [movement[:6] for movement in folded.movements]:
        yield f"{copy.barcode}: its movements are not those of its facts"
    if held.loans.get(copy.id, []) != _loans(folded):
        yield f"{copy.barcode}: its loans are not those of its facts"
    conditions = [
        Condition(bool(damaged), bool(withdrawn), until_ms)
        for damaged, withdrawn, until_ms in held.conditions.get(copy.id, ((0, 0, 0),))
    ]
    promises = [Promise(*row) for row in held.promises.get(copy.id, ())]
    if conditions != [folded.condition] or promises != [p for p in (folded.promise,) if p]:
        yield f"{copy.barcode}: its condition or promise is not that of its facts"
    doubts = sorted((case.kind, case.cause) for case in folded.cases if case.closed_ms is None)
    if doubts != [case for case in held.cases.get(copy.id, ()) if case[0] in FOLDED_CASES]:
        yield f"{copy.barcode}: its open cases are not those of its facts"


def _loans(folded: Life) -> list[tuple[object, ...]]:
    return sorted(
        (loan.cause, loan.account, loan.state, loan.in_ms, loan.due, loan.renewals, loan.waived)
        for loan in folded.loans
    )


def _limits(db: Database, day: Day, rules: Rules) -> Iterator[str]:
    limits = Limits(db, Cases(db), directory=Directory(db), rules=rules, day=day)
    for (account,) in db.execute(_BORROWERS, (rules.least_limit,)).fetchall():
        if limits.is_wrong(account):
            yield f"account {account}: its loans over the limit are not those by the rules"
