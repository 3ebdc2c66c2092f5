"""Two places, two audiences, three machines; and their facts counted by hand."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from broker.ledger.fold import Life, life
from broker.ledger.state import Observation
from tests.broker.desk import MINUTE_MS, READERS, START_MS, TAGS, Desk, Machine, day

# Of the copies that `desk.library` has, those with an even number are juvenile.
COPIES = 4
MACHINES = ("bc01", "bc02", "kx01")
SITES = {"bc01": "lib01", "bc02": "st01", "kx01": "lib01"}
LEVELS = {"lib01": "district", "st01": "street"}
STANDING = {
    "compartment": "stock",
    "shelf": "stock",
    "reader": "on_loan",
    "transit": "underway",
    "unknown": "missing",
}


class Event(NamedTuple):
    """One fact of a machine: `verb` is one of schema.SEEN, but unsure."""

    minute: int
    machine: str
    verb: str
    copy: int
    reader: int


def town(desk: Desk) -> None:
    """Make the second bookcase one of a street, and every second copy a child's."""
    db = desk.db
    db.begin()
    db.execute("INSERT INTO site VALUES ('st01', '街', 'Street', 'mall', 'street', 31.01, 121.01)")
    db.execute("UPDATE device SET site = 'st01' WHERE name = 'bc02'")
    db.execute("INSERT INTO title VALUES ('t2', '小王子', '圣', 0, 'zh', 'juvenile', 'G62')")
    db.execute("UPDATE copy SET title = 't2' WHERE id IN (2, 4)")
    db.commit()


def audience(copy: int) -> str:
    return "adult" if copy % 2 else "juvenile"


def tell(desk: Desk, events: Sequence[Event], parts: Sequence[int], now_ms: int) -> None:
    """Let each machine journal its events, and tell them in so many parts, machine by machine.

    What a machine tells late is late in the ledger: the others' later facts were there before.
    """
    machines = {name: Machine(name) for name in MACHINES}
    for name, machine in machines.items():
        desk.hear(machine.says("hello", machine.hello(), START_MS))
        for event in sorted(e for e in events if e.machine == name):
            write(machine, event)
    for part in range(max(parts)):
        for count, machine in zip(parts, machines.values(), strict=True):
            size = -(-len(machine.records) // count)
            first, last = part * size + 1, min((part + 1) * size, len(machine.records))
            if first <= last:
                desk.hear(machine.says("fact", machine.payload(first, last), now_ms))


def write(machine: Machine, event: Event) -> None:
    tag, reader, at = TAGS[event.copy - 1], READERS[event.reader], event.minute * MINUTE_MS
    session = f"1.{event.minute}"
    if event.verb in ("took", "put"):
        machine.session(at, reader, id=session, **{event.verb: [tag]})
    elif event.verb == "lent":
        body = {"visit": session, "reader": reader, "tag": tag, "due": 20270101}
        machine.fact("lent", uptime_ms=at, **body)
    elif event.verb == "returned":
        machine.fact("returned", uptime_ms=at, visit=session, tag=tag)
    elif event.verb in ("gone", "back"):
        machine.fact("counted", uptime_ms=at, id=session, door=1, count=0, **{event.verb: [tag]})
    else:
        machine.fact(event.verb, uptime_ms=at, door=1, tags=[tag])


class Counted(NamedTuple):
    """One loan, return or visit: what a clerk would write into a book."""

    measure: str
    at_ms: int
    site: str
    device: str
    audience: str


def by_hand(events: Sequence[Event], desk: Desk) -> list[Counted]:
    """Return what happened, from the events alone: each copy's life in order, and each visit."""
    lives = {copy: _life(events, copy, desk) for copy in range(1, COPIES + 1)}
    by_cause = {_cause(event): event for event in events}
    found: list[Counted] = []
    visits: dict[tuple[str, int], set[str]] = {}
    for copy, told in lives.items():
        for loan in told.loans:
            if loan.state == "void":
                continue
            began = by_cause[loan.cause]
            found.append(_entry("loans", loan.out_ms, began))
            visits.setdefault((began.machine, began.minute), set()).add(audience(copy))
            if loan.in_ms is None:
                continue
            step = _step_away(told, loan.cause)
            ended = by_cause[step]
            found.append(_entry("returns", loan.in_ms, ended))
            if loan.state == "returned":
                visits.setdefault((ended.machine, ended.minute), set()).add(audience(copy))
    for (machine, minute), audiences in visits.items():
        kind = "both" if len(audiences) == 2 else audiences.pop()
        at_ms = START_MS + minute * MINUTE_MS
        found.append(Counted("circulating_visits", at_ms, SITES[machine], machine, kind))
    return found


def stock(events: Sequence[Event], desk: Desk, at_ms: int) -> Counter[tuple[str, str]]:
    """Return how many copies of the first few are at each (measure, site) just before a time."""
    kinds = dict(desk.rows("SELECT id, kind FROM holder"))
    found: Counter[tuple[str, str]] = Counter()
    by_cause = {_cause(event): event for event in events}
    for copy in range(1, COPIES + 1):
        steps = [s for s in _life(events, copy, desk).movements if s.at_ms < at_ms]
        if not steps:
            continue
        last = steps[-1]
        kind = kinds[last.target]
        place = _site(last.target, desk)
        if kind == "reader":
            assert last.cause is not None
            place = SITES[by_cause[last.cause].machine]
        found[STANDING[str(kind)], place] += 1
    return found


def _site(holder: int, desk: Desk) -> str:
    ((site,),) = desk.rows(
        "SELECT COALESCE(holder.site, device.site, '') FROM holder"
        " LEFT JOIN device ON device.id = holder.device WHERE holder.id = ?",
        holder,
    )
    return str(site)


def _entry(measure: str, at_ms: int, event: Event) -> Counted:
    return Counted(measure, at_ms, SITES[event.machine], event.machine, audience(event.copy))


def _step_away(told: Life, cause: int) -> int:
    """Return the cause of the step that followed the one which began a loan."""
    numbers = [n for n, step in enumerate(told.movements) if step.cause == cause]
    step = told.movements[numbers[-1] + 1]
    assert step.cause is not None
    return step.cause


def _cause(event: Event) -> int:
    return event.minute * 10 + MACHINES.index(event.machine)


def _life(events: Sequence[Event], copy: int, desk: Desk) -> Life:
    ((placed, loaded_ms),) = desk.rows("SELECT placed, loaded_ms FROM copy WHERE id = ?", copy)
    return life(
        [_observation(event, desk) for event in events if event.copy == copy],
        placed=placed,  # type: ignore[arg-type]
        loaded_ms=loaded_ms,  # type: ignore[arg-type]
        day=day,
    )


def _observation(event: Event, desk: Desk) -> Observation:
    device = MACHINES.index(event.machine) + 1
    by_reader = event.verb in ("took", "put", "lent")
    account = 1001 + event.reader if by_reader else None
    if event.machine == "kx01":
        place = desk.one("SELECT id FROM holder WHERE site = 'lib01'")
    else:
        place = desk.one("SELECT id FROM holder WHERE device = ? AND door = 1", device)
    taker = desk.one("SELECT id FROM holder WHERE account = ?", account) if account else None
    session = "" if event.verb in ("stocked", "removed") else f"1.{event.minute}"
    return Observation(
        happened_ms=START_MS + event.minute * MINUTE_MS,
        device=device,
        number=event.minute,
        cause=_cause(event),
        verb=event.verb,
        sure=True,
        place=place,  # type: ignore[arg-type]
        account=account,
        taker=taker,  # type: ignore[arg-type]
        due=20270101,
        rule="",
        session=session,
        request=None,
        detail="",
    )
