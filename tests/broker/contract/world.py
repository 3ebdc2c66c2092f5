"""A tiny world that knows the truth: three copies, two readers, three machines, an unreliable net.

Machines see what happens and tell it late, twice, in part, in any order, by wrong clocks.  When all
is told, the ledger holds what is true, with no case left: nothing in this world is in doubt.
"""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.broker.contract.counter import ANN, ANN_ID, BEN, BEN_ID, LATER_MIN, Counter
from tests.broker.desk import START_MS, TAGS

BOOKCASES, KIOSK = ("bc01", "bc02"), "kx01"
MACHINES = (*BOOKCASES, KIOSK)
COPIES = (1, 2, 3)
READERS = {ANN: ANN_ID, BEN: BEN_ID}
FIRST_DUE = 20261216
SHELF, LOST = "lib01", "unknown"
# An act of the world: a method of Counter and what it was called with.
Act = tuple[str, tuple[Any, ...], dict[str, Any]]

whoever = st.sampled_from(sorted(READERS))
whichever = st.integers(0, 5)
machines = st.sampled_from(MACHINES)

_CUSTODY = """SELECT copy, kind, device, door, site, account FROM copy_state
JOIN holder ON holder.id = copy_state.holder WHERE copy <= 3 ORDER BY copy"""
_LOANS = """SELECT copy, account, out_ms, due, in_ms, state, renewals, waived, over_limit
FROM loan ORDER BY copy, out_ms"""
_CASES = """SELECT kind, copy, account, opened_ms FROM exception_case
WHERE closed_ms IS NULL ORDER BY kind, copy, opened_ms"""


class World(RuleBasedStateMachine):
    """`make` gives a new counter; each test sets it."""

    make: ClassVar[Callable[[Path], Counter]]

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="shugui-world-"))
        self.counter = type(self).make(self.folder / "ledger")
        self.minute = 1
        self.places = dict.fromkeys(COPIES, "bc01/1")  # Or a reader, the shelf, or lost.
        self.due: dict[int, int] = {}
        self.told = dict.fromkeys(MACHINES, 0)
        self.wall_ms = dict.fromkeys(MACHINES, 0)
        self.acts: list[Act] = []

    # What people do.

    @rule(minutes=st.sampled_from((1, 9, 30, 600)))
    def time_goes_by(self, minutes: int) -> None:
        self.minute += minutes

    @precondition(lambda self: self.copies_at("/"))
    @rule(n=whichever, who=whoever)
    def a_reader_takes(self, n: int, who: str) -> None:
        copy = self.pick(self.copies_at("/"), n)
        name, _slash, door = self.places[copy].partition("/")
        self.sees("session", name, who, took=[TAGS[copy - 1]], door=int(door), due=FIRST_DUE)
        self.goes(copy, who)

    @precondition(lambda self: self.copies_at(SHELF))
    @rule(n=whichever, who=whoever)
    def a_reader_borrows_at_the_kiosk(self, n: int, who: str) -> None:
        copy = self.pick(self.copies_at(SHELF), n)
        body = {"visit": "1.1", "reader": who, "tag": TAGS[copy - 1], "due": FIRST_DUE}
        self.sees("fact", KIOSK, "lent", **body)
        self.goes(copy, who)

    @precondition(lambda self: self.with_readers())
    @rule(n=whichever, name=st.sampled_from(BOOKCASES), door=st.integers(1, 2))
    def a_reader_brings_back(self, n: int, name: str, door: int) -> None:
        copy = self.pick(self.with_readers(), n)
        who = self.places[copy]
        self.sees("session", name, who, put=[TAGS[copy - 1]], door=door)
        self.goes(copy, f"{name}/{door}")

    @precondition(lambda self: self.with_readers())
    @rule(n=whichever)
    def a_reader_brings_back_to_the_kiosk(self, n: int) -> None:
        copy = self.pick(self.with_readers(), n)
        self.sees("fact", KIOSK, "returned", visit="1.1", tag=TAGS[copy - 1])
        self.goes(copy, SHELF)

    @precondition(lambda self: self.with_readers())
    @rule(n=whichever, due=st.integers(20270101, 20270128))
    def a_reader_renews(self, n: int, due: int) -> None:
        copy = self.pick(self.with_readers(), n)
        self.says("renewed", reader=self.places[copy], tag=TAGS[copy - 1], due=due)
        self.due[copy] = due

    @precondition(lambda self: self.with_readers())
    @rule(n=whichever)
    def a_reader_loses_a_book(self, n: int) -> None:
        copy = self.pick(self.with_readers(), n)
        self.says("declared", tag=TAGS[copy - 1], what="lost")
        self.goes(copy, LOST)

    @precondition(lambda self: self.copies_at(LOST))
    @rule(n=whichever, name=st.sampled_from(BOOKCASES))
    def somebody_finds_it(self, n: int, name: str) -> None:
        copy = self.pick(self.copies_at(LOST), n)
        self.sees("session", name, "", put=[TAGS[copy - 1]], door=1)
        self.goes(copy, f"{name}/1")

    # What the network and the clocks do.

    @rule(name=machines)
    def a_machine_tells_some(self, name: str) -> None:
        records = self.counter.machines[name].records
        if self.told[name] < len(records):
            self.told[name] += 1
            self.hears(name, self.told[name], self.told[name])

    @rule(name=machines)
    def a_machine_tells_all_from_the_beginning(self, name: str) -> None:
        self.told[name] = len(self.counter.machines[name].records)
        if self.told[name]:
            self.hears(name, 1, 0)

    @rule(name=machines)
    def a_message_overtakes_another(self, name: str) -> None:
        records = self.counter.machines[name].records
        if self.told[name] + 2 <= len(records):
            ack = self.hears(name, self.told[name] + 2, 0)
            assert ack["number"] == self.told[name]

    @rule(name=machines, days=st.integers(-20_000, 20_000))
    def a_clock_is_set_wrong(self, name: str, days: int) -> None:
        self.wall_ms[name] = max(1, START_MS + days * 86_400_000)

    @invariant()
    def no_copy_has_two_loans(self) -> None:
        query = "SELECT copy FROM loan WHERE in_ms IS NULL GROUP BY copy HAVING COUNT(*) > 1"
        assert self.counter.desk.rows(query) == []

    def teardown(self) -> None:
        try:
            for name in MACHINES:
                self.a_machine_tells_all_from_the_beginning(name)
            self.ledger_is_the_world()
            self.ledger_is_that_of_a_perfect_network()
        finally:
            self.counter.close()
            shutil.rmtree(self.folder)

    def ledger_is_the_world(self) -> None:
        held = {copy: self.counter.holder(copy) for copy in COPIES}
        assert held == {c: str(READERS.get(p, p)) for c, p in self.places.items()}
        query = "SELECT copy, account, due FROM loan WHERE in_ms IS NULL ORDER BY copy"
        assert self.counter.desk.rows(query) == [
            (copy, READERS[self.places[copy]], self.due.get(copy, FIRST_DUE))
            for copy in self.with_readers()
        ]
        assert self.counter.cases() == []
        assert self.counter.differences() == []

    def ledger_is_that_of_a_perfect_network(self) -> None:
        other = Counter(self.folder / "other")
        for name, values, more in self.acts:
            getattr(other, name)(*values, **more)
            if name != "say":
                other.tells(values[0])
        assert projections(other) == projections(self.counter)
        other.close()

    # The truth.

    def copies_at(self, part: str) -> list[int]:
        return [copy for copy in COPIES if part in self.places[copy]]

    def with_readers(self) -> list[int]:
        return [copy for copy in COPIES if self.places[copy] in READERS]

    def pick(self, copies: list[int], n: int) -> int:
        return copies[n % len(copies)]

    def goes(self, copy: int, place: str) -> None:
        self.places[copy] = place
        self.due.pop(copy, None)
        self.minute += 1

    def sees(self, what: str, name: str, *values: Any, **body: Any) -> None:
        more = body | {"wall_ms": self.wall_ms[name]}
        self.act(what, name, self.minute, *values, **more)

    def says(self, kind: str, **body: Any) -> None:
        self.act("say", self.minute, kind, **body)
        self.minute += 1

    def act(self, method: str, *values: Any, **more: Any) -> None:
        self.acts.append((method, values, more))
        getattr(self.counter, method)(*values, **more)

    def hears(self, name: str, first: int, last: int) -> dict[str, Any]:
        payload = self.counter.machines[name].payload(first, last)
        ((_name, ack),) = self.counter.hears(name, payload, LATER_MIN)
        assert isinstance(ack, dict)
        return ack


def projections(counter: Counter) -> list[list[tuple[object, ...]]]:
    """Return what the ledger holds, without the numbers that depend on the order of arrival."""
    return [counter.desk.rows(query) for query in (_CUSTODY, _LOANS, _CASES)]
