"""A 24-hour return with a UHF reader: what a chip's memory says of the book counts."""

import binascii

from bookcase_fw.codecs.tags import uhf_library
from tests.device.lab import tag
from tests.device.test_returns import Slot

OURS, THEIRS = "CN-510000-1", "CN-310000-2"
CARD_IN_USER_BANK = binascii.unhexlify("06050180") + bytes(12)  # Type of usage 80.


class Library(Slot):
    FIELDS = Slot.FIELDS | {"owner": OURS}

    def write(self, uii: str, user: bytes = b"") -> str:
        """Make a chip of a library's form; return its number, that of its EPC bank."""
        bank = uhf_library.encode_bank(uii, uhf_library.IN_STOCK)
        name = binascii.hexlify(bank[2:]).decode().upper()
        flags = (bank[0] << 8 | bank[1]) & 0x3FF | 0x400 * bool(user)
        self.reader.chips[name] = (flags, user)
        return name

    def drop_chip(self, name: str):
        self.drop()
        self.lying = [name]


async def test_a_book_of_ours_is_returned_by_the_number_in_its_chip():
    slot = Library()
    name = slot.write(OURS + ".MH00000001")
    slot.books[name] = {"barcode": "MH00000001"}
    await slot.begin()
    slot.drop_chip(name)

    (fact,) = await slot.facts(1, "returned")
    assert (fact["tag"], fact["number"]) == (name, "MH00000001")
    await slot.switch_off()


async def test_another_librarys_book_goes_out_again():
    slot = Library()
    await slot.begin()
    slot.drop_chip(slot.write(THEIRS + ".MH00000001"))
    await slot.shows("given_back")

    assert slot.screen.shown["why"] == "foreign" and slot.service.kinds("returned") == []
    await slot.switch_off()


async def test_a_readers_card_by_its_user_bank_goes_out_and_is_told_to_nobody():
    slot = Library()
    await slot.begin()
    slot.drop_chip(slot.write(OURS + ".SG00000012", CARD_IN_USER_BANK))
    await slot.shows("given_back")

    assert slot.screen.shown["why"] == "patron_card"
    assert slot.service.asked == [] and slot.service.kinds("returned") == []
    await slot.switch_off()


async def test_a_number_of_ours_on_another_chip_is_returned_and_looked_at():
    slot = Library()
    name = slot.write(OURS + ".MH00000001")
    slot.books[name] = {"barcode": "", "ok": False, "why": "unknown_tag"}
    await slot.begin()
    slot.drop_chip(name)

    (fact,) = await slot.facts(1, "returned")
    assert fact["number"] == "MH00000001" and fact["bin"] == 3
    await slot.switch_off()


async def test_a_chip_that_is_a_number_and_nothing_else_is_asked_about_by_it():
    slot = Library()
    await slot.begin()
    await slot.returned(1)

    (fact,) = slot.service.kinds("returned")
    assert fact["tag"] == tag(1) and fact["number"] == ""
    await slot.switch_off()
