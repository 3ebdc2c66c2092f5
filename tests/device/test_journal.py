"""The journal: numbered, chained, kept until acknowledged, whatever the power does."""

import json

from bookcase_fw import record, wire
from bookcase_fw.journal import Journal, JournalFull
from hw_sim.flash import TEARS, Flash, PowerCut

KEY = bytes(range(32))
STAMP = (3, 81234, 1795244526123, 2)


class _Random:
    """Journal ids in turn."""

    def __init__(self):
        self.count = 0

    def __call__(self, size: int) -> bytes:
        self.count += 1
        return bytes([self.count] * size)


def _journal(flash: Flash) -> Journal:
    return Journal(flash, KEY, _Random())


def _session(number: int) -> dict:
    tags = ["E28011606000020%09d" % (number * 10 + n) for n in range(number % 5)]
    return {"id": "3.%d" % number, "how": "card", "door": 1, "end": "shut", "took": tags}


def _ids(records: list) -> list:
    return [record.decode(data)["d"].get("id", "lost") for data in records]


def _check_chain(journal: Journal, number: int, records: list, after_lost: bool = False):
    """Every record carries its number and the chain value of the one before."""
    before = journal.head(number)
    for data in records:
        number += 1
        envelope = record.decode(data)
        assert envelope["n"] == number and (envelope["p"] == before or after_lost)
        after_lost = False
        before = record.chain(KEY, data)
    assert before == journal.head(number)


def test_records_are_numbered_and_chained():
    journal = _journal(Flash(8, 2048))
    for number in range(1, 30):
        assert journal.append("session", _session(number), STAMP) == number

    records = journal.since(0, 100000)

    assert journal.last == 29 and journal.acked == 0 and journal.id == "01010101"
    assert _ids(records) == ["3.%d" % n for n in range(1, 30)]
    assert journal.head(0) == record.genesis(KEY, "01010101")
    _check_chain(journal, 0, records)


def test_a_list_is_cut_at_the_size_but_never_empty():
    journal = _journal(Flash(8, 2048))
    for number in range(1, 10):
        journal.append("session", _session(number), STAMP)

    sizes = [len(data) for data in journal.since(0, 100000)]

    assert len(journal.since(0, sum(sizes[:4]))) == 4
    assert len(journal.since(4, 1)) == 1
    assert journal.since(9, 1000) == []


def test_a_restart_goes_on_with_numbers_and_chain():
    flash = Flash(8, 2048)
    journal = _journal(flash)
    for number in range(1, 4):
        journal.append("session", _session(number), STAMP)

    journal = _journal(flash.restarted())
    journal.append("session", _session(4), STAMP)

    assert journal.id == "01010101" and journal.last == 4
    _check_chain(journal, 0, journal.since(0, 100000))


def test_a_full_journal_refuses_loans_first_and_never_overwrites():
    journal = _journal(Flash(8, 2048))
    lent = {"visit": "3.1", "reader": "a" * 24, "tag": "E2", "due": 20261221}
    returned = {"visit": "3.1", "tag": "E2"}
    refused = []
    for kind, body in (("lent", lent), ("returned", returned)):
        try:
            while True:
                journal.append(kind, body, STAMP)
        except JournalFull:
            refused.append(journal.fill)

    assert 90 <= refused[0] < 96 and refused[1] > 95 and not journal.lends
    assert _ids(journal.since(0, 1000))[0] == "lost"  # Neither kind has an id.
    assert record.decode(journal.since(0, 1)[0])["n"] == 1

    journal.acknowledge(journal.last)

    assert journal.fill == 0
    journal.append("lent", lent, STAMP)


def test_acknowledged_records_make_room_for_ever():
    flash = Flash(6, 2048)
    journal = _journal(flash)
    for number in range(1, 2001):
        journal.append("session", _session(number), STAMP)
        journal.acknowledge(number)
        journal.tend()

    assert journal.last == 2000 and journal.acked == 2000
    assert flash.erases <= 1.1 * flash.programmed_size / 2048


def test_the_pointer_on_flash_may_be_behind_but_never_ahead():
    flash = Flash(8, 2048)
    journal = _journal(flash)
    for number in range(1, 100):
        journal.append("session", _session(number), STAMP)
        journal.acknowledge(number - 1)

    journal = _journal(flash.restarted())

    assert 80 <= journal.acked <= 98


def test_an_unreadable_record_is_delivered_as_lost_and_the_stream_goes_on():
    flash = Flash(8, 2048)
    journal = _journal(flash)
    for number in range(1, 8):
        journal.append("session", _session(number), STAMP)
    for number in (3, 4):
        flash.rot(b'"id": "3.%d"' % number)

    journal = _journal(flash.restarted())
    parts, number = [], 0
    while number < journal.last:
        parts.append(journal.since(number, 100000))
        _check_chain(journal, number, parts[-1], after_lost=number == 4)
        number += len(parts[-1])

    kinds = [record.decode(data)["k"] for part in parts for data in part]
    assert kinds == ["session", "session", "lost", "lost", "session", "session", "session"]
    assert [len(part) for part in parts] == [3, 1, 3]
    assert journal.since(2, 1) == journal.since(2, 1)


def test_a_new_id_keeps_what_was_not_acknowledged():
    flash = Flash(8, 2048)
    journal = _journal(flash)
    for number in range(1, 11):
        journal.append("session", _session(number), STAMP)
    journal.acknowledge(6)

    journal.renew()

    assert (journal.id, journal.last, journal.acked) == ("02020202", 4, 0)
    assert _ids(journal.since(0, 100000)) == ["3.7", "3.8", "3.9", "3.10"]
    _check_chain(journal, 0, journal.since(0, 100000))
    journal = _journal(flash.restarted())
    assert (journal.id, journal.last) == ("02020202", 4)


def test_a_full_journal_has_room_for_a_new_id():
    journal = _journal(Flash(8, 2048))
    number = 0
    try:
        while True:
            journal.append("session", _session(number + 1), STAMP)
            number += 1
    except JournalFull:
        pass

    journal.renew()

    assert journal.last == number
    _check_chain(journal, 0, journal.since(0, 100000))


def test_a_wrong_body_is_refused_and_writes_nothing():
    journal = _journal(Flash(8, 2048))
    try:
        journal.append("session", {"id": "3.1"}, STAMP)
        raise AssertionError("taken")
    except wire.WireError as error:
        assert "session.how" in str(error)
    assert journal.last == 0


def test_records_are_json_lines():
    journal = _journal(Flash(8, 2048))
    journal.append("fault", {"part": "reader.2", "on": True}, STAMP)

    assert json.loads(journal.since(0, 1)[0].decode())["d"] == {"part": "reader.2", "on": True}


def test_a_cut_at_every_operation_loses_nothing_and_doubles_nothing():
    for tear in TEARS:
        operation, finished = 1, False
        while not finished:
            finished = _cut_and_go_on(operation, tear)
            operation += 1
        assert operation > 60


def _cut_and_go_on(operation: int, tear: str) -> bool:
    """Live a life with a cut at an operation, then go on; return whether it was never cut."""
    flash = Flash(6, 2048)
    flash.cut_at, flash.tear, flash.drops_unsynced = operation, tear, True
    service = {"done": [], "confirmed": 0}
    try:
        _live(_journal(flash), service)
    except PowerCut:
        pass
    journal = _journal(flash.restarted())
    _drain(journal, service)
    told = service["done"]
    assert told == list(range(1, len(told) + 1)), (operation, tear, told)
    assert len(told) - service["confirmed"] in (0, 1), (operation, tear)
    return not flash.dead


def _live(journal: Journal, service: dict):
    for number in range(1, 60):
        journal.append("session", _session(number), STAMP)
        service["confirmed"] = number
        journal.tend()
        if number % 7 == 0:
            _drain(journal, service)
        if number == 40:
            journal.renew()


def _drain(journal: Journal, service: dict):
    """Take every record once, as the service does: by its journal id and number."""
    if service.get("journal") != journal.id:
        service["journal"], service["number"] = journal.id, 0
    while service["number"] < journal.last:
        for data in journal.since(service["number"], 2000):
            envelope = record.decode(data)
            assert envelope["n"] == service["number"] + 1
            service["number"] += 1
            done = int(envelope["d"]["id"].split(".")[1])
            if done not in service["done"]:
                service["done"].append(done)
    journal.acknowledge(service["number"])
