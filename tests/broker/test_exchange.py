"""What a machine says and what it is told: streams, gaps, forgeries, clocks, asks."""

import json

import pytest

from bookcase_fw import record, wire
from broker.ledger import audit
from tests.broker.desk import BODY, MINUTE_MS, READERS, START_MS, TAGS, Desk, Machine, day

ANN, BEN, BLOCKED = READERS
REFUSED = "SELECT reason FROM counter WHERE kind = 'refused'"
OPEN_CASES = "SELECT kind FROM exception_case WHERE closed_ms IS NULL"
INSIDE = """SELECT COUNT(*) FROM copy_state JOIN holder ON holder.id = copy_state.holder
WHERE holder.kind = 'compartment'"""
OPEN_LOANS = "SELECT copy FROM loan WHERE in_ms IS NULL ORDER BY copy"


@pytest.fixture
def case1(desk: Desk) -> Machine:
    """A bookcase that has said hello, at uptime 0."""
    machine = Machine()
    desk.hear(machine.says("hello", machine.hello()))
    return machine


def told(desk: Desk, machine: Machine, first: int = 1, last: int = 0) -> dict[str, object]:
    """Say records to the service and return its ack."""
    ((name, ack),) = desk.hear(
        machine.says("fact", machine.payload(first, last), START_MS + 3600_000)
    )
    assert name == "ack"
    return ack


def test_a_hello_is_answered_with_its_nonce_and_the_number_that_is_known(desk: Desk) -> None:
    machine = Machine()

    ((name, ack),) = desk.hear(machine.says("hello", machine.hello(), START_MS))

    assert (name, ack["nonce"], ack["number"]) == ("ack", "0badcafe", 0)
    assert ack["time_ms"] == START_MS


def test_a_session_becomes_loans_and_is_acknowledged(desk: Desk, case1: Machine) -> None:
    case1.session(5 * MINUTE_MS, ANN, took=[TAGS[0], TAGS[1]], due=20270101)

    ack = told(desk, case1)

    assert (ack["number"], ack["nonce"], ack["renew"]) == (1, "", False)
    rows = desk.rows("SELECT copy, account, due, out_ms, state FROM loan ORDER BY copy")
    out_ms = START_MS + 5 * MINUTE_MS
    assert rows == [(n, 1001, 20270101, out_ms, "open") for n in (1, 2)]


def test_a_hello_lets_go_of_nothing_that_was_not_found_to_be_the_same(
    desk: Desk, case1: Machine
) -> None:
    """A machine that was given an old flash has other records under numbers that are committed."""
    case1.session(1 * MINUTE_MS, ANN, took=[TAGS[0]])
    case1.session(2 * MINUTE_MS, ANN, took=[TAGS[1]])
    told(desk, case1)
    old = Machine(journal=case1.journal)
    old.session(1 * MINUTE_MS, ANN, took=[TAGS[0]])
    old.session(3 * MINUTE_MS, BEN, took=[TAGS[2]])

    ((_name, ack),) = desk.hear(old.says("hello", old.hello(acked=1)))

    assert ack["number"] == 1
    assert told(desk, old, 2)["renew"]


def test_a_fact_told_twice_is_entered_once(desk: Desk, case1: Machine) -> None:
    case1.session(1, ANN, took=[TAGS[0]])
    told(desk, case1)

    ack = told(desk, case1)

    assert ack["number"] == 1
    assert desk.one("SELECT COUNT(*) FROM inbox") == 1
    assert desk.one("SELECT value FROM counter WHERE kind = 'duplicates'") == 1


def test_a_gap_is_answered_with_the_old_number(desk: Desk, case1: Machine) -> None:
    for number in range(4):
        case1.session(number, ANN, took=[TAGS[number]])
    told(desk, case1, 1, 1)

    assert told(desk, case1, 3, 4)["number"] == 1
    assert desk.one("SELECT COUNT(*) FROM inbox") == 1
    assert told(desk, case1, 2, 4)["number"] == 4


def test_the_same_number_with_other_content_quarantines_the_stream(
    desk: Desk, case1: Machine
) -> None:
    clone = Machine(journal=case1.journal)
    case1.session(1, ANN, took=[TAGS[0]])
    clone.session(1, BEN, took=[TAGS[1]])
    clone.session(2, BEN, took=[TAGS[2]])
    told(desk, case1)

    ack = told(desk, clone)

    assert (ack["number"], ack["renew"]) == (1, True)
    assert desk.rows(OPEN_CASES) == [("quarantine",)]
    assert desk.rows(OPEN_LOANS) == [(1,)]
    assert told(desk, case1)["renew"], "the whole stream, also what was right of it"


def test_a_record_that_follows_another_past_quarantines_the_stream(
    desk: Desk, case1: Machine
) -> None:
    clone = Machine(journal=case1.journal)
    case1.session(1, ANN, took=[TAGS[0]])
    clone.session(1, BEN, took=[TAGS[1]])
    clone.session(2, BEN, took=[TAGS[2]])
    told(desk, case1)

    assert told(desk, clone, 2)["renew"]


def test_a_new_journal_goes_on_after_a_quarantine(desk: Desk, case1: Machine) -> None:
    clone = Machine(journal=case1.journal)
    case1.session(1, ANN, took=[TAGS[0]])
    clone.session(1, BEN, took=[TAGS[1]])
    told(desk, case1)
    told(desk, clone)
    ((_name, ack),) = desk.hear(case1.says("hello", case1.hello()))
    assert ack["renew"]

    fresh = Machine()
    desk.hear(fresh.says("hello", fresh.hello()))
    fresh.session(2, ANN, took=[TAGS[2]])

    assert told(desk, fresh)["number"] == 1


def test_what_was_committed_before_a_quarantine_and_is_told_again_is_recognised(
    desk: Desk, case1: Machine
) -> None:
    """The ack of the first two was lost, then the stream was quarantined: all four come anew."""
    case1.session(1 * MINUTE_MS, ANN, took=[TAGS[0], TAGS[1]])
    case1.session(20 * MINUTE_MS, ANN, put=[TAGS[0]])
    told(desk, case1)
    clone = Machine(journal=case1.journal)
    clone.session(1, BEN, took=[TAGS[5]])
    assert told(desk, clone)["renew"]

    fresh = Machine()
    desk.hear(fresh.says("hello", fresh.hello()))
    # Under new numbers, with the fields of the body in another order.
    fresh.session(1 * MINUTE_MS, took=[TAGS[0], TAGS[1]], reader=ANN)
    fresh.session(20 * MINUTE_MS, ANN, put=[TAGS[0]])
    fresh.session(21 * MINUTE_MS, ANN, took=[TAGS[2]])
    told(desk, fresh, 1, 1)
    desk.exchange.forget()  # As a new process of the service, which remembers nothing.
    said = desk.hear(fresh.says("fact", fresh.payload(), START_MS + 3600_000))
    assert dict(said)["ack"]["number"] == 3

    loans = desk.rows("SELECT copy, state FROM loan ORDER BY copy")
    assert loans == [(1, "returned"), (2, "open"), (3, "open")]
    assert desk.one("SELECT COUNT(*) FROM movement WHERE kind <> 'load'") == 4
    assert desk.one("SELECT COUNT(*) FROM inbox") == 5
    assert audit.check(desk.folder, day, desk.url) == []


def test_the_same_once_more_after_a_quarantine_is_new(desk: Desk, case1: Machine) -> None:
    """Each record that was told is recognised once: a second one like it happened as well."""
    case1.fact("fault", uptime_ms=5, part="reader.1", on=True)
    told(desk, case1)
    clone = Machine(journal=case1.journal)
    clone.fact("fault", uptime_ms=6, part="lock.1", on=True)
    told(desk, clone)
    fresh = Machine()
    for _time in range(2):
        fresh.fact("fault", uptime_ms=5, part="reader.1", on=True)

    told(desk, fresh)

    facts = desk.rows("SELECT kind, value FROM counter WHERE kind IN ('facts', 'duplicates')")
    assert sorted(facts) == [("duplicates", 1), ("facts", 2)]


def test_a_lost_record_is_a_case_and_the_stream_goes_on(desk: Desk, case1: Machine) -> None:
    case1.session(1, ANN, took=[TAGS[0]])
    case1.session(2, ANN, took=[TAGS[1]])
    case1.session(3, ANN, took=[TAGS[2]])
    whole = case1.records[1]
    before = record.chain(case1.key, case1.records[0])
    case1.records[1] = record.encode(2, (0, 0, 0, 0), "lost", before, {"why": "unreadable"})
    told(desk, case1, 1, 2)

    assert told(desk, case1, 3)["number"] == 3
    assert desk.rows(OPEN_CASES) == [("lost",)]
    assert desk.rows(OPEN_LOANS) == [(1,), (3,)]

    case1.records[1] = whole
    assert not told(desk, case1, 2, 2)["renew"], "it could be read after all: no clone"


def test_what_a_first_count_does_not_name_is_a_case_until_it_is_heard(
    desk: Desk, case1: Machine
) -> None:
    heard = list(TAGS[:3])
    case1.fact("counted", uptime_ms=MINUTE_MS, id="1.1", door=1, back=heard, count=len(heard))
    told(desk, case1)

    lacking = len(TAGS) - len(heard)
    assert desk.rows(OPEN_CASES) == [("unsure",)] * lacking
    assert desk.one(INSIDE) == len(TAGS)

    case1.fact("counted", uptime_ms=MINUTE_MS, id="1.2", door=1, back=[TAGS[3]], count=4)
    told(desk, case1, 2)
    assert desk.rows(OPEN_CASES) == [("unsure",)] * (lacking - 1)


def test_a_fact_of_a_kind_of_tomorrow_is_kept_and_counted(desk: Desk, case1: Machine) -> None:
    case1.session(1, ANN, took=[TAGS[0]])
    before = record.chain(case1.key, case1.records[0])
    case1.records.append(
        b'{"n":2,"b":1,"u":5,"t":0,"q":0,"k":"weighed","p":"%s","d":{}}' % before.encode()
    )

    assert told(desk, case1)["number"] == 2
    assert desk.rows("SELECT reason FROM counter WHERE kind = 'unknown'") == [("weighed",)]
    assert desk.rows(OPEN_CASES) == []


def test_parts_are_folded_with_their_closing_record(desk: Desk, case1: Machine) -> None:
    case1.fact("part", id="1.1", took=list(TAGS[:2]))
    case1.fact("part", id="1.1", took=list(TAGS[2:3]))
    told(desk, case1)
    assert desk.rows(OPEN_LOANS) == []

    case1.session(5, ANN, took=[TAGS[3]], parts=2)
    told(desk, case1, 3)

    assert desk.rows(OPEN_LOANS) == [(1,), (2,), (3,), (4,)]


def test_a_copy_that_is_named_twice_is_taken_once(desk: Desk, case1: Machine) -> None:
    case1.fact("part", id="1.1", took=[TAGS[0]])
    case1.session(5, ANN, took=[TAGS[0], TAGS[0]], parts=1)

    assert told(desk, case1)["number"] == 2
    assert desk.rows(OPEN_LOANS) == [(1,)]


def test_more_than_the_limit_is_a_loan_with_a_case_until_one_comes_back(
    desk: Desk, case1: Machine
) -> None:
    case1.session(1, ANN, took=list(TAGS[:4]))
    told(desk, case1)
    assert desk.rows(OPEN_CASES) == [("over_limit",)]
    assert desk.rows("SELECT copy FROM loan WHERE over_limit = 1") == [(4,)]

    case1.session(20 * MINUTE_MS, BEN, put=[TAGS[0]])
    told(desk, case1, 2)

    assert desk.rows(OPEN_CASES) == []
    assert desk.rows("SELECT copy FROM loan WHERE over_limit = 1") == []


def test_a_foreign_tag_is_a_case_while_it_is_inside(desk: Desk, case1: Machine) -> None:
    case1.session(1, ANN, put=["F0E1"])
    told(desk, case1)
    assert desk.rows(OPEN_CASES) == [("foreign",)]

    case1.session(2, ANN, took=["F0E1"])
    told(desk, case1, 2)

    assert desk.rows(OPEN_CASES) == []


def test_a_blocked_reader_who_took_a_copy_offline_has_it_and_is_a_case(
    desk: Desk, case1: Machine
) -> None:
    case1.session(1, BLOCKED, took=[TAGS[0]])
    told(desk, case1)

    assert desk.rows(OPEN_LOANS) == [(1,)]
    assert ("blocked",) in desk.rows(OPEN_CASES)


def test_a_late_fact_of_another_machine_finds_its_place(desk: Desk, case1: Machine) -> None:
    """Ann took it and brought it to the second bookcase, which was offline; then Ben took it."""
    other = Machine("bc02")
    desk.hear(other.says("hello", other.hello()))
    case1.session(1 * MINUTE_MS, ANN, took=[TAGS[0]])
    told(desk, case1)
    other.session(30 * MINUTE_MS, ANN, put=[TAGS[0]])
    other.session(40 * MINUTE_MS, BEN, took=[TAGS[0]])
    case1.session(50 * MINUTE_MS, ANN, put=[TAGS[0]])
    told(desk, case1, 2)
    assert desk.one("SELECT state FROM loan") == "returned"
    told(desk, other)

    loans = desk.rows("SELECT account, state, in_ms FROM loan ORDER BY out_ms")
    assert loans == [
        (1001, "returned", START_MS + 30 * MINUTE_MS),
        (1002, "void", START_MS + 50 * MINUTE_MS),
    ]
    assert desk.one("SELECT COUNT(*) FROM movement WHERE kind = 'undo'")
    assert audit.check(desk.folder, day, desk.url) == []


def test_a_boot_without_an_anchor_lies_between_its_neighbours(desk: Desk, case1: Machine) -> None:
    case1.fact("session", uptime_ms=MINUTE_MS, boot=2, **BODY, reader=ANN, took=[TAGS[0]])
    desk.hear(case1.says("hello", case1.hello(boot=3), START_MS + 30 * MINUTE_MS))
    told(desk, case1)

    (row,) = desk.rows("SELECT happened_ms, sure FROM observation")

    assert row == (START_MS + MINUTE_MS, 0)


def test_an_anchor_that_comes_late_moves_the_facts_of_its_boot(desk: Desk, case1: Machine) -> None:
    case1.fact("session", uptime_ms=MINUTE_MS, boot=2, **BODY, reader=ANN, took=[TAGS[0]])
    told(desk, case1)

    desk.hear(
        case1.says("hello", case1.hello(boot=2, uptime_ms=4 * MINUTE_MS), START_MS + 9 * MINUTE_MS)
    )

    (row,) = desk.rows("SELECT happened_ms, sure FROM observation")
    assert row == (START_MS + 6 * MINUTE_MS, 1)
    assert desk.one("SELECT out_ms FROM loan") == START_MS + 6 * MINUTE_MS


def test_a_will_of_an_earlier_connection_says_nothing(desk: Desk) -> None:
    machine = Machine()
    for session, online in (("1.1", True), ("1.2", True), ("1.1", False)):
        said = wire.encode("presence", {"online": online, "session": session})
        desk.hear(machine.says("presence", said))

    assert desk.rows("SELECT online, session FROM device_state") == [(1, "1.2")]

    said = wire.encode("presence", {"online": False, "session": "1.2"})
    desk.hear(machine.says("presence", said))
    assert desk.one("SELECT online FROM device_state") == 0


def test_an_ask_is_answered_and_kept_with_its_line(desk: Desk, case1: Machine) -> None:
    ask = {"id": "1.7", "session": "1.1", "op": "open", "reader": ANN, "door": 1}

    ((name, answer),) = desk.hear(case1.says("ask", wire.encode("ask", ask)))

    assert (name, answer["ok"], answer["left"]) == ("answer", True, 3)
    assert answer["line"] == "2: limit any 3"
    assert desk.rows("SELECT ask, op, account, ok, line FROM request") == [
        ("1.7", "open", 1001, 1, "2: limit any 3")
    ]

    case1.session(1, ANN, took=[TAGS[0]], answer="1.7")
    told(desk, case1)
    assert desk.one("SELECT request FROM movement WHERE kind = 'take'") == 1


def test_a_state_with_an_old_policy_is_told_the_new_one(desk: Desk, case1: Machine) -> None:
    state = {
        "session": "1.1",
        "config": 1,
        "policy": 0,
        "last": 0,
        "stock": [],
        "faults": ["lock.1"],
        "fill": 3,
        "lends": True,
    }

    ((name, want),) = desk.hear(case1.says("state", wire.encode("state", state)))

    assert (name, want["revision"]) == ("want", 1)
    assert desk.one("SELECT faults FROM device_state") == '["lock.1"]'


HUGE = 10**30
HELLO = json.loads(Machine().hello())


@pytest.mark.parametrize(
    ("name", "payload", "reason"),
    [
        ("fact", b"", "malformed"),
        ("fact", b"\xff\x00 no JSON", "malformed"),
        ("fact", b'{"journal":5,"head":"","records":[]}', "malformed"),
        ("fact", b'{"journal":"deadbeef","head":"","records":[]}', "malformed"),
        ("fact", b"[" * 4000, "malformed"),
        ("fact", b"x" * 1_000_000, "too_long"),
        ("hello", json.dumps(HELLO | {"boot": "1"}).encode(), "malformed"),
        ("hello", json.dumps(HELLO | {"boot": HUGE}).encode(), "malformed"),
        ("hello", json.dumps(HELLO | {"journal": "'; --"}).encode(), "malformed"),
        ("ask", b'{"id":"1","session":"1.1","op":"open","tags":[7]}', "malformed"),
        ("beat", b'"beat"', "malformed"),
        ("ack", b"{}", "topic"),
    ],
)
def test_what_is_no_message_is_refused_and_counted(
    desk: Desk, name: str, payload: bytes, reason: str
) -> None:
    said = desk.hear(Machine().says(name, payload))

    assert said == []
    assert desk.rows(REFUSED) == [(reason,)]


def test_a_forged_record_is_refused_and_disturbs_nothing(desk: Desk, case1: Machine) -> None:
    stranger = Machine(journal=case1.journal)
    stranger.key = bytes(32)
    stranger.session(1, ANN, took=[TAGS[0]])

    desk.hear(stranger.says("fact", stranger.payload()))
    case1.session(1, ANN, took=[TAGS[1]])

    assert told(desk, case1)["number"] == 1
    assert desk.rows(REFUSED) == [("forged",)]
    assert desk.rows(OPEN_LOANS) == [(2,)]


@pytest.mark.parametrize(
    ("topic", "reason"),
    [
        ("sg/1/0/nobody/up/fact", "topic"),
        (wire.topic("nobody", "up/fact"), "unknown_device"),
        ("elsewhere", "topic"),
        (wire.topic("bc01", "up/nonsense"), "topic"),
    ],
)
def test_a_topic_that_is_not_in_the_contract_is_refused(
    desk: Desk, topic: str, reason: str
) -> None:
    message = Machine().says("fact", b"{}")._replace(topic=topic)

    assert desk.hear(message) == []
    assert desk.rows(REFUSED) == [(reason,)]
