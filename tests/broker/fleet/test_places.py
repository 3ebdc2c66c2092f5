"""The last place is given once: two bookcases that are asked at once, and codes shown at both."""

from bookcase_fw import wire
from broker.ledger.places import HELD_MS
from tests.broker.desk import READERS, START_MS, TAGS, Desk, Machine

ANN, BEN, _BLOCKED = READERS
LIMIT = 3


def opens(desk: Desk, machine: Machine, reader: str, at_ms: int, ask: str = "1.1") -> int:
    """Ask to open a door; return how many may be taken."""
    said = {"id": ask, "session": "1.1", "op": "open", "reader": reader, "how": "card"}
    ((_name, answer),) = [
        row
        for row in desk.hear(machine.says("ask", wire.encode("ask", said), at_ms))
        if row[0] == "answer"
    ]
    assert answer["ok"]
    left = answer["left"]
    assert isinstance(left, int)
    assert bool(left) != (answer["why"] == "limit")
    return left


def told(desk: Desk, machine: Machine, **body: object) -> None:
    machine.session(1000, ANN, **body)
    desk.hear(machine.says("fact", machine.payload(len(machine.records)), START_MS + 2000))


def test_what_one_bookcase_may_lend_the_other_may_not(desk: Desk) -> None:
    one, other = Machine("bc01"), Machine("bc02")

    assert opens(desk, one, ANN, START_MS) == LIMIT
    assert opens(desk, other, ANN, START_MS + 1) == 0
    assert opens(desk, other, BEN, START_MS + 1) == LIMIT
    assert opens(desk, one, ANN, START_MS + 2, "1.2") == LIMIT


def test_the_sessions_fact_gives_the_places_back_less_what_was_taken(desk: Desk) -> None:
    one, other = Machine("bc01"), Machine("bc02")
    opens(desk, one, ANN, START_MS)
    told(desk, one, took=[TAGS[0]], answer="1.1")

    assert opens(desk, other, ANN, START_MS + 3000) == LIMIT - 1


def test_who_took_nothing_and_told_nothing_waits_for_a_while(desk: Desk) -> None:
    one, other = Machine("bc01"), Machine("bc02")
    opens(desk, one, ANN, START_MS)

    assert opens(desk, other, ANN, START_MS + HELD_MS - 1) == 0
    assert opens(desk, other, ANN, START_MS + HELD_MS + 1) == LIMIT


def test_a_code_that_opened_two_machines_is_a_case(desk: Desk) -> None:
    one, other = Machine("bc01"), Machine("bc02")
    for machine in (one, one, other):
        told(desk, machine, how="qr", nonce="00000001")
    told(desk, other, how="qr", nonce="00000002")

    found = desk.rows("SELECT kind, key FROM exception_case")
    assert found == [("code_twice", "code_twice:00000001")]
