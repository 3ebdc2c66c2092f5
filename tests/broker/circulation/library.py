"""A world of kiosks that ask, lend and tell late: what its limits must hold, whatever happens."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

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
    """Copies lie on the shelf or are at somebody's home.  In some lives machines lend unasked."""

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
        self.lends_offline = False

    @initialize(lends_offline=st.booleans())
    def they_say_hello(self, lends_offline: bool) -> None:
        self.lends_offline = lends_offline
        for machine in self.machines.values():
            self.desk.hear(machine.says("hello", machine.hello()))

    @rule(minutes=st.sampled_from((1, 2, 9, 11)))
    def time_goes_by(self, minutes: int) -> None:
        self.minute += minutes

    @rule(name=machines, reader=readers, wanted=copies, taken=st.integers(0, 4))
    def a_reader_asks_and_takes_some(
        self, name: str, reader: str, wanted: list[int], taken: int
    ) -> None:
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
        for copy in list(self.granted[name])[:taken]:
            self._take(name, copy)

    @precondition(lambda self: self.asks)
    @rule(which=st.integers(0, 20))
    def an_ask_is_told_again(self, which: int) -> None:
        self._ask(*self.asks[-1 - which % len(self.asks)])

    @precondition(lambda self: any(self._free(name) for name in MACHINES))
    @rule(which=st.integers(0, 3))
    def a_reader_takes_a_granted_copy_after_all(self, which: int) -> None:
        free = [(name, copy) for name in MACHINES for copy in self._free(name)]
        self._take(*free[which % len(free)])

    @precondition(lambda self: self.lends_offline)
    @rule(name=machines, reader=readers, wanted=st.permutations(COPIES), count=st.integers(1, 5))
    def a_reader_takes_some_offline(
        self, name: str, reader: str, wanted: list[int], count: int
    ) -> None:
        self.all_in_time = False
        for copy in [copy for copy in wanted if copy not in self.home][:count]:
            self.home[copy] = reader
            self._see(name, "lent", self.minute, reader=reader, tag=TAGS[copy], due=20270101)

    @precondition(lambda self: self.home)
    @rule(name=machines, which=st.integers(0, 7))
    def a_copy_is_brought_back(self, name: str, which: int) -> None:
        copy = sorted(self.home)[which % len(self.home)]
        del self.home[copy]
        self._see(name, "returned", self.minute, tag=TAGS[copy])

    @precondition(lambda self: any(self._untold(name) for name in MACHINES))
    @rule(which=st.integers(0, 2))
    def a_machine_tells(self, which: int) -> None:
        names = [name for name in MACHINES if self._untold(name)]
        self._tell(names[which % len(names)])

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
            self._tell(name)
        held = self.desk.rows("SELECT copy, account FROM loan WHERE in_ms IS NULL ORDER BY copy")
        assert held == [(copy + 1, ACCOUNTS[self.home[copy]]) for copy in sorted(self.home)]
        assert audit.check(self.desk.folder, day, self.desk.url) == []
        self.desk.db.close()
        shutil.rmtree(self.folder)

    def _free(self, name: str) -> list[int]:
        return [copy for copy in self.granted[name] if copy not in self.home]

    def _take(self, name: str, copy: int) -> None:
        reader, ask, minute = self.granted[name].pop(copy)
        self.home[copy] = reader
        body = {"reader": reader, "tag": TAGS[copy], "due": 20270101, "answer": ask}
        self._see(name, "lent", minute, **body)

    def _untold(self, name: str) -> int:
        return len(self.machines[name].records) - self.told[name]

    def _tell(self, name: str) -> None:
        if not self._untold(name):
            return
        if any((self.minute - at) * MINUTE_MS >= GRANT_MS for at in self.untold[name]):
            self.all_in_time = False
        self.untold[name].clear()
        payload = self.machines[name].payload(self.told[name] + 1)
        self.told[name] = len(self.machines[name].records)
        self._hear(name, "fact", payload)

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
