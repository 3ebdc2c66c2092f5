"""A 24-hour return with an HF reader: memory, security bit, and what lies in books besides."""

from bookcase_fw.codecs.tags import iso28560_3, model
from bookcase_fw.drivers.hfreader import HfReader
from hw_sim.devices import feig
from hw_sim.devices.feig import Chip
from tests.device.lab import WAITS, opener
from tests.device.test_returns import Slot

OWNER, OTHER = "CN-310112-MH", "DK-718500"
BOOK, CARD_USAGE = 1, 8


def uid(number: int) -> str:
    return "E00401%010X" % number


def chip(number: int, owner: str = OWNER, usage: int = BOOK, parts: tuple = (1, 1), text: str = ""):
    """Return a chip on loan, as the Danish model has it."""
    text = text or "MH%08d" % number
    block = iso28560_3.Block(text, owner, usage, parts[0], parts[1])
    return Chip(uid(number), _filled(iso28560_3.encode(block)), afi=model.ON_LOAN)


class HfSlot(Slot):
    """`lying` are chips."""

    FIELDS = Slot.FIELDS | {"reader": "hf", "owner": OWNER}

    def __init__(self, **timings):
        super().__init__(**timings)
        self.reader = feig.Reader(lambda: self.lying)

    def openers(self) -> dict:
        waits = WAITS
        return super().openers() | {"reader.1": opener(self.reader, HfReader, waits=waits)}

    def put_in(self, *chips: Chip):
        assert self.plc.open_flap()
        self.lying = list(chips)
        self.plc.put_in(450)

    def _book(self, name: str) -> dict:
        return super()._book(name) | {"barcode": "MH%08d" % int(name[6:], 16)}


async def test_a_returned_book_is_in_stock_for_the_gates_and_nothing_is_noted():
    slot = HfSlot()
    await slot.begin()
    book = chip(1)
    slot.put_in(book)
    await slot.shows("returned")

    (fact,) = await slot.facts(1, "returned")
    assert fact["tag"] == uid(1) and fact["number"] == "MH00000001" and fact["bin"] == 1
    assert (book.afi, book.eas) == (model.IN_STOCK, True) and slot.service.kinds("bit") == []
    await slot.switch_off()


async def test_a_bit_that_was_swapped_or_cannot_be_written_is_a_fact_and_the_book_is_returned():
    slot = HfSlot()
    await slot.begin()
    swapped, locked = chip(1), chip(2)
    swapped.afi, swapped.eas = model.IN_STOCK, True
    locked.afi_locked = True
    for number, book, found, ok in ((1, swapped, "swapped", True), (2, locked, "right", False)):
        await slot.until(lambda: not slot.plc.is_locked, "the flap")
        slot.put_in(book)
        facts = await slot.facts(number, "bit")
        assert (facts[-1]["tag"], facts[-1]["found"], facts[-1]["ok"]) == (uid(number), found, ok)
        assert len(await slot.facts(number, "returned")) == number
        await slot.shows("returned")
    await slot.switch_off()


async def test_a_power_cut_between_bit_and_record_ends_in_one_return():
    slot = HfSlot()
    await slot.begin()
    book = chip(1)
    slot.put_in(book)
    await slot.until(lambda: book.eas, "the bit")
    await slot.switch_off()
    told = len(slot.service.kinds("returned"))
    slot.switch_on()

    facts = await slot.facts(1, "returned")
    assert told <= 1 and [fact["tag"] for fact in facts] == [uid(1)]
    await slot.until(lambda: slot.plc.fills[0] == 5, "the bin")
    assert (book.afi, book.eas) == (model.IN_STOCK, True)
    await slot.switch_off()


async def test_a_readers_card_in_a_book_goes_out_again_and_nobody_hears_of_it():
    slot = HfSlot()
    await slot.begin()
    slot.put_in(chip(1), chip(2, usage=CARD_USAGE, text="SG00000012"))
    await slot.shows("given_back")

    assert slot.screen.shown["why"] == "patron_card"
    assert slot.service.facts == [] and slot.service.asked == []
    await slot.switch_off()


async def test_another_librarys_book_goes_out_again():
    slot = HfSlot()
    await slot.begin()
    slot.put_in(chip(1, owner=OTHER))
    await slot.shows("given_back")

    assert slot.screen.shown["why"] == "foreign" and slot.service.kinds("returned") == []
    await slot.switch_off()


async def test_what_is_in_doubt_is_taken_into_the_bin_for_staff():
    torn, changed = chip(1), chip(2)
    torn.memory[5] ^= 0xFF
    part = chip(3, parts=(2, 1))
    for book, books in ((torn, {}), (changed, {uid(2): {"barcode": "MH99999999"}}), (part, {})):
        slot = HfSlot()
        slot.books = books
        await slot.begin()
        slot.put_in(book)

        (fact,) = await slot.facts(1, "returned")
        assert fact["tag"] == book.uid and fact["bin"] == 3
        await slot.switch_off()


async def test_a_number_of_ours_on_an_unknown_chip_is_taken_and_told_with_its_number():
    slot = HfSlot()
    slot.books[uid(1)] = {"barcode": "", "ok": False, "why": "unknown_tag"}
    await slot.begin()
    slot.put_in(chip(1))

    (fact,) = await slot.facts(1, "returned")
    assert fact["number"] == "MH00000001" and fact["bin"] == 3
    await slot.switch_off()


async def test_a_book_of_two_parts_is_one_return():
    slot = HfSlot()
    await slot.begin()
    slot.put_in(chip(1, parts=(2, 1)), chip(2, parts=(2, 2), text="MH00000001"))

    (fact,) = await slot.facts(1, "returned")
    assert fact["bin"] == 1 and fact["tag"] == uid(1)
    await slot.switch_off()


def _filled(block: bytes) -> bytes:
    return block + bytes(112 - len(block))
