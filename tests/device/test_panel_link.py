"""The panel link against the twin of the screen, on good and bad lines."""

import asyncio

from bookcase_fw.panel import Panel, PanelError
from hw_sim.devices.panel import Screen
from hw_sim.plug import plug
from hw_sim.wires import Wire


class Lab:
    def __init__(self):
        self.screen = Screen()
        self.wire = Wire(seed=1)
        self.port = plug(self.screen, self.wire)
        self.panel = Panel(self.port)

    def screens(self) -> list:
        return [fields["screen"] for fields in self.screen.history]


async def test_what_is_shown_is_seen():
    lab = Lab()

    await lab.panel.show(screen="choose", doors=[1, 2], left=15, name="\u674e*")

    assert lab.screen.shown["doors"] == [1, 2]
    assert lab.screen.shown["name"] == "\u674e*"


async def test_touches_come_in_their_order():
    lab = Lab()
    lab.screen.choose(2)
    lab.screen.leave()

    assert await lab.panel.read() == ("choose", {"door": 2})
    assert await lab.panel.read() == ("leave", {})


async def test_a_picture_that_was_hurt_costs_only_itself():
    for fault in ("cut", "garble"):
        lab = Lab()
        setattr(lab.wire, fault, 1)

        await lab.panel.show(screen="asking")
        await lab.panel.show(screen="welcome")
        await lab.panel.show(screen="welcome")

        assert "asking" not in lab.screens(), fault
        assert lab.screen.shown["screen"] == "welcome", fault


async def test_half_a_touch_does_not_hold_up_the_next():
    lab = Lab()
    reading = asyncio.create_task(lab.panel.read())
    lab.wire.cut = 1
    lab.screen.choose(1)
    await asyncio.sleep(1)

    lab.screen.leave()

    assert await reading == ("leave", {})
    assert lab.panel.noise_count > 0


async def test_a_chopped_slow_noisy_line_is_understood():
    lab = Lab()
    lab.wire.chop, lab.wire.delay_ms, lab.wire.noise = True, 40, 4
    lab.screen.choose(3)

    assert await lab.panel.read() == ("choose", {"door": 3})
    await lab.panel.show(screen="opening", door=3)
    await asyncio.sleep(1)
    assert lab.screens() == ["opening"]


async def test_a_line_that_ended_is_reported():
    lab = Lab()
    lab.port[0].unplug()

    try:
        await lab.panel.read()
        raise AssertionError("it read on")
    except PanelError:
        pass
