"""The HF reader's driver against its twin, on good and bad lines."""

import asyncio

from bookcase_fw.codecs import feig
from bookcase_fw.codecs.tags import model
from bookcase_fw.drivers.hfreader import HfReader, HfReaderError
from hw_sim.devices import feig as device
from hw_sim.devices.feig import Chip
from hw_sim.plug import plug
from hw_sim.wires import Wire

UIDS = ["E004015306A2%04X" % number for number in range(40)]
MEMORY = bytes(range(112))


class Lab:
    def __init__(self, count: int = 2):
        self.chips = [Chip(uid, MEMORY) for uid in UIDS[:count]]
        self.twin = device.Reader(lambda: self.chips)
        self.wire = Wire(seed=1)
        self.port = plug(self.twin, self.wire)
        self.reader = HfReader(self.port)

    async def fails(self) -> bool:
        try:
            await self.reader.inventory()
        except HfReaderError:
            return True
        return False


async def test_all_chips_of_a_full_shelf_are_found():
    assert await Lab(count=40).reader.inventory() == UIDS
    assert await Lab(count=0).reader.inventory() == []


async def test_memory_is_read_and_written():
    lab = Lab()
    assert await lab.reader.read(UIDS[1], first=0, count=28) == MEMORY
    assert await lab.reader.read(UIDS[1], first=2, count=1) == MEMORY[8:12]

    assert await lab.reader.write(UIDS[1], first=1, data=b"ABCDEFGH")

    assert lab.chips[1].memory[4:12] == b"ABCDEFGH"
    assert lab.chips[0].memory == MEMORY


async def test_a_large_chip_is_read_and_written_in_several_askings():
    lab = Lab(count=0)
    lab.chips = [Chip(UIDS[0], bytes(64 * 4))]

    assert await lab.reader.write(UIDS[0], first=0, data=b"ABCD" * 64)
    assert await lab.reader.read(UIDS[0], first=0, count=64) == b"ABCD" * 64


async def test_afi_and_eas_are_written():
    lab = Lab()

    assert await lab.reader.write_afi(UIDS[0], 0xC2)
    assert await lab.reader.write_eas(UIDS[0], on=True)
    assert lab.chips[0].afi == 0xC2 and lab.chips[0].eas and not lab.chips[1].eas

    assert await lab.reader.rings(UIDS[0]) and not await lab.reader.rings(UIDS[1])

    assert await lab.reader.write_eas(UIDS[0], on=False)
    assert not lab.chips[0].eas and not await lab.reader.rings(UIDS[0])


async def test_a_book_is_secured_and_released():
    lab = Lab()
    for on_loan in (True, False):
        assert await lab.reader.secure(UIDS[0], *model.secure(on_loan))
        chip = lab.chips[0]
        assert model.security(chip.afi, chip.eas, on_loan) == "right"


async def test_a_book_that_leaves_while_it_is_secured_is_no_success():
    for commands in range(4):
        chip = Chip(UIDS[0])
        near = [[chip]] * commands
        reader = HfReader(plug(device.Reader(lambda near=near: near.pop() if near else [])))

        assert not await reader.secure(UIDS[0], *model.secure(True)), commands
        word = model.security(chip.afi, chip.eas, True)
        assert word == ("unknown" if commands == 0 else "right"), commands


async def test_a_chip_tells_what_it_is():
    lab = Lab()
    lab.chips[0].afi = 0x07

    assert await lab.reader.info(UIDS[0]) == feig.Info(0, UIDS[0], 0x07, 28, 4)


async def test_a_chip_that_left_is_no_fault_of_the_reader():
    lab = Lab(count=1)
    for act, nothing in (
        (lab.reader.read(UIDS[1], first=0, count=1), b""),
        (lab.reader.write(UIDS[1], first=0, data=b"ABCD"), False),
        (lab.reader.write_afi(UIDS[1], 7), False),
        (lab.reader.write_eas(UIDS[1], on=True), False),
        (lab.reader.info(UIDS[1]), None),
    ):
        assert await act == nothing
    assert await lab.reader.inventory() == UIDS[:1]


async def test_a_chip_that_leaves_within_a_write_is_told():
    lab = Lab()
    lab.chips[0].fades = 1

    assert not await lab.reader.write(UIDS[0], first=0, data=b"ABCDEFGH")
    assert lab.chips[0].memory[:8] == b"ABCD" + MEMORY[4:8]


async def test_a_locked_block_or_afi_is_told():
    lab = Lab()
    lab.chips[0].locked, lab.chips[0].afi_locked = {1}, True

    assert not await lab.reader.write(UIDS[0], first=1, data=b"ABCD")
    assert not await lab.reader.write_afi(UIDS[0], 7)


async def test_a_deaf_reader_is_reported_and_survived():
    lab = Lab()
    lab.twin.deaf = True
    assert await lab.fails()

    lab.twin.deaf = False
    assert await lab.reader.inventory() == UIDS[:2]


async def test_a_line_that_ended_is_reported():
    lab = Lab()
    lab.port[0].unplug()

    assert await lab.fails()


async def test_wires_that_hurt_one_message_cost_a_retry():
    lab = Lab()
    for fault in ("cut", "garble"):
        setattr(lab.wire, fault, 1)
        assert await lab.reader.read(UIDS[0], first=0, count=8) == MEMORY[:32], fault
        assert lab.wire.fired[fault] == 1


async def test_a_chopped_slow_noisy_line_is_understood():
    lab = Lab()
    lab.wire.chop, lab.wire.delay_ms, lab.wire.noise = True, 50, 4

    for _round in range(3):
        assert await lab.reader.inventory() == UIDS[:2]
    assert lab.reader.noise_count > 0


async def test_wrong_checksums_are_as_good_as_silence():
    lab = Lab()
    lab.twin.wrong_checksum = True

    assert await lab.fails()
    assert lab.reader.noise_count > 0


async def test_a_late_answer_about_one_chip_is_not_taken_for_another():
    lab = Lab()
    lab.chips[1].memory[0] = 99
    lab.wire.delay_ms = 1500  # Each way: the answer to the first try comes during the second.
    assert await lab.reader.read(UIDS[0], first=0, count=1) == MEMORY[:4]

    lab.wire.delay_ms = 0
    assert await lab.reader.read(UIDS[1], first=0, count=1) == b"\x63" + MEMORY[1:4]


async def test_a_reader_that_refuses_or_never_ends_is_reported():
    lab = Lab()
    for status in ("unknown", "more"):
        lab.twin.feed = lambda data, status=status: feig.encode_answer("chip", status)
        assert await lab.fails(), status


async def test_two_tasks_that_ask_at_once_each_get_their_answer():
    lab = Lab()
    lab.chips[1].memory[0] = 99

    seen = await asyncio.gather(
        lab.reader.read(UIDS[0], first=0, count=1), lab.reader.read(UIDS[1], first=0, count=1)
    )

    assert list(seen) == [MEMORY[:4], b"\x63" + MEMORY[1:4]]
