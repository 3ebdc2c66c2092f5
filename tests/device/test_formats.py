"""What older firmware left on flash is still read; what newer firmware left is not touched.

The bytes of format 1 are of our own making, by the firmware that came first; they never change.
"""

import binascii

from bookcase_fw import record
from bookcase_fw.journal import Journal
from bookcase_fw.notes import Notes
from bookcase_fw.ring import NewerRing, Ring
from hw_sim.flash import Flash

KEY, SECTOR_SIZE = bytes(range(32)), 1024
# The first sector of a journal with two records, neither of which is acknowledged.
FORMAT_1 = (
    "5347523101000000010000009f3a01c20000000000000000609776b9920001006037f74b7b226e223a312c22"
    "62223a312c2275223a313030302c2274223a302c2271223a302c226b223a2273657373696f6e222c2270223a"
    "2237306234663531653865666136663436222c2264223a7b226964223a2022312e31222c2022686f77223a20"
    "2263617264222c2022646f6f72223a20312c2022656e64223a202273687574222c2022746f6f6b223a205b22"
    "4532225d7d7dffff700002002f0aeb6c7b226e223a322c2262223a312c2275223a323030302c2274223a3137"
    "39353234343532363030302c2271223a322c226b223a226f7574636f6d65222c2270223a2235643435366636"
    "633232393432396165222c2264223a7b226964223a20226f31222c20226f6b223a20747275657d7d"
)

# The first sector of notes: how many starts there were, and what is behind door 1.
NOTES = (
    "53475231010000000100000000000000000000000000000065d90b140a000100238d1778626f6f742f302f3120"
    "37ffff59000200e5305115646f6f722e312f302f31207b22737461626c65223a207b224532223a205b3935302c"
    "202d35322c2032305d7d2c2022646f75627473223a207b7d2c202273657373696f6e223a207b7d2c202270656e"
    "64696e67223a2022227d"
)


def _flash(first_sector: bytes) -> Flash:
    flash = Flash(6, SECTOR_SIZE)
    flash.writeblocks(0, first_sector)
    return flash


def _newer() -> bytes:
    header = bytearray(binascii.unhexlify(FORMAT_1[:48]))
    header[3] += 1
    return bytes(header) + binascii.crc32(bytes(header)).to_bytes(4, "little")


def test_a_journal_of_format_1_is_read_and_goes_on():
    flash = _flash(binascii.unhexlify(FORMAT_1))
    journal = Journal(flash, KEY, bytes)

    assert (journal.id, journal.last, journal.acked) == ("9f3a01c2", 2, 0)
    first, second = [record.decode(data) for data in journal.since(0, 4096)]
    assert first["p"] == record.genesis(KEY, "9f3a01c2") and first["d"]["took"] == ["E2"]
    assert second["d"]["id"] == "o1" and journal.head(2) == "3fa13af46b20f3c9"
    journal.append("lost", {"why": "a test"}, (2, 0, 0, 0))
    again = Journal(flash.restarted(), KEY, bytes)
    assert again.last == 3 and record.decode(again.since(2, 4096)[0])["p"] == "3fa13af46b20f3c9"


def test_a_journal_of_this_firmware_is_of_format_1_to_the_byte():
    flash = Flash(6, SECTOR_SIZE)
    journal = Journal(flash, KEY, lambda size: binascii.unhexlify("9f3a01c2")[:size])
    journal.append("lost", {"why": "a test"}, (1, 0, 0, 0))
    data = bytearray(28)
    flash.readblocks(0, data)

    assert bytes(data) == binascii.unhexlify(FORMAT_1)[:28]


def test_notes_of_format_1_are_read_and_go_on():
    flash = _flash(binascii.unhexlify(NOTES))
    notes = Notes(flash)

    assert notes.load("boot") == 7 and notes.load("door.1")["stable"] == {"E2": [950, -52, 20]}
    notes.save("boot", 8)
    again = Notes(flash.restarted())
    assert again.load("boot") == 8 and again.load("door.1")["pending"] == ""


def test_a_note_of_this_firmware_is_of_format_1_to_the_byte():
    flash = Flash(6, SECTOR_SIZE)
    Notes(flash).save("boot", 7)
    data = bytearray(46)
    flash.readblocks(0, data)

    assert bytes(data) == binascii.unhexlify(NOTES)[:46]


def test_a_ring_of_a_newer_format_is_refused_and_nothing_of_it_is_lost():
    flash = _flash(_newer())
    operations = flash.operations
    try:
        Ring(flash, bytes(12))
    except NewerRing:
        pass
    else:
        raise AssertionError("taken for blank")

    assert flash.operations == operations


def test_a_header_that_is_torn_is_no_newer_format():
    spoilt = bytearray(_newer())
    spoilt[-1] ^= 1

    assert Ring(_flash(bytes(spoilt)), bytes(12)).last == 0
