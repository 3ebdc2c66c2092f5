"""What goes wrong in the city, as a table: each kind has its share of a run and its moments.

A run draws which troubles it has (some runs are gentle, some brutal), and then when each comes.
Nothing here is on by itself; whatever was on is off when `calm` returns.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from hw_sim.city.bookcase import Bookcase
from hw_sim.city.chance import Chance
from hw_sim.city.mqttmodel import Faults, MqttModel
from hw_sim.city.service import CityService
from hw_sim.flash import TEARS

HOUR_S = 3600.0


class Town(NamedTuple):
    """What trouble can reach."""

    bookcases: dict[str, Bookcase]
    server: MqttModel
    service: CityService
    chance: Chance
    fired: Counter[str]


class Trouble(NamedTuple):
    """`a_day` is how often it comes in a run that has it; `act` lasts as long as the trouble."""

    name: str
    share: float
    a_day: float
    act: Callable[[Town, str], Awaitable[None]]


class Troubles:
    def __init__(self, town: Town, wanted: str, now_s: Callable[[], float]) -> None:
        """wanted: `all`, `none`, or names of rows with commas between."""
        self._town = town
        self._now_s = now_s
        names = [row.name for row in TROUBLES] if wanted == "all" else wanted.split(",")
        self.rows = [
            row
            for row in TROUBLES
            if row.name in names
            and (wanted != "all" or town.chance.of("has", row.name) < row.share)
        ]
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, days: int) -> None:
        self._tasks = [asyncio.create_task(self._come(row, days)) for row in self.rows]
        if "messages" in [row.name for row in self.rows]:
            self._town.server.faults = Faults(twice=0.02, late=0.02, late_s=4.0)

    async def calm(self) -> None:
        """End all troubles: what was cut is joined, what was off is on again."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        town = self._town
        town.server.faults = Faults()
        town.service.deaths = dict.fromkeys(town.service.deaths, 0.0)
        if town.server.down:
            town.server.start()
        for device in sorted(town.server.unreachable):
            town.server.cut(device, on=False)
        if not town.service.on:
            town.service.start()
        town.service.announce()
        for bookcase in town.bookcases.values():
            bookcase.flash.cut_at = 0
            if not bookcase.on:
                bookcase.switch_on()

    async def _come(self, row: Trouble, days: int) -> None:
        count = 0
        while self._now_s() < days * 24 * HOUR_S:
            about = (row.name, count)
            pause_s = 2 * 24 * HOUR_S / row.a_day * self._town.chance.of("pause", *about)
            await asyncio.sleep(pause_s)
            await row.act(self._town, f"{row.name} {count}")
            count += 1


def _one(town: Town, about: str) -> Bookcase:
    devices = sorted(town.bookcases)
    return town.bookcases[devices[int(town.chance.of("whom", about) * len(devices))]]


async def _network(town: Town, about: str) -> None:
    """One machine is out of reach: for a minute or for a day."""
    device = _one(town, about).device
    town.server.cut(device, on=True)
    town.fired["network"] += 1
    length_s = 60.0 * 1440 ** town.chance.of("length", about)
    await asyncio.sleep(length_s)
    town.server.cut(device, on=False)


async def _power(town: Town, about: str) -> None:
    """The power of a machine fails, at once or in the middle of the next write to flash."""
    bookcase = _one(town, about)
    if not bookcase.on:
        return
    town.fired["power"] += 1
    if town.chance.of("torn", about) < 0.5:
        flash = bookcase.flash
        flash.tear = TEARS[int(town.chance.of("tear", about) * len(TEARS))]
        flash.drops_unsynced = True
        flash.cut_at = flash.operations + 1 + int(town.chance.of("when", about) * 12)
        for _minute in range(600):
            await asyncio.sleep(60.0)
            if not bookcase.on:
                town.fired["power_in_a_write"] += 1
                break
    if bookcase.on:
        bookcase.switch_off()
    await asyncio.sleep(5 + 600 * town.chance.of("dark", about))
    if not bookcase.on:
        bookcase.switch_on()


async def _mqtt(town: Town, about: str) -> None:
    """The MQTT server dies with all it had acknowledged."""
    if town.server.down:
        return
    town.fired["mqtt"] += 1
    town.server.die()
    town.service.mqtt_lost()
    await asyncio.sleep(5 + 300 * town.chance.of("down", about))
    town.server.start()
    town.service.announce()


async def _service(town: Town, about: str) -> None:
    """The service dies at one of its next commits."""
    town.fired["service"] += 1
    when = "before_commit" if town.chance.of("which", about) < 0.5 else "after_commit"
    town.service.deaths[when] = 0.2
    await asyncio.sleep(HOUR_S)
    town.service.deaths[when] = 0.0


async def _wire(town: Town, about: str) -> None:
    """A serial line of a machine is bad for some minutes."""
    bookcase = _one(town, about)
    parts = ("reader.1", "reader.2", "reader.3", "reader.4", "lock", "panel")
    part = parts[int(town.chance.of("part", about) * len(parts))]
    wire = bookcase.twins.part(part).port.wire
    fault = ("cut", "garble", "noise", "chop")[int(town.chance.of("fault", about) * 4)]
    setattr(wire, fault, True if fault == "chop" else 3)
    town.fired[f"wire_{fault}"] += 1
    bookcase.lock.stir()
    await asyncio.sleep(600.0)
    setattr(wire, fault, False if fault == "chop" else 0)


async def _drift(town: Town, about: str) -> None:
    """A machine's clock runs fast or slow by up to 200 parts in a million from now on."""
    town.fired["drift"] += 1
    _one(town, about).drift = 1 + (town.chance.of("ppm", about) - 0.5) * 400e-6
    await asyncio.sleep(1.0)


# fmt: off
TROUBLES = (
    #        name       share  a day
    Trouble("network",  0.7,   6.0,  _network),
    Trouble("power",    0.6,   4.0,  _power),
    Trouble("mqtt",     0.4,   1.5,  _mqtt),
    Trouble("service",  0.4,   2.0,  _service),
    Trouble("wire",     0.4,   3.0,  _wire),
    Trouble("messages", 0.5,   0.1,  _drift),
)
# fmt: on
