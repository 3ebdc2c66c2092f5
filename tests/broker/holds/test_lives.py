"""Whatever readers, staff and machines do with two copies: the queue stays fair and nothing is kept
for nobody, on both databases."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from broker.holds.holds import Refused
from tests.broker.holds.hall import ANN, ANN_ID, BEN, BEN_ID, BLOCKED_ID, DAY_MIN, ONE, TWO, Hall

ACCOUNTS = (ANN_ID, BEN_ID, BLOCKED_ID)
READERS = {ANN_ID: ANN, BEN_ID: BEN}
PLACES = ("bc01", "bc01", "bc02")  # Most things happen at the first one.
COPIES = (ONE, TWO)
EXAMPLES = 40
STEPS = 30


class Lives(RuleBasedStateMachine):
    """Each step is ten minutes after the one before."""

    open_hall: Callable[[], Hall]

    def __init__(self) -> None:
        super().__init__()
        self.hall = self.open_hall()
        self.minute = 10

    def teardown(self) -> None:
        assert self.hall.differences() == []
        self.hall.desk.db.close()

    def _later(self) -> int:
        self.minute += 10
        return self.minute

    def _try(self, run: Any) -> None:
        """What cannot be is refused, and then nothing has changed."""
        before = self.hall.desk.rows("SELECT * FROM hold ORDER BY id")
        try:
            run()
        except Refused:
            assert self.hall.desk.rows("SELECT * FROM hold ORDER BY id") == before

    @rule(account=st.sampled_from(ACCOUNTS), pickup=st.sampled_from(PLACES))
    def place(self, account: int, pickup: str) -> None:
        self._try(lambda: self.hall.place(account, self._later(), pickup))

    @rule(account=st.sampled_from(ACCOUNTS), tag=st.sampled_from(COPIES))
    def wait_and_be_served(self, account: int, tag: str) -> None:
        """A copy comes back while somebody waits: the likeliest thing in life."""
        self._try(lambda: self.hall.place(account, self._later()))
        self.hall.brings("", tag, self._later())

    @rule(account=st.sampled_from(ACCOUNTS))
    def cancel(self, account: int) -> None:
        number = self.hall.exchange.holds.of_reader(account, "t9")
        self._try(lambda: self.hall.cancel(number, self._later()))

    @rule(account=st.sampled_from(ACCOUNTS), days=st.integers(0, 2))
    def suspend(self, account: int, days: int) -> None:
        number = self.hall.exchange.holds.of_reader(account, "t9")
        until = 20261118 + days if days else 0
        self._try(
            lambda: self.hall.does(
                lambda holds, now: holds.suspend(number, until, now), self._later()
            )
        )

    @rule(
        account=st.sampled_from((ANN_ID, BEN_ID)),
        tag=st.sampled_from(COPIES),
        place=st.sampled_from(PLACES),
    )
    def take(self, account: int, tag: str, place: str) -> None:
        self.hall.takes(READERS[account], tag, self._later(), place)

    @rule(tag=st.sampled_from(COPIES), place=st.sampled_from(PLACES))
    def bring(self, tag: str, place: str) -> None:
        self.hall.brings("", tag, self._later(), place)

    @rule(tag=st.sampled_from(COPIES), place=st.sampled_from((*PLACES, "transit")))
    def move(self, tag: str, place: str) -> None:
        where = {"place": "transit"} if place == "transit" else {
            "place": "compartment", "device": place, "door": 2,
        }  # fmt: skip
        self.hall.says("moved", self._later(), tag=tag, **where)

    @rule(
        tag=st.sampled_from(COPIES),
        what=st.sampled_from(("damaged", "repaired", "repaired", "lost")),
    )
    def declare(self, tag: str, what: str) -> None:
        self.hall.says("declared", self._later(), tag=tag, what=what)

    @rule(days=st.integers(0, 5))
    def wait(self, days: int) -> None:
        self.minute += days * DAY_MIN
        self.hall.sweep(self._later())

    @invariant()
    def what_is_kept_is_kept_for_a_hold_where_it_will_be_fetched(self) -> None:
        ready = self.hall.desk.rows(
            "SELECT copy.tag, hold.account FROM hold JOIN copy ON copy.id = hold.copy"
            " JOIN copy_state ON copy_state.copy = copy.id"
            " JOIN holder ON holder.id = copy_state.holder"
            " JOIN device ON device.id = holder.device AND device.name = hold.pickup"
            " WHERE hold.state = 'ready'"
        )
        count = self.hall.desk.one("SELECT COUNT(*) FROM hold WHERE state = 'ready'")
        assert dict(ready) == self.hall.kept()  # type: ignore[arg-type]
        assert len(ready) == count

    @invariant()
    def nobody_who_could_be_served_waits(self) -> None:
        """A free copy that is fit does not lie where somebody waits, unless it is passed over."""
        idle = self.hall.desk.rows(
            "SELECT hold.id, copy.tag FROM hold JOIN copy ON copy.title = hold.title"
            " JOIN copy_state ON copy_state.copy = copy.id"
            " JOIN holder ON holder.id = copy_state.holder"
            " JOIN device ON device.id = holder.device AND device.name = hold.pickup"
            " LEFT JOIN copy_condition c ON c.copy = copy.id"
            " WHERE hold.state = 'waiting' AND hold.suspended_until = 0"
            " AND COALESCE(c.damaged, 0) = 0"
            " AND NOT EXISTS (SELECT 1 FROM copy_promise p WHERE p.copy = copy.id"
            " AND p.state = 'held')"
        )
        assert idle == []

    @invariant()
    def a_reader_waits_for_a_title_at_most_once(self) -> None:
        rows = self.hall.desk.rows("SELECT account FROM hold WHERE state IN ('waiting', 'ready')")
        assert len(rows) == len(set(rows))


def test_every_life_of_a_queue_is_fair(database_url: str, request: pytest.FixtureRequest) -> None:
    """On PostgreSQL each life has a ledger of its own, too."""
    given_back: list[str] = []

    def hall() -> Hall:
        url = ""
        if database_url:
            server = request.getfixturevalue("postgres")
            while given_back:
                server.give_back(given_back.pop())
            url = server.ledger()
            given_back.append(url)
        return Hall(Path(tempfile.mkdtemp(prefix="shugui-hold-")), url)

    Lives.open_hall = staticmethod(hall)  # type: ignore[assignment]
    run_state_machine_as_test(
        Lives,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
