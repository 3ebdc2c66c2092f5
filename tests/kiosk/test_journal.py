"""The kiosk's journal keeps what it was given: through restarts, kills and a new journal id."""

import json
import multiprocessing
import os
from pathlib import Path

import pytest

from bookcase_fw import record, wire
from kiosk.services.journal import Journal

KEY = bytes(range(32))
STAMP = (1, 1000, 1795244526123, wire.CLOCK_SYNCED)
RETURNED = {"visit": "1.1", "tag": "E2000001"}


def _tags(journal: Journal) -> list[str]:
    return [record.decode(data)["d"]["tag"] for data in journal.since(journal.acked, 1 << 20)]


def _fill(journal: Journal, count: int) -> None:
    for _ in range(count):
        journal.append("returned", RETURNED | {"tag": f"{journal.last + 1:08X}"}, STAMP)


def test_records_are_numbered_and_chained(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal", KEY)

    assert [journal.append("returned", RETURNED, STAMP) for _ in range(3)] == [1, 2, 3]

    before = record.genesis(KEY, journal.id)
    for number, data in enumerate(journal.since(0, 1 << 20), 1):
        fields = record.decode(data)
        assert (fields["n"], fields["p"]) == (number, before)
        before = record.chain(KEY, data)
        assert journal.head(number) == before


def test_a_restart_finds_everything_and_counts_the_boot(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal", KEY)
    _fill(journal, 3)
    journal.acknowledge(1)
    journal.save("policy", {"revision": 3})
    before = (journal.id, journal.last, journal.acked, journal.head(3))
    journal.close()

    again = Journal(tmp_path / "journal", KEY)

    assert (again.id, again.last, again.acked, again.head(3)) == before
    assert (journal.boot, again.boot) == (1, 2)
    assert again.load("policy") == {"revision": 3}
    assert again.load("none", "default") == "default"
    assert _tags(again) == ["00000002", "00000003"]


def test_what_is_acknowledged_is_gone_and_numbers_go_on(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal", KEY)
    _fill(journal, 5)

    journal.acknowledge(5)
    journal.acknowledge(2)
    journal.acknowledge(99)

    assert (journal.last, journal.acked, journal.since(0, 1 << 20)) == (5, 5, [])
    assert journal.append("returned", RETURNED, STAMP) == 6


def test_as_many_records_as_fit_and_at_least_one(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal", KEY)
    _fill(journal, 5)
    size = len(journal.since(0, 1)[0])

    assert len(journal.since(0, 1)) == 1
    assert len(journal.since(0, 2 * (size + 2))) == 2
    assert len(journal.since(4, 1 << 20)) == 1
    assert journal.since(5, 1 << 20) == []


def test_a_new_journal_carries_what_waits_under_new_numbers(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal", KEY)
    _fill(journal, 4)
    journal.acknowledge(2)
    first = journal.id

    journal.renew()

    assert journal.id != first
    assert (journal.last, journal.acked) == (2, 0)
    assert _tags(journal) == ["00000003", "00000004"]
    fields = record.decode(journal.since(0, 1)[0])
    assert fields["p"] == record.genesis(KEY, journal.id)
    assert (fields["b"], fields["u"], fields["t"], fields["q"]) == STAMP


def test_a_fact_that_does_not_fit_leaves_no_trace(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal", KEY)

    with pytest.raises(wire.WireError, match="tag"):
        journal.append("returned", {"visit": "1.1"}, STAMP)

    assert journal.last == 0
    assert journal.append("returned", RETURNED, STAMP) == 1


def _write_for_ever(path: Path, told: int) -> None:
    journal = Journal(path, KEY)
    while True:
        number = journal.append("returned", RETURNED, STAMP)
        os.write(told, b"%d\n" % number)


def test_what_was_said_to_be_written_survives_a_kill(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    for _ in range(3):
        heard, told = os.pipe()
        writer = context.Process(target=_write_for_ever, args=(tmp_path / "journal", told))
        writer.start()
        os.close(told)
        lines = os.read(heard, 100)
        writer.kill()
        writer.join()
        with os.fdopen(heard, "rb") as rest:
            lines += rest.read()
        numbers = [int(line) for line in lines.split(b"\n")[:-1]]

        journal = Journal(tmp_path / "journal", KEY)

        assert journal.last >= numbers[-1]
        records = journal.since(0, 1 << 30)
        assert [json.loads(data)["n"] for data in records] == list(range(1, journal.last + 1))
        journal.close()
