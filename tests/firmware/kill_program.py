"""Writes journal and notes for ever, as the firmware does; whoever started it kills it.

Says a line when something is durable, and first of all what the last start left: `start BOOT LAST`
after the whole chain was checked, `record NUMBER` for each record, `note NUMBER` for each note.
"""

import os

import board

from bookcase_fw import record
from bookcase_fw.journal import Journal
from bookcase_fw.notes import Notes
from bookcase_fw.ring import Part

KEY = bytes(range(32))
JOURNAL_SECTORS, NOTES_SECTORS = 6, 6
WAITING_MAX = 40  # Records that wait for an acknowledgement.
BODY = {"how": "card", "door": 1, "end": "shut", "took": ["E28011606000020000000001"]}


def check(journal: Journal):
    """Every record that was not acknowledged is there, in order, and chained."""
    before = journal.head(journal.acked)
    for number in range(journal.acked, journal.last):
        (data,) = journal.since(number, 1)
        found = record.decode(data)
        assert found["n"] == number + 1 and found["k"] != "lost", found
        assert found["p"] == before, number
        before = record.chain(KEY, data)


flash = board.flash()
notes = Notes(Part(flash, JOURNAL_SECTORS, NOTES_SECTORS))
journal = Journal(Part(flash, 0, JOURNAL_SECTORS), KEY, os.urandom)
check(journal)
boot = notes.load("boot", 0) + 1
print("start", boot, journal.last, notes.load("count", 0))
notes.save("boot", boot)
while True:
    number = journal.append("session", BODY | {"id": "%d.1" % boot}, (boot, 0, 0, 0))
    print("record", number)
    notes.save("count", number)
    print("note", number)
    if number - journal.acked > WAITING_MAX:
        journal.acknowledge(number - WAITING_MAX // 2)
        journal.tend()
        notes.tend()
