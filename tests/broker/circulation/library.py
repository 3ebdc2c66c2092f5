"""A world of kiosks that ask, lend and tell late: what its limits must hold, whatever happens."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bookcase_fw import wire
from broker.ledger import audit
from broker.ledger.grants import GRANT_MS
from tests.broker.desk import MINUTE_MS, READERS, START_MS, TAGS, Desk, Machine, day

ANN, BEN, _BLOCKED = READERS
ACCOUNTS = {ANN: 1001, BEN: 1002}
MACHINES = ("kx01", "bc01", "bc02")
COPIES = range(8)
LIMIT = 3

readers = st.sampled_from((ANN, BEN))
machines = st.sampled_from(MACHINES)
copies = st.lists(st.sampled_from(COPIES), min_size=1, max_size=4, unique=True)


class Kiosks(RuleBasedStateMachine):
    """Copies lie on the shelf or are at somebody's home.  Every lend was asked for and granted."""

    make: ClassVar[Callable[[Path], Desk]]

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="shugui-kiosks-"))
        self.desk = type(self).make(self.folder / "ledger")
        self.minute = 0
        self.machines = {name: Machine(name, journal="0" * 8) for name in MACHINES}
        self.told = dict.fromkeys(MACHINES, 0)
        self.home: dict[int, str] = {}
        # What a machine was told that its reader may take: copy -> (reader, ask, minute).
        self.granted: dict[str, dict[int, tuple[str, str, int]]] = {m: {} for m in MACHINES}
        self.asks: list[tuple[str, dict[str, object]]] = []
        self.untold: dict[str, list[int]] = {m: [] for m in MACHINES}  # Minutes of the grants.
        self.all_in_time = True

    @initialize()
    def they_say_hello(self) -> None:
        for machine in self.machines.values():
            self.desk.hear(machine.says("hello", machine.hello()))

    @rule(minutes=st.sampled_from((1, 2, 9, 11)))
    def time_goes_by(self, minutes: int) -> None:
        self.minute += minutes

    @rule(name=machines, reader=readers, wanted=copies)
    def a_reader_asks(self, name: str, reader: str, wanted: list[int]) -> None:
        wanted = [copy for copy in wanted if copy not in self.home]
        said = {
            "id": f"1.{len(self.asks)}", "session": "1.1", "op": "lend", "reader": reader,
            "tags": [TAGS[copy] for copy in wanted],
        }  # fmt: skip
        self.asks.append((name, said))
        granted = self._ask(name, said)
        # Whoever was at this machine before has left.
        self.granted[name] = {
            copy: (reader, str(said["id"]), self.minute) for copy in wanted if TAGS[copy] in granted
        }

    @rule(which=st.integers(0, 20))
    def an_ask_is_told_again(self, which: int) -> None:
        if self.asks:
            self._ask(*self.asks[-1 - which % len(self.asks)])

    @rule(name=machines, which=st.integers(0, 3))
    def the_reader_takes_a_granted_copy(self, name: str, which: int) -> None:
        free = [copy for copy in self.granted[name] if copy not in self.home]
        if not free:
            return
        copy = free[which % len(free)]
        reader, ask, minute = self.granted[name].pop(copy)
        self.home[copy] = reader
        due = {"due": 20270101, "answer": ask}
        self._see(name, "lent", minute, reader=reader, tag=TAGS[copy], **due)

    @rule(name=machines, which=st.integers(0, 7))
    def a_copy_is_brought_back(self, name: str, which: int) -> None:
        if self.home:
            copy = sorted(self.home)[which % len(self.home)]
            del self.home[copy]
            self._see(name, "returned", self.minute, tag=TAGS[copy])

    @rule(name=machines)
    def a_machine_tells(self, name: str) -> None:
        machine, first = self.machines[name], self.told[name] + 1
        if len(machine.records) >= first:
            self.told[name] = len(machine.records)
            grants = self.untold[name]
            if any((self.minute - at) * MINUTE_MS >= GRANT_MS for at in grants):
                self.all_in_time = False
            grants.clear()
            self._hear(name, "fact", machine.payload(first))

    @invariant()
    def nobody_was_promised_more_than_the_limit(self) -> None:
        """What the ledger knows to be at home and what it has granted, each copy once."""
        if not self.all_in_time:
            return
        for account in ACCOUNTS.values():
            query = """SELECT copy FROM loan WHERE account = ? AND in_ms IS NULL
            UNION SELECT copy FROM lend_grant WHERE account = ? AND until_ms > ?"""
            now_ms = START_MS + self.minute * MINUTE_MS
            assert len(self.desk.rows(query, account, account, now_ms)) <= LIMIT

    @invariant()
    def what_is_over_the_limit_is_marked_and_told_and_nothing_else(self) -> None:
        for account in ACCOUNTS.values():
            marks = self.desk.rows(
                """SELECT over_limit FROM loan WHERE account = ? AND in_ms IS NULL
                ORDER BY out_ms, copy""",
                account,
            )
            assert [mark for (mark,) in marks] == [int(n >= LIMIT) for n in range(len(marks))]
            query = """SELECT COUNT(*) FROM exception_case WHERE account = ?
            AND kind = 'over_limit' AND closed_ms IS NULL"""
            assert self.desk.one(query, account) == int(len(marks) > LIMIT)
            assert not (self.all_in_time and len(marks) > LIMIT), "told in time, and yet too many"

    def teardown(self) -> None:
        for name in MACHINES:
            self.a_machine_tells(name)
        held = self.desk.rows("SELECT copy, account FROM loan WHERE in_ms IS NULL ORDER BY copy")
        assert held == [(copy + 1, ACCOUNTS[self.home[copy]]) for copy in sorted(self.home)]
        assert audit.check(self.desk.folder, day, self.desk.url) == []
        self.desk.db.close()
        shutil.rmtree(self.folder)

    def _ask(self, name: str, said: dict[str, object]) -> set[str]:
        ((_name, answer),) = self._hear(name, "ask", wire.encode("ask", said))
        books = answer.get("books", [])
        assert isinstance(books, list)
        return {book["tag"] for book in books if book["ok"] and not book["mine"]}

    def _see(self, name: str, kind: str, minute: int, **body: object) -> None:
        self.minute += 1
        uptime_ms = self.minute * MINUTE_MS
        self.machines[name].fact(kind, uptime_ms=uptime_ms, visit="1.1", **body)
        if kind == "lent":
            self.untold[name].append(minute)

    def _hear(self, name: str, kind: str, payload: bytes) -> list[tuple[str, dict[str, object]]]:
        at_ms = START_MS + self.minute * MINUTE_MS
        return self.desk.hear(self.machines[name].says(kind, payload, at_ms))
