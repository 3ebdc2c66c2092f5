"""The audit finds a ledger that is not what its facts say."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookcase_fw import wire
from broker.ledger import audit
from tests.broker.desk import MINUTE_MS, READERS, START_MS, TAGS, Desk, Machine, day


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
    ],
)
def test_a_lie_is_found(lived: Desk, lie: str, found: str) -> None:
    lived.db.execute(lie)

    assert found in "\n".join(audit.check(lived.folder, day, lived.url))


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
