"""The ring log: entries survive cuts at every operation, and erasing is rare."""

from bookcase_fw.ring import Part, Ring, RingFull
from hw_sim.flash import TEARS, Flash, PowerCut

LABEL = b"label-of-12."


def _entry(number: int) -> bytes:
    return b"entry %d " % number + b"x" * (number * 37 % 300)


def test_entries_come_back_after_a_restart():
    flash = Flash(4)
    ring = Ring(flash, LABEL)
    for number in range(1, 20):
        assert ring.append(_entry(number)) == number

    ring = Ring(flash.restarted(), bytes(12))

    assert ring.last == 19 and ring.label == LABEL
    assert [ring.read(number) for number in range(1, 20)] == [_entry(n) for n in range(1, 20)]
    assert ring.read(20) is None


def test_what_was_not_released_is_never_overwritten():
    ring = Ring(Flash(4), LABEL)
    try:
        while True:
            ring.append(bytes(1000))
    except RingFull:
        pass

    assert ring.last == 16 and ring.read(1) == bytes(1000)

    ring.released = 4
    assert ring.append(bytes(1000)) == 17
    assert ring.read(4) is None and ring.read(5) == bytes(1000)


def test_a_rotten_entry_is_missed_and_those_behind_it_are_not():
    flash = Flash(4)
    ring = Ring(flash, LABEL)
    for number in range(1, 9):
        ring.append(_entry(number))
    flash.rot(b"entry 3")

    ring = Ring(flash.restarted(), LABEL)

    assert ring.last == 8
    assert [n for n in range(1, 9) if ring.read(n) is None] == [3]


def test_a_rotten_size_hides_only_its_own_entry():
    flash = Flash(4)
    ring = Ring(flash, LABEL)
    for number in range(1, 9):
        ring.append(_entry(number))
    flash.rot(b"entry 3", -8)

    ring = Ring(flash.restarted(), LABEL)

    assert [n for n in range(1, 9) if ring.read(n) is None] == [3]


def test_a_sector_with_a_rotten_header_is_missed_alone():
    flash = Flash(8)
    ring = Ring(flash, LABEL)
    while ring.held(1) < 3 * 4096:
        ring.append(b"%d" % ring.last + bytes(500 - len(str(ring.last))))
    flash.rot(b"8" + bytes(499), -30)

    ring = Ring(flash.restarted(), LABEL)

    missed = [n for n in range(1, ring.last + 1) if ring.read(n) is None]
    assert missed == list(range(9, 17))


def test_a_label_holds_until_the_next():
    flash = Flash(4)
    ring = Ring(flash, LABEL)
    ring.append(b"one")
    ring.mark(b"second-label")
    ring.append(b"two")

    ring = Ring(flash.restarted(), LABEL)

    assert ring.label == b"second-label" and ring.last == 2 and ring.read(2) == b"two"


def test_sectors_are_erased_once_for_each_that_is_filled():
    flash = Flash(8)
    ring = Ring(flash, LABEL)
    for number in range(1, 3001):
        ring.released = ring.append(_entry(number))
        ring.tend()

    assert flash.erases <= 1.1 * flash.programmed_size / 4096


def test_a_part_of_a_flash_is_a_flash():
    flash = Flash(12)
    left, right = Ring(Part(flash, 0, 4), LABEL), Ring(Part(flash, 4, 8), LABEL)
    for number in range(1, 40):
        left.released = left.append(_entry(number))
        right.released = right.append(_entry(number + 1))

    assert left.read(39) == _entry(39) and right.read(39) == _entry(40)


def test_a_cut_at_every_operation_loses_nothing_that_was_confirmed():
    for tear in TEARS:
        for drops in (False, True):
            operation, finished = 1, False
            while not finished:
                finished = _cut_and_go_on(operation, tear, drops)
                operation += 1
            assert operation > 40


def _cut_and_go_on(operation: int, tear: str, drops: bool) -> bool:
    """Write with a cut at an operation, then go on; return whether the end was reached uncut."""
    flash = Flash(4)
    flash.cut_at, flash.tear, flash.drops_unsynced = operation, tear, drops
    confirmed = [0]
    try:
        _write(Ring(flash, LABEL), confirmed)
    except PowerCut:
        pass
    uncut = not flash.dead
    ring = Ring(flash.restarted(), LABEL)
    # The entry under way may be there whole; nothing else may.
    assert ring.last - confirmed[0] in (0, 1), (operation, tear, ring.last, confirmed)
    kept = range(max(1, ring.last - 4), ring.last + 1)
    assert [ring.read(n) for n in kept] == [_entry(n) for n in kept], (operation, tear)
    confirmed[0] = ring.last
    _write(ring, confirmed)
    assert ring.read(ring.last) == _entry(ring.last)
    return uncut


def _write(ring: Ring, confirmed: list):
    for number in range(confirmed[0] + 1, confirmed[0] + 40):
        confirmed[0] = ring.append(_entry(number))
        ring.released = max(0, number - 5)
        ring.tend()
