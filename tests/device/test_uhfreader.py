"""The UHF reader's driver against its twin, on good and bad lines."""

import asyncio

from bookcase_fw.codecs import r200
from bookcase_fw.drivers.line import Waits
from bookcase_fw.drivers.uhfreader import WAITS, UhfReader, UhfReaderError
from hw_sim.devices import r200 as device
from hw_sim.plug import plug
from hw_sim.wires import Wire

TAGS = ["E2000000000000000000%04d" % number for number in range(40)]


PATIENT = Waits(answer_s=0.5, quiet_s=0.5, late_s=0.7, gap_s=0.25)  # A loaded machine is late.


class Lab:
    def __init__(self, waits=WAITS):
        self.air = []
        self.twin = device.Reader(lambda: self.air)
        self.wire = Wire(seed=1)
        self.port = plug(self.twin, self.wire)
        self.reader = UhfReader(self.port, waits)

    async def round(self) -> list:
        return sorted(await self.reader.round())

    async def fails(self, act) -> bool:
        try:
            await act()
        except UhfReaderError:
            return True
        return False


async def test_a_round_hears_each_tag_once_and_keeps_the_strongest():
    lab = Lab()
    lab.air = [(TAGS[0], -60), (TAGS[1], -55), (TAGS[0], -48), (TAGS[1], -70)]

    assert await lab.round() == [(TAGS[0], -48), (TAGS[1], -55)]


async def test_a_round_that_hears_nothing_is_empty():
    assert await Lab().round() == []


async def test_forty_tags_are_heard_in_one_round():
    lab = Lab()
    lab.air = [(tag, -50) for tag in TAGS]

    assert [tag for tag, _dbm in await lab.round()] == TAGS


async def test_set_up_for_china():
    lab = Lab()

    await lab.reader.setup(power_cdbm=1850)

    assert lab.twin.region == 1
    assert lab.twin.power_cdbm == 1850


async def test_set_up_ends_rounds_that_an_earlier_start_left_running():
    lab = Lab()
    lab.air = [(TAGS[0], -50)]
    lab.twin.feed(r200.encode("command", "inventories", b"\x22\x27\x10"))
    await asyncio.sleep(0.5)

    await lab.reader.setup()
    lab.air = []

    assert await lab.round() == []


async def test_a_reader_that_never_ends_its_round_is_reported():
    lab = Lab(PATIENT)
    lab.air = [(TAGS[0], -50)]
    lab.twin.feed(r200.encode("command", "inventories", b"\x22\xff\xff"))
    lab.twin.feed = lambda data: b""

    assert await lab.fails(lab.reader.round)


async def test_a_deaf_reader_is_reported_and_survived():
    lab = Lab()
    lab.air = [(TAGS[0], -50)]
    lab.twin.deaf = True
    assert await lab.fails(lab.reader.round)
    assert await lab.fails(lab.reader.setup)

    lab.twin.deaf = False
    assert await lab.round() == lab.air
    await lab.reader.setup()


async def test_a_line_that_ended_is_reported():
    lab = Lab()
    lab.port[0].unplug()

    assert await lab.fails(lab.reader.round)


async def test_wires_that_hurt_one_message_cost_a_retry():
    lab = Lab()
    for fault in ("cut", "garble"):
        lab.air = [(TAGS[0], -50)]
        setattr(lab.wire, fault, 1)
        assert await lab.round() == lab.air, fault
        assert lab.wire.fired[fault] == 1


async def test_a_cut_among_many_tags_loses_only_what_was_cut():
    lab = Lab()
    lab.air = [(tag, -50) for tag in TAGS[:10]]
    answer = lab.twin.feed(r200.encode("command", "inventory"))
    lab.twin.feed = lambda data: answer[: len(answer) // 2 - 3]

    heard = [tag for tag, _dbm in await lab.round()]

    assert heard == TAGS[:4]
    assert lab.reader.noise_count == 21


async def test_a_chopped_slow_noisy_line_is_understood():
    lab = Lab()
    lab.air = [(tag, -50) for tag in TAGS[:5]]
    lab.wire.chop, lab.wire.delay_ms, lab.wire.noise = True, 50, 4

    for _round in range(3):
        assert await lab.round() == lab.air
    assert lab.reader.noise_count > 0


async def test_wrong_checksums_are_as_good_as_silence():
    lab = Lab()
    lab.air = [(TAGS[0], -50)]
    lab.twin.wrong_checksum = True

    assert await lab.fails(lab.reader.round)


async def test_a_late_round_ends_with_its_own_asking():
    lab = Lab()
    lab.air = [(TAGS[0], -50)]
    lab.wire.delay_ms = 300  # Each way: the answer to the first try comes during the second.
    assert await lab.round() == [(TAGS[0], -50)]

    lab.wire.delay_ms = 0
    lab.air = [(TAGS[1], -50)]
    assert await lab.round() == [(TAGS[1], -50)]


async def test_a_refused_setting_is_reported():
    lab = Lab()
    lab.twin.feed = lambda data: r200.encode("answer", "error", b"\x17")

    assert await lab.fails(lab.reader.setup)


async def test_the_memory_of_a_tag_is_read_as_far_as_it_goes():
    lab = Lab()
    lab.air = [(tag, -50) for tag in TAGS[:4]]
    banks = (bytes(range(32)), bytes(range(64)), bytes(range(9)), b"")
    lab.twin.chips = {TAGS[n]: (0x400 * bool(bank), bank) for n, bank in enumerate(banks)}

    read = []
    for name in TAGS[:4]:
        read.append(await lab.reader.memory(name))

    assert [user for _bank, user in read] == [bytes(range(32))] * 2 + [bytes(range(8)), b""]
    assert [bank[:2] for bank, _user in read] == [b"\x34\x00"] * 3 + [b"\x30\x00"]
    assert read[3][0][2:] == bytes.fromhex(TAGS[3])


async def test_a_tag_that_has_left_has_no_memory_and_is_no_fault():
    lab = Lab()

    assert await lab.reader.memory(TAGS[0]) is None
    assert await lab.round() == []


async def test_memory_is_read_over_a_bad_line_and_not_of_a_deaf_reader():
    lab = Lab()
    lab.air = [(TAGS[0], -50)]
    lab.wire.garble = 2
    assert await lab.reader.memory(TAGS[0]) == (bytes.fromhex("3000" + TAGS[0]), b"")
    lab.twin.deaf = True

    assert await lab.fails(lambda: lab.reader.memory(TAGS[0]))
