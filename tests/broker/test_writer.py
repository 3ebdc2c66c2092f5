"""The writer: what waits is committed together, and one bad message harms nobody."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from broker import writer
from broker.exchange import Incoming
from broker.fleet.orders import OrderRefused
from broker.live import Hub
from broker.outbox import Outgoing
from broker.writer import Delivery, Writer
from tests.broker.desk import READERS, TAGS, Desk, Machine

TIMEOUT_S = 20.0


class Lab:
    """A writer on a desk's ledger; `run` takes messages as one batch and ends."""

    def __init__(self, folder: Path, url: str) -> None:
        self.desk = Desk(folder, url)
        self.sent: list[Outgoing] = []
        self.acknowledged: list[int] = []
        self.writer = Writer(
            self.desk.db,
            self.desk.exchange,
            hub=Hub(),
            send=self.sent.extend,
            acknowledge=lambda done: self.acknowledged.extend(item.mid for item in done),
        )

    def run(self, *messages: Incoming) -> None:
        for mid, message in enumerate(messages, 1):
            self.writer.put(Delivery(message, (0, 1), mid, 1))
        self.writer.stop()
        self.writer.run()


@pytest.fixture
def lab(tmp_path: Path, database_url: str) -> Iterator[Lab]:
    """On each database."""
    made = Lab(tmp_path / "data", database_url)
    yield made
    made.desk.db.close()


def machines(lab: Lab) -> tuple[Machine, Machine]:
    """Two bookcases that have said hello and have a fact each."""
    found = Machine(), Machine("bc02")
    for number, machine in enumerate(found):
        lab.desk.hear(machine.says("hello", machine.hello()))
        machine.session(1, READERS[0], took=[TAGS[number]])
    return found


def test_one_ack_for_each_stream_after_the_commit(lab: Lab) -> None:
    case1, case2 = machines(lab)
    case1.session(2, READERS[0], put=[TAGS[0]])
    facts = [case1.says("fact", case1.payload(n, n)) for n in (1, 2)]

    lab.run(*facts, case2.says("fact", case2.payload()))

    assert [out.topic.split("/")[3] for out in lab.sent] == ["bc01", "bc02"]
    assert lab.acknowledged == [1, 2, 3]


def test_a_fact_that_cannot_be_folded_is_shelved_and_others_go_on(lab: Lab) -> None:
    case1, case2 = machines(lab)
    # A ledger that was tampered with: copy 1 has an open loan that no fact explains.
    lab.desk.hear(case2.says("fact", case2.payload()))
    lab.desk.db.execute(
        "INSERT INTO loan (copy, account, cause, out_ms, due, state, rule, over_limit)"
        " VALUES (1, 1002, 1, 0, 0, 'open', '', 0)"
    )
    case2.session(3, READERS[0], put=[TAGS[1]])

    lab.run(case1.says("fact", case1.payload()), case2.says("fact", case2.payload(2)))

    numbers = lab.desk.rows("SELECT number FROM stream ORDER BY device")
    assert numbers == [(1,), (2,)]
    assert lab.desk.rows("SELECT kind, device FROM exception_case") == [("lost", 1)]
    assert lab.desk.one("SELECT state FROM loan WHERE copy = 2") == "void"
    assert sorted(lab.acknowledged) == [1, 2]


def test_what_is_read_while_a_batch_is_committed_is_taken_in_its_turn(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    case1, case2 = machines(lab)
    case1.session(2, READERS[0], put=[TAGS[0]])
    case1.session(3, READERS[0], took=[TAGS[0]])
    good = [case1.says("fact", case1.payload(number, number)) for number in (1, 2, 3)]
    forged = case2.says("fact", case1.payload(1, 1))
    monkeypatch.setattr(writer, "BATCH_MAX", 2)

    lab.run(good[0], forged, good[1], forged._replace(payload=b"{"), good[2])

    assert lab.acknowledged == [1, 2, 3, 4, 5]
    assert lab.desk.rows("SELECT number FROM inbox ORDER BY id") == [(1,), (2,), (3,)]
    refused = "SELECT reason, value FROM counter WHERE kind = 'refused' ORDER BY reason"
    assert lab.desk.rows(refused) == [("forged", 1), ("malformed", 1)]


def test_a_refused_order_is_an_answer_and_not_a_failure(lab: Lab) -> None:
    def order() -> str:
        return lab.desk.exchange.order("bc01", op="open", door=1, now_ms=1)

    refused = lab.writer.do(order)
    lab.run()

    with pytest.raises(OrderRefused) as error:
        refused.result(TIMEOUT_S)
    assert error.value.reason == "offline"
