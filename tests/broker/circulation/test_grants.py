"""The last place is given once, whoever asks where and when; what was granted ends in time."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from bookcase_fw import wire
from broker.config import Config
from broker.fleet.registry import Registry
from broker.law import in_force
from broker.ledger import database
from broker.ledger.asks import Asks
from broker.ledger.directory import Directory
from broker.ledger.grants import GRANT_MS
from broker.ledger.store import Database
from tests.broker.desk import MINUTE_MS, READERS, RULES, START_MS, TAGS, Desk, Machine, day

ANN, BEN, _BLOCKED = READERS
LIMIT = 3
GRANTS = "SELECT copy FROM lend_grant ORDER BY copy"


class Kiosks:
    """Machines that ask for loans over one service, each ask with a number of its own."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.machines = {name: Machine(name) for name in ("kx01", "bc01")}
        self._asks = 0
        for machine in self.machines.values():
            desk.hear(machine.says("hello", machine.hello()))

    def ask(
        self,
        name: str,
        tags: tuple[str, ...],
        *,
        reader: str = ANN,
        at_min: int = 1,
        op: str = "lend",
        number: str = "",
    ) -> list[str]:
        """Return for each copy why it is not lent; "" where it is."""
        self._asks += 1
        said = {"id": number or f"1.{self._asks}", "session": "1.1", "op": op, "reader": reader}
        message = self.machines[name].says(
            "ask", wire.encode("ask", said | {"tags": list(tags)}), START_MS + at_min * MINUTE_MS
        )
        ((_name, answer),) = self.desk.hear(message)
        books = answer["books"]
        assert isinstance(books, list)
        return [book["why"] for book in books]

    def tell(self, name: str, kind: str, at_min: int, **body: object) -> None:
        machine = self.machines[name]
        number = machine.fact(kind, uptime_ms=(at_min - 1) * MINUTE_MS, visit="1.1", **body)
        payload = machine.payload(number, number)
        self.desk.hear(machine.says("fact", payload, START_MS + at_min * MINUTE_MS))


@pytest.fixture
def kiosks(desk: Desk) -> Kiosks:
    return Kiosks(desk)


def test_rules_the_15th_and_16th_loan_from_two_machines_at_once(kiosks: Kiosks) -> None:
    """Neither has told its loan when the other asks."""
    assert kiosks.ask("kx01", TAGS[:2]) == ["", ""]

    assert kiosks.ask("bc01", TAGS[2:4]) == ["", "limit"]
    assert kiosks.ask("kx01", TAGS[4:5]) == ["limit"]


def test_a5_the_same_ask_twice_is_answered_alike_and_counted_once(kiosks: Kiosks) -> None:
    """rero-ils #2791: two identical loans in the same second."""
    first = kiosks.ask("kx01", TAGS[:3], number="1.77")
    again = kiosks.ask("kx01", TAGS[:3], number="1.77")

    assert first == again == ["", "", ""]
    assert kiosks.desk.rows(GRANTS) == [(1,), (2,), (3,)]
    assert kiosks.desk.one("SELECT COUNT(*) FROM request") == 1


def test_a_loan_that_is_told_takes_the_place_of_its_grant(kiosks: Kiosks) -> None:
    kiosks.ask("kx01", TAGS[:2], number="1.1")
    kiosks.tell("kx01", "lent", 2, reader=ANN, tag=TAGS[0], due=20270101, answer="1.1")

    assert kiosks.ask("bc01", TAGS[5:7], at_min=3) == ["", "limit"]
    assert kiosks.desk.rows(GRANTS) == [(2,), (6,)]


def test_a_copy_that_was_lent_and_brought_back_takes_no_place_any_more(kiosks: Kiosks) -> None:
    kiosks.ask("kx01", TAGS[:3], number="1.1")
    kiosks.tell("kx01", "lent", 2, reader=ANN, tag=TAGS[0], due=20270101, answer="1.1")
    kiosks.tell("kx01", "returned", 3, tag=TAGS[0])

    assert kiosks.ask("bc01", TAGS[5:7], at_min=4) == ["", "limit"]


def test_a_grant_of_which_nothing_was_ever_told_ends_after_ten_minutes(kiosks: Kiosks) -> None:
    kiosks.ask("kx01", TAGS[:3], at_min=1)
    minutes = GRANT_MS // MINUTE_MS

    assert kiosks.ask("bc01", TAGS[3:4], at_min=minutes) == ["limit"]
    assert kiosks.ask("bc01", TAGS[3:4], at_min=minutes + 1) == [""]


def test_a_refusal_and_a_look_grant_nothing(kiosks: Kiosks) -> None:
    kiosks.ask("kx01", TAGS[:1], op="about")
    kiosks.ask("kx01", TAGS[:1], op="return")
    kiosks.ask("kx01", ("F00D",))

    assert kiosks.desk.rows(GRANTS) == []


def test_one_readers_grants_are_nobody_elses_business(kiosks: Kiosks) -> None:
    kiosks.ask("kx01", TAGS[:3], reader=ANN)

    assert kiosks.ask("bc01", TAGS[3:6], reader=BEN) == ["", "", ""]


def test_every_line_that_decided_is_kept_with_the_request(kiosks: Kiosks) -> None:
    kiosks.ask("kx01", TAGS[:1])

    (kept,) = kiosks.desk.rows("SELECT line FROM request")
    assert kept == ("2: limit any 3\n3: loan any any -> 28 days",)


class Service:
    """One of several service processes on one ledger: its own connection and memory."""

    def __init__(self, desk: Desk) -> None:
        self.db: Database = database.open_writer(desk.folder, desk.url)
        self._asks = Asks(self.db, directory=Directory(self.db), rules=RULES, ruleset=1, day=day)
        device = Registry(self.db).find("kx01")
        assert device
        self._device = device

    def lend(self, number: str, tags: tuple[str, ...]) -> int:
        """Answer an ask in the transaction that stands; return how many copies are granted."""
        said = {"id": number, "op": "lend", "reader": ANN, "tags": list(tags)}
        answer = self._asks.answer(self._device, said, START_MS)
        books = answer["books"]
        assert isinstance(books, list)
        return sum(book["ok"] for book in books)


def run(*works: Callable[[], None]) -> list[threading.Thread]:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    return threads


def test_two_processes_do_not_both_give_the_last_place(desk: Desk) -> None:
    """The second decides while the first has said yes and not committed: it must wait."""
    first, second = Service(desk), Service(desk)
    granted: list[int] = []

    def later() -> None:
        second.db.begin()
        granted.append(second.lend("2.1", TAGS[3:6]))
        second.db.commit()

    first.db.begin()
    granted.append(first.lend("1.1", TAGS[:2]))
    (thread,) = run(later)
    while thread.is_alive() and not _waits(desk):
        thread.join(0.01)
    first.db.commit()
    thread.join()

    assert granted == [2, 1]
    assert desk.one("SELECT COUNT(*) FROM lend_grant") == LIMIT
    first.db.close()
    second.db.close()


def test_many_kiosks_that_ask_at_the_same_moment_get_no_more_than_the_limit(desk: Desk) -> None:
    services = [Service(desk) for _number in range(6)]
    start = threading.Barrier(len(services))
    granted: list[int] = []

    def work(number: int) -> Callable[[], None]:
        def ask() -> None:
            service = services[number]
            start.wait()
            for turn in range(3):
                service.db.begin()
                copy = number * 3 + turn
                granted.append(service.lend(f"{number}.{turn}", TAGS[copy : copy + 2]))
                service.db.commit()

        return ask

    for thread in run(*(work(number) for number in range(len(services)))):
        thread.join()

    assert len(granted) == 18
    assert desk.one("SELECT COUNT(*) FROM lend_grant") == LIMIT
    for service in services:
        service.db.close()


def _waits(desk: Desk) -> bool:
    """Say whether somebody is surely waiting for a lock; SQLite cannot tell, and need not."""
    if not desk.url:
        return True
    waiting = "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    return bool(desk.one(waiting))


def test_a_ledger_keeps_the_calendar_that_decided(tmp_path: Path, desk: Desk) -> None:
    config = Config(data=str(tmp_path), district_key="00" * 16)

    law, again = in_force(desk.db, config, START_MS), in_force(desk.db, config, START_MS)

    assert law.ruleset == again.ruleset
    (kept,) = desk.rows("SELECT ruleset, version FROM calendar")
    assert kept == (law.ruleset, law.calendar.version)
