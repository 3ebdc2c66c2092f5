"""The audit finds a ledger that is not what its facts say."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookcase_fw import wire
from broker.ledger import audit
from tests.broker.desk import MINUTE_MS, READERS, RULES, START_MS, TAGS, Desk, Machine, day


@pytest.fixture
def lived(desk: Desk) -> Desk:
    """A copy was lent and brought back, another is out."""
    machine = Machine()
    desk.hear(machine.says("hello", machine.hello()))
    machine.session(1, READERS[0], took=[TAGS[0], TAGS[1]], due=20270101)
    machine.session(20 * MINUTE_MS, READERS[0], put=[TAGS[0]], door=2)
    desk.hear(machine.says("fact", machine.payload(), START_MS + 60 * MINUTE_MS))
    return desk


def test_an_honest_ledger_has_no_differences(lived: Desk) -> None:
    assert audit.check(lived.folder, day, lived.url) == []


@pytest.mark.parametrize(
    ("lie", "found"),
    [
        ("UPDATE loan SET account = 1002 WHERE copy = 2", "MH00000002: its loans"),
        ("DELETE FROM loan WHERE copy = 1", "MH00000001: its loans"),
        ("DELETE FROM observation WHERE copy = 1 AND verb = 'put'", "MH00000001: with holder"),
        (
            "INSERT INTO movement (copy, source, target, kind, at_ms, recorded_ms)"
            " SELECT copy, holder, 2, 'remove', 0, 0 FROM copy_state WHERE copy = 3",
            "MH00000003: with holder",
        ),
        (
            "INSERT INTO movement (copy, source, target, kind, at_ms, recorded_ms, cause)"
            " SELECT copy, holder, 2, 'remove', 0, 0, 1 FROM copy_state WHERE copy = 3",
            "follows from nothing that was seen of it",
        ),
    ],
)
def test_a_lie_is_found(lived: Desk, lie: str, found: str) -> None:
    lived.db.execute(lie)

    assert found in "\n".join(audit.check(lived.folder, day, lived.url))


LIES_PAST_THE_TRIGGERS = (
    ("only_movements_move", "copy_state", "UPDATE copy_state SET holder = 2 WHERE copy = 5",
     "MH00000005: with holder 2"),
    ("only_records_advance", "stream", "UPDATE stream SET number = 9", "at 9, holds 2 records"),
    ("inbox_is_not_changed", "inbox", "UPDATE inbox SET before = 'x' WHERE number = 2",
     "record 2 does not follow"),
)  # fmt: skip


@pytest.mark.parametrize(("trigger", "table", "lie", "found"), LIES_PAST_THE_TRIGGERS)
def test_a_lie_past_the_triggers_is_found(
    lived: Desk, trigger: str, table: str, lie: str, found: str
) -> None:
    """As one who may change the tables themselves tells it."""
    db = lived.db
    db.execute("BEGIN")
    db.execute(f"DROP TRIGGER {trigger}" + (f" ON {table}" if lived.url else ""))
    db.execute(lie)
    told = list(audit.differences(db, day, rules=None, progress=lambda *_how: None))
    db.execute("ROLLBACK")

    assert found in "\n".join(told)


def test_marks_beyond_the_limit_are_judged_by_the_rules(lived: Desk) -> None:
    assert audit.check(lived.folder, day, lived.url, rules=RULES) == []
    lived.db.execute("UPDATE loan SET over_limit = 1 WHERE copy = 2")

    (found,) = audit.check(lived.folder, day, lived.url, rules=RULES)

    assert "account 1001" in found


def test_progress_is_told_to_the_end(lived: Desk) -> None:
    told: list[tuple[int, int]] = []

    audit.check(lived.folder, day, lived.url, progress=lambda *how: told.append(how))

    assert told == [(40, 40)]


NAMES = tuple(row[0] for row in wire.MESSAGES)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sampled_from(NAMES), st.data())
def test_no_message_whatever_breaks_the_service(desk: Desk, name: str, data: st.DataObject) -> None:
    """Each field that the contract has, with whatever in it, and bytes that are no JSON at all."""
    fields = [row[0] for row in wire.message(name)[4]] + ["records"]
    body = data.draw(st.dictionaries(st.sampled_from(fields), JSON))
    payload = data.draw(st.binary(max_size=40) | st.just(json.dumps(body).encode()))

    desk.hear(Machine().says(name, payload))
