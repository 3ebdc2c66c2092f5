"""The scanner's driver against its twin, on good and bad lines."""

import asyncio

from bookcase_fw.drivers.scanner import Scanner, ScannerError
from hw_sim.devices import gm65 as device
from hw_sim.plug import plug
from hw_sim.wires import Wire


class Lab:
    def __init__(self):
        self.twin = device.Scanner()
        self.wire = Wire(seed=1)
        self.port = plug(self.twin, self.wire)
        self.scanner = Scanner(self.port)


async def test_texts_come_in_their_order():
    lab = Lab()
    lab.twin.show("SG00000012")
    lab.twin.show_bytes(b"MH00000007\r\nMH00000008")

    texts = [await lab.scanner.read(), await lab.scanner.read(), await lab.scanner.read()]

    assert texts == ["SG00000012", "MH00000007", "MH00000008"]
    assert lab.scanner.noise_count == 0


async def test_whoever_waits_hears_what_is_shown_later():
    lab = Lab()
    reading = asyncio.create_task(lab.scanner.read())
    await asyncio.sleep(0.5)

    lab.twin.show("SG00000012")

    assert await reading == "SG00000012"


async def test_half_a_text_does_not_begin_the_next():
    lab = Lab()
    reading = asyncio.create_task(lab.scanner.read())
    lab.wire.cut = 1
    lab.twin.show("SG00000012")
    await asyncio.sleep(1)

    lab.twin.show("SG00000013")

    assert await reading == "SG00000013"
    assert lab.scanner.noise_count == 5


async def test_a_chopped_slow_line_is_understood():
    lab = Lab()
    lab.wire.chop, lab.wire.delay_ms = True, 40
    lab.twin.show("\u4e66\u67dc")

    assert await lab.scanner.read() == "\u4e66\u67dc"


async def test_answers_to_settings_are_no_text():
    lab = Lab()
    lab.port[1].write(device.gm65.trigger())
    lab.twin.show("SG00000012")

    assert await lab.scanner.read() == "SG00000012"


async def test_a_line_that_ended_is_reported():
    lab = Lab()
    lab.port[0].unplug()

    try:
        await lab.scanner.read()
        raise AssertionError("it read on")
    except ScannerError:
        pass
