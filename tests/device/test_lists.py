"""Lists of readers on flash: found, fetched in parts, resumed, and never half in force."""

import binascii
import hashlib

from bookcase_fw import lists
from bookcase_fw.lists import Lists, ListsError, fetch
from bookcase_fw.notes import Notes
from bookcase_fw.ring import Part
from hw_sim.flash import Flash, PowerCut
from tests.device.source import Source, said

BANK = 6
NOTES = 7


def reader(number: int) -> str:
    return binascii.hexlify(hashlib.sha256(b"%d" % number).digest()[:12]).decode()


def machine(flash: Flash) -> Lists:
    return Lists(Part(flash, 0, 2 * BANK), Notes(Part(flash, 2 * BANK, NOTES)))


def blank() -> Flash:
    return Flash(2 * BANK + NOTES)


def some(first: int, count: int, quota: int = 3) -> dict:
    return {reader(number): quota for number in range(first, first + count)}


async def test_every_reader_is_found_with_their_quota_and_nobody_else():
    known = some(0, 900) | some(900, 50, quota=1) | some(950, 50, quota=0)
    held = machine(blank())
    source = Source(known)
    assert held.quota(reader(1)) is None
    assert await fetch(held, source.wanted, source.ask)

    assert held.revision == source.wanted
    for name, quota in known.items():
        assert held.quota(name) == quota
    assert [held.quota(name) for name in some(1000, 200)] == [None] * 200


async def test_only_parts_that_differ_are_fetched():
    flash, known = blank(), some(0, 800)
    held, source = machine(flash), Source(known)
    await fetch(held, source.wanted, source.ask)
    gone = reader(5)
    known.pop(gone)
    source = Source(known)
    await fetch(held, source.wanted, source.ask)

    assert len(source.asked) == 2 and held.quota(gone) is None and held.quota(reader(6)) == 3
    again = machine(flash)
    assert again.quota(gone) is None and again.quota(reader(6)) == 3


async def test_the_old_lists_are_in_force_until_the_new_ones_are_whole():
    held, old, new = machine(blank()), Source(some(0, 400)), Source(some(400, 400))
    await fetch(held, old.wanted, old.ask)

    async def breaks_off(text: str):
        return None if len(new.asked) > 2 else await new.ask(text)

    assert not await fetch(held, new.wanted, breaks_off)
    assert held.quota(reader(1)) == 3 and held.quota(reader(401)) is None
    new.asked = []
    assert await fetch(held, new.wanted, new.ask)

    assert len(new.asked) == 3  # The directory, and the two parts that were missing.
    assert held.quota(reader(1)) is None and held.quota(reader(401)) == 3


async def test_what_is_no_part_of_them_is_refused():
    held, source = machine(blank()), Source(some(0, 100))
    for spoilt in (b"", b"12345678", source.parts[1], bytes(8 * 501)):

        async def lies(text: str, spoilt=spoilt):
            return said(spoilt) if text.endswith(" 0") else await source.ask(text)

        assert spoilt != source.parts[0]
        try:
            await fetch(held, source.wanted, lies)
        except ListsError:
            continue
        raise AssertionError(spoilt)
    assert held.revision == 0


async def test_a_power_cut_at_any_operation_leaves_the_old_lists_or_the_new_ones():
    old, new = some(0, 300), some(150, 300)
    cuts = 0
    for tear in ("nothing", "half", "all"):
        operation, uncut = 0, False
        while not uncut:
            operation += 1
            flash = blank()
            held, source = machine(flash), Source(old)
            await fetch(held, source.wanted, source.ask)
            flash.tear, flash.drops_unsynced = tear, tear != "half"
            flash.cut_at = flash.operations + operation
            source = Source(new)
            try:
                await fetch(held, source.wanted, source.ask)
            except PowerCut:
                cuts += 1
            uncut = not flash.dead
            flash = flash.restarted()
            held = machine(flash)
            known = new if held.revision == source.wanted else old
            for number in range(0, 450, 7):
                assert held.quota(reader(number)) == known.get(reader(number)), (tear, operation)
            await fetch(held, source.wanted, source.ask)
            assert [held.quota(name) for name in sorted(new)] == [3] * 300
    assert cuts > 3 * 4 * 3 and lists.ENTRIES_MAX == 500
