"""The card reader's driver against its twin, on good and bad lines."""

import asyncio

from bookcase_fw.codecs import pn532
from bookcase_fw.drivers.cardreader import CardReader, CardReaderError
from hw_sim.devices import pn532 as device
from hw_sim.plug import plug
from hw_sim.wires import Wire

CARD, OTHER = b"\x24\xd3\x4f\x59", b"\xb0\x86\x4d\x25"


class Lab:
    def __init__(self, form: str = "hex"):
        self.twin = device.Reader()
        self.wire = Wire(seed=1)
        self.port = plug(self.twin, self.wire)
        self.reader = CardReader(self.port, form)

    async def fails(self, act) -> bool:
        try:
            await act()
        except CardReaderError:
            return True
        return False

    async def next(self) -> str:
        """Return the next card's number, or nothing when none comes in a second."""
        try:
            return await asyncio.wait_for(self.reader.read(), 1)
        except asyncio.TimeoutError:
            return "nothing"


async def ready(form: str = "hex") -> Lab:
    lab = Lab(form)
    await lab.reader.setup()
    return lab


async def test_a_card_is_told_once_until_it_was_taken_away():
    lab = await ready()
    lab.twin.lay(CARD)
    assert await lab.next() == "24D34F59"
    assert await lab.next() == "nothing"

    lab.twin.take_away()
    assert await lab.next() == "nothing"
    lab.twin.lay(CARD)
    assert await lab.next() == "24D34F59"


async def test_another_card_is_told_at_once():
    lab = await ready(form="dec10")
    lab.twin.lay(CARD)
    assert await lab.next() == "0617828185"

    lab.twin.lay(OTHER)
    assert await lab.next() == "2961591589"


async def test_a_card_without_a_number_is_told_as_an_empty_text():
    lab = await ready(form="hex14")
    lab.twin.lay(CARD)

    assert await lab.next() == ""


async def test_set_up_makes_the_reader_give_up_in_time():
    lab = await ready()

    assert lab.twin.searches == 2
    assert await lab.reader.uid() == b""


async def test_a_search_that_was_left_running_is_ended():
    lab = Lab()
    lab.twin.feed(pn532.encode("cards", pn532.ONE_TYPE_A))

    await lab.reader.setup()

    assert await lab.reader.uid() == b""


async def test_a_deaf_reader_is_reported_and_survived():
    lab = await ready()
    lab.twin.deaf = True
    assert await lab.fails(lab.reader.uid)
    assert await lab.fails(lab.reader.setup)

    lab.twin.deaf = False
    lab.twin.lay(CARD)
    assert await lab.reader.uid() == CARD


async def test_a_line_that_ended_is_reported():
    lab = Lab()
    lab.port[0].unplug()

    assert await lab.fails(lab.reader.setup)


async def test_wires_that_hurt_one_message_cost_a_retry():
    lab = await ready()
    lab.twin.lay(CARD)
    for fault in ("cut", "garble"):
        setattr(lab.wire, fault, 1)
        assert await lab.reader.uid() == CARD, fault
        assert lab.wire.fired[fault] == 1


async def test_a_chopped_slow_noisy_line_is_understood():
    lab = Lab()
    lab.wire.chop, lab.wire.delay_ms, lab.wire.noise = True, 50, 4
    await lab.reader.setup()
    lab.twin.lay(CARD)

    for _round in range(3):
        assert await lab.reader.uid() == CARD
    assert lab.reader.noise_count > 0


async def test_wrong_checksums_are_as_good_as_silence():
    lab = await ready()
    lab.twin.wrong_checksum = True
    lab.twin.lay(CARD)

    assert await lab.fails(lab.reader.uid)


async def test_a_late_card_is_not_taken_for_the_present():
    lab = await ready()
    lab.twin.lay(CARD)
    lab.wire.delay_ms = 600  # Each way: later than all tries together.
    assert await lab.fails(lab.reader.uid)

    lab.wire.delay_ms = 0
    lab.twin.lay(OTHER)
    assert await lab.reader.uid() == OTHER


async def test_a_reader_that_refuses_is_reported():
    lab = await ready()
    lab.twin.feed = lambda data: pn532.ACK + pn532.ERROR

    assert await lab.fails(lab.reader.uid)
