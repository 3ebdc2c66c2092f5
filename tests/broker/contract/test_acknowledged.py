"""What is acknowledged is there: whoever asks the database at that moment finds it."""

from broker.ledger import database
from broker.live import Hub
from broker.outbox import Outgoing
from broker.writer import Delivery, Writer
from tests.broker.contract.counter import ANN, BOOK, LATER_MIN, Counter
from tests.broker.desk import MINUTE_MS, START_MS


def test_nothing_is_acknowledged_before_its_commit(counter: Counter) -> None:
    found: list[int] = []

    def send(_messages: list[Outgoing]) -> None:
        with database.snapshot(counter.desk.folder, counter.desk.url) as other:
            found.append(other.execute("SELECT COUNT(*) FROM inbox").fetchone()[0])

    writer = Writer(
        counter.desk.db, counter.desk.exchange, hub=Hub(), send=send, acknowledge=lambda _done: None
    )
    counter.session("bc01", 5, ANN, took=[BOOK])
    machine = counter.machines["bc01"]
    told = machine.says("fact", machine.payload(), START_MS + LATER_MIN * MINUTE_MS)

    writer.put(Delivery(told, (0, 1), 1, 1))
    writer.stop()
    writer.run()

    assert found == [1]
