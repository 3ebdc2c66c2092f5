"""A restock round: loaded at a branch, unloaded at a bookcase, what is missing becomes a case."""

import json

import pytest

from broker.ledger import audit
from broker.ledger.cases import Cases
from broker.restock import rounds
from broker.restock.rounds import Round, RoundRefused
from tests.broker.desk import MINUTE_MS, START_MS, TAGS, Desk, Machine, day

HOUR_MS = 60 * MINUTE_MS
BEGIN_MS = START_MS + HOUR_MS
CASES = "SELECT kind, closed_ms IS NULL, evidence FROM exception_case"


class House:
    """A branch with ten copies on its shelves, two bookcases, and a van."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.db = desk, desk.db
        self.at_ms = START_MS
        for number in range(10):
            body = {"tag": TAGS[number], "place": "shelf", "site": "lib01", "reason": "sorting"}
            self.do(lambda body=body: desk.exchange.desk.say(
                "moved", body, now_ms=START_MS, actor="ann"
            ))  # fmt: skip
        # A title each, so that a bookcase may have them all.
        self.db.begin()
        for number in range(1, 11):
            row = (f"b{number}", f"书{number}")
            self.db.execute("INSERT INTO title VALUES (?, ?, '', 0, 'zh', 'adult', 'I2')", row)
            self.db.execute("UPDATE copy SET title = ? WHERE id = ?", (row[0], number))
        self.db.commit()

    def do(self, run):  # type: ignore[no-untyped-def]
        self.db.begin()
        try:
            answer = run()
            self.desk.exchange.settle()
            self.db.commit()
        finally:
            if self.db.in_transaction:
                self.db.rollback()
        return answer

    def begin(self, *devices: str, name: str = "van 1", at_ms: int = BEGIN_MS) -> int:
        number: int = self.do(
            lambda: rounds.begin(
                self.db, name=name, kind="van", site="lib01", devices=devices, actor="ann",
                now_ms=at_ms,
            )
        )  # fmt: skip
        return number

    def load(self, number: int, *copies: int) -> None:
        for copy in copies:
            self.do(
                lambda copy=copy: rounds.load(
                    self.db, self.desk.exchange.desk, number, f"MH{copy:08}", actor="ann",
                    now_ms=BEGIN_MS + copy, key=f"round-{number}-{copy}",
                )
            )  # fmt: skip

    def round(self, number: int) -> Round:
        return rounds.one(self.db, number)

    def shortfalls(self, now_ms: int) -> int:
        count: int = self.do(lambda: rounds.tell_shortfalls(self.db, Cases(self.db), now_ms))
        return count


@pytest.fixture
def house(desk: Desk) -> House:
    return House(desk)


def stocked(house: House, *copies: int) -> None:
    """A shelver puts them into the second bookcase, which counts them."""
    machine = Machine("bc02")
    house.desk.hear(machine.says("hello", machine.hello()))
    tags = [TAGS[copy - 1] for copy in copies]
    machine.fact("stocked", uptime_ms=2 * HOUR_MS, door=1, tags=tags)
    house.desk.hear(machine.says("fact", machine.payload(), START_MS + 3 * HOUR_MS))


def test_a_round_plans_what_the_bookcase_lacks(house: House) -> None:
    number = house.begin("bc02")

    picks = house.round(number).picks

    assert [pick.state for pick in picks] == ["wanted"] * 10
    assert {pick.device for pick in picks} == {"bc02"}


def test_loaded_and_unloaded_are_counted_by_what_was_seen(house: House) -> None:
    number = house.begin("bc02")
    house.load(number, 1, 2, 3)
    stocked(house, 1, 2)
    house.do(
        lambda: rounds.unload(
            house.db, house.desk.exchange.desk, number, "MH00000003", "lib01", actor="ann",
            now_ms=BEGIN_MS + HOUR_MS, key="back-00000003",
        )
    )  # fmt: skip

    found = house.round(number)
    assert (found.loaded, found.placed, found.returned, found.inside) == (3, 2, 1, [])
    states = [pick.state for pick in found.picks]
    assert states[:3] == ["placed", "placed", "wanted"]
    assert audit.check(house.desk.folder, day, house.desk.url) == []


def test_a_scan_that_is_told_twice_counts_once(house: House) -> None:
    number = house.begin("bc02")
    house.load(number, 1, 1)

    assert house.round(number).loaded == 1


def test_what_is_missing_after_a_day_is_a_case_and_closes_itself(house: House) -> None:
    number = house.begin("bc02")
    house.load(number, 1, 2)
    stocked(house, 1)
    closed_ms = BEGIN_MS + 4 * HOUR_MS
    house.do(lambda: rounds.close(house.db, number, closed_ms))

    assert house.shortfalls(closed_ms + 23 * HOUR_MS) == 0
    assert house.shortfalls(closed_ms + 24 * HOUR_MS) == 1
    ((kind, is_open, evidence),) = house.desk.rows(CASES)
    assert (kind, bool(is_open)) == ("shortfall", True)
    assert json.loads(str(evidence))["barcodes"] == ["MH00000002"]

    stocked_late = Machine("bc01")
    house.desk.hear(stocked_late.says("hello", stocked_late.hello()))
    stocked_late.fact("stocked", uptime_ms=3 * HOUR_MS, door=1, tags=[TAGS[1]])
    house.desk.hear(stocked_late.says("fact", stocked_late.payload(), closed_ms + 25 * HOUR_MS))

    assert house.shortfalls(closed_ms + 26 * HOUR_MS) == 0
    assert [bool(row[1]) for row in house.desk.rows(CASES)] == [False]


def test_a_bag_that_goes_out_again_takes_along_what_was_left(house: House) -> None:
    first = house.begin("bc02")
    house.load(first, 1)
    house.do(lambda: rounds.close(house.db, first, BEGIN_MS + HOUR_MS))
    second = house.begin("bc01", at_ms=BEGIN_MS + 2 * HOUR_MS)

    assert house.round(second).inside == ["MH00000001"]
    assert house.shortfalls(BEGIN_MS + 25 * HOUR_MS + 1) == 0
    assert house.shortfalls(BEGIN_MS + 27 * HOUR_MS) == 1


def test_what_cannot_be_is_refused(house: House) -> None:
    number = house.begin("bc02")

    with pytest.raises(RoundRefused, match="under way"):
        house.begin("bc01")
    with pytest.raises(RoundRefused, match="no bookcase"):
        house.begin("kx01", name="van 2")
    with pytest.raises(RoundRefused, match="no copy"):
        house.load(number, 99)
    house.do(lambda: rounds.close(house.db, number, BEGIN_MS))
    with pytest.raises(RoundRefused, match="closed"):
        house.load(number, 1)
