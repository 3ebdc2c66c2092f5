"""The upload: in order, a window at a time, again from the gap, and nobody else's ack."""

import json

from bookcase_fw import wire
from bookcase_fw.upload import JITTER_MS, RETRY_MS, WINDOW, Upload

RECORD_SIZE = 100


class Journal:
    """The least of a journal: records of one size in memory."""

    def __init__(self, last: int):
        self.id, self.last, self.acked = "00000001", last, 0

    def since(self, number: int, size: int) -> list:
        count = min(max(1, size // (RECORD_SIZE + 2)), self.last - number)
        return [self.record(number + 1 + index) for index in range(count)]

    def record(self, number: int) -> bytes:
        start = b'{"n":%d,"x":"' % number
        return start + b"x" * (RECORD_SIZE - len(start) - 2) + b'"}'

    def head(self, number: int) -> str:
        return "%016x" % number

    def acknowledge(self, number: int):
        self.acked = number

    def renew(self):
        self.id = "00000002"
        self.last, self.acked = self.last - self.acked, 0


def ack(number: int, journal: str = "00000001", renew: bool = False) -> dict:
    return {"journal": journal, "number": number, "renew": renew}


def numbers(payload: bytes | None) -> list:
    return [record["n"] for record in json.loads(payload)["records"]] if payload else []


def sent(upload: Upload, now_ms: int) -> list:
    """Return the first and last number of each message that is sent now."""
    spans = []
    while True:
        found = numbers(upload.next(now_ms))
        if not found:
            return spans
        assert found == list(range(found[0], found[-1] + 1))
        spans.append((found[0], found[-1]))


def upload_of(journal: Journal, records_a_message: int = 2) -> Upload:
    size = len(wire.fact_payload("0" * 8, "0" * 16, [])) + 2 + records_a_message * (RECORD_SIZE + 2)
    return Upload(journal, lambda n: n - 1, size_max=size)


LATEST_MS = RETRY_MS + JITTER_MS - 1


def test_records_travel_byte_for_byte_under_the_head_of_the_last():
    journal = Journal(last=3)

    payload = upload_of(journal).next(0) or b""

    assert payload == wire.fact_payload("00000001", "%016x" % 2, journal.since(0, 204))
    assert journal.record(1) in payload


def test_a_window_of_messages_waits_for_acks():
    journal = Journal(last=20)
    upload = upload_of(journal)

    assert sent(upload, 0) == [(1, 2), (3, 4), (5, 6), (7, 8)]
    assert len(sent(upload, 1)) == 0
    upload.acked(ack(4), 10)
    assert sent(upload, 10) == [(9, 10), (11, 12)]
    assert WINDOW == 4


def test_a_new_record_goes_out_at_once_when_all_is_quiet():
    journal = Journal(last=0)
    upload = upload_of(journal)
    assert not upload.next(0)

    journal.last = 1

    assert sent(upload, 5) == [(1, 1)]


def test_without_progress_everything_is_said_again():
    journal = Journal(last=5)
    upload = upload_of(journal)
    sent(upload, 0)
    upload.acked(ack(2), 100)

    assert sent(upload, 100 + LATEST_MS - 1) == []
    assert upload.retry_ms(100 + LATEST_MS - 1) == 1
    assert sent(upload, 100 + LATEST_MS) == [(3, 4), (5, 5)]
    assert upload.retry_ms(100 + LATEST_MS) == LATEST_MS


def test_a_gap_is_answered_with_the_old_number_and_mended():
    """The service took 1 and 2, never saw 3 and 4, and answers the rest with 2."""
    journal = Journal(last=8)
    upload = upload_of(journal)
    sent(upload, 0)

    for now_ms in (100, 101, 102):
        upload.acked(ack(2), now_ms)

    assert sent(upload, 200) == []
    assert sent(upload, 100 + LATEST_MS) == [(3, 4), (5, 6), (7, 8)]


def test_an_ack_of_half_a_message_goes_on_behind_it():
    journal = Journal(last=4)
    upload = upload_of(journal)
    sent(upload, 0)

    upload.acked(ack(3), 10)

    assert journal.acked == 3
    assert sent(upload, 10 + LATEST_MS) == [(4, 4)]


def test_acks_that_cannot_be_ours_change_nothing():
    journal = Journal(last=4)
    upload = upload_of(journal)
    sent(upload, 0)
    upload.acked(ack(2), 0)

    for wrong in (ack(4, journal="ffffffff"), ack(5), ack(1), ack(0), ack(-1)):
        assert upload.acked(wrong, 10) is False
        assert journal.acked == 2
    assert upload.acked(ack(4, journal="ffffffff", renew=True), 10) is False
    assert journal.id == "00000001"


def test_a_new_journal_is_said_from_its_beginning():
    journal = Journal(last=6)
    upload = upload_of(journal)
    sent(upload, 0)
    upload.acked(ack(4), 0)

    assert upload.acked(ack(4, renew=True), 10) is True

    assert sent(upload, 10) == [(1, 2)]
    assert upload.acked(ack(6), 20) is False
    assert journal.acked == 0


def test_a_restart_says_all_again_that_is_not_acknowledged():
    journal = Journal(last=3)
    upload = upload_of(journal)
    sent(upload, 0)

    upload.restart()

    assert not upload.waiting
    assert sent(upload, 1) == [(1, 2), (3, 3)]


def test_a_service_that_knows_more_than_was_said_is_believed():
    """After a restart the acknowledged number on flash may be an old one."""
    journal = Journal(last=6)
    upload = upload_of(journal)

    upload.acked(ack(5), 0)

    assert sent(upload, 0) == [(6, 6)]
