"""After a restore machines tell what they still have, and a case says what they let go of."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from broker.ledger import audit, database
from tests.broker.desk import MINUTE_MS, READERS, START_MS, TAGS, Desk, Machine, day, exchange
from tests.broker.keeping.test_keep import NOW_MS, Place, backup, quiet

TAKEN = datetime.fromtimestamp(START_MS / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
OPEN_CASES = "SELECT kind FROM exception_case WHERE closed_ms IS NULL ORDER BY kind"


class Again:
    """The exchange over a ledger that was restored."""

    def __init__(self, place: Place) -> None:
        self.db = database.open_writer(*place)
        self.exchange = exchange(self.db)

    hear = Desk.hear
    rows = Desk.rows
    one = Desk.one


def say(desk: Desk | Again, machine: Machine, first: int, last: int = 0) -> None:
    desk.hear(machine.says("fact", machine.payload(first, last), NOW_MS))


@pytest.fixture
def restored(desk: Desk, tmp_path: Path) -> tuple[Again, Machine, Place]:
    """Three loans: one in the backup, one acknowledged after it, one told to nobody."""
    machine = Machine()
    desk.hear(machine.says("hello", machine.hello()))
    for minute in range(3):
        machine.session(minute * MINUTE_MS, READERS[0], took=[TAGS[minute]])
    say(desk, machine, 1, 1)
    path = tmp_path / "ledger.zip"
    engine = database.open_reader(desk.folder, desk.url)
    backup.backup(engine, path, now_ms=START_MS, progress=quiet)
    engine.dispose()
    say(desk, machine, 2, 2)
    place = Place(tmp_path / "again", "")
    place.restore(path)
    return Again(place), machine, place


def renewed(machine: Machine, kept: int) -> Machine:
    """What a machine does that is told to renew: what it still has gets new numbers."""
    fresh = Machine(machine.name)
    for minute in range(kept, 3):
        fresh.session(minute * MINUTE_MS, READERS[0], took=[TAGS[minute]])
    return fresh


def test_what_a_machine_still_has_comes_in_and_a_case_says_what_is_missing(
    restored: tuple[Again, Machine, Place],
) -> None:
    again, machine, place = restored

    ((_name, ack),) = [
        said for said in again.hear(machine.says("hello", machine.hello(acked=2), NOW_MS))
        if said[0] == "ack"
    ]  # fmt: skip
    fresh = renewed(machine, kept=2)
    again.hear(fresh.says("hello", fresh.hello(), NOW_MS))
    say(again, fresh, 1)

    assert ack["renew"]
    assert again.rows(OPEN_CASES) == [("missing",)]
    evidence = json.loads(str(again.one("SELECT evidence FROM exception_case")))
    assert evidence == {"journal": machine.journal, "numbers": "2–2", "since": TAKEN}
    assert again.rows("SELECT copy FROM loan ORDER BY copy") == [(1,), (3,)]
    assert audit.check(place.folder, day, place.url) == []


def test_a_machine_that_waited_goes_on_as_if_nothing_had_been(
    restored: tuple[Again, Machine, Place],
) -> None:
    again, machine, _place = restored

    again.hear(machine.says("hello", machine.hello(acked=1), NOW_MS))
    say(again, machine, 2)

    assert again.rows(OPEN_CASES) == []
    assert again.rows("SELECT copy FROM loan ORDER BY copy") == [(1,), (2,), (3,)]


def test_a_journal_that_began_after_the_backup_is_missing_from_its_first_record(
    restored: tuple[Again, Machine, Place],
) -> None:
    again, _machine, _place = restored
    other = Machine("bc02")
    other.session(0, READERS[1])

    again.hear(other.says("hello", other.hello(acked=1), NOW_MS))

    assert again.rows(OPEN_CASES) == [("missing",)]


def test_a_stream_that_went_on_after_the_restore_is_set_aside(
    restored: tuple[Again, Machine, Place],
) -> None:
    again, machine, _place = restored
    again.hear(machine.says("hello", machine.hello(acked=1), NOW_MS))
    again.hear(machine.says("fact", machine.payload(2, 2), NOW_MS + 1))

    again.hear(machine.says("hello", machine.hello(acked=3), NOW_MS + 2))

    assert again.rows(OPEN_CASES) == [("quarantine",)]


def test_machines_take_the_policy_of_a_restored_ledger(
    restored: tuple[Again, Machine, Place],
) -> None:
    again, _machine, _place = restored
    revisions = [row[0] for row in again.rows("SELECT revision FROM policy ORDER BY revision")]

    assert revisions == sorted(revisions)
    assert not revisions or revisions[-1] > 1_000_000
