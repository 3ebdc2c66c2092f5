"""What goes wrong in the city, as a table: each kind has its share of the runs and comes so often.

An act lasts as long as its trouble, and counts in `fired` when it has come true.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, NamedTuple

from hw_sim.city.kiosk import Kiosk
from hw_sim.city.mqttmodel import Faults
from hw_sim.city.town import HOUR_S, Town
from hw_sim.flash import TEARS
from hw_sim.world.places import Compartment

DEAF_ROUNDS = 40
MUFFLED = (0.02, 0.4)  # The least share of rounds that gets through, and how much more it may be.
# How many of the next messages, or whether; of faults of a line.
WIRE = (("cut", 3), ("garble", 3), ("noise", 3), ("chop", True))


class Trouble(NamedTuple):
    """`a_day` is how often it comes in a run that has it."""

    name: str
    share: float
    a_day: float
    act: Callable[[Town, str], Coroutine[Any, Any, None]]


async def _network(town: Town, about: str) -> None:
    """One machine is out of reach, for a minute or for a day."""
    device = town.any_one(about).device
    town.server.cut(device, on=True)
    town.fired["network"] += 1
    await asyncio.sleep(town.lasts(about, 60.0, 24 * HOUR_S))
    town.server.cut(device, on=False)


async def _partition(town: Town, about: str) -> None:
    """All machines but one are out of reach, for hours or days; they come back in random order."""
    devices = sorted(set(town.machines) - {town.any_one(about).device})
    for device in devices:
        town.server.cut(device, on=True)
    town.fired["partition"] += 1
    await asyncio.sleep(town.lasts(about, HOUR_S, 72 * HOUR_S))
    for device in sorted(devices, key=lambda one: town.chance.of("back", about, one)):
        town.server.cut(device, on=False)
        await asyncio.sleep(600 * town.chance.of("next", about, device))


async def _power(town: Town, about: str) -> None:
    """The power of a machine fails, at once or in the middle of a write to flash."""
    bookcase = town.any_one(about)
    if not bookcase.on:
        return
    town.fired["power"] += 1
    if isinstance(bookcase, Kiosk):
        await _kiosk_power(town, bookcase, about)
        return
    if town.chance.of("torn", about) < 0.6:
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
    await asyncio.sleep(town.lasts(about, 5.0, 3 * HOUR_S))
    if not bookcase.on:
        bookcase.switch_on()


async def _kiosk_power(town: Town, kiosk: Kiosk, about: str) -> None:
    """A kiosk is killed at any step of its program; its clock may have lost the time meanwhile."""
    kiosk.switch_off()
    town.fired["kiosk_power"] += 1
    await asyncio.sleep(town.lasts(about, 5.0, 3 * HOUR_S))
    if town.chance.of("battery", about) < 0.3:
        town.fired["wall_clock_1970"] += 1
        kiosk.wall_off_s = -50 * 365 * 24 * HOUR_S
    if not kiosk.on:
        kiosk.switch_on()


async def _wall(town: Town, about: str) -> None:
    """Somebody sets a kiosk's clock wrong, by minutes or days; it shows at its next start."""
    for device in sorted(town.kiosks)[: 1 + int(2 * town.chance.of("how many", about))]:
        town.fired["wall"] += 1
        sign = 1 if town.chance.of("sign", about) < 0.5 else -1
        town.kiosks[device].wall_off_s = sign * town.lasts(about, 60.0, 72 * HOUR_S)


async def _rollback(town: Town, about: str) -> None:
    """A machine is given the image of its flash that somebody had made hours ago, and counts.

    It may stay out of reach for a while: then it writes other records under numbers that are taken.
    """
    bookcase = town.one(about)
    image = bookcase.flash.image()
    await asyncio.sleep(town.lasts(about, 600.0, 8 * HOUR_S))
    while not (bookcase.on and bookcase.all_told and not town.world.open_doors(bookcase.device)):
        await asyncio.sleep(60.0)
    town.fired["rollback"] += 1
    town.rolled_back.add(bookcase.device)
    bookcase.switch_off()
    bookcase.flash = image
    alone = town.chance.of("alone", about) < 0.5
    town.server.cut(bookcase.device, on=alone)
    await asyncio.sleep(30.0)
    if not bookcase.on:
        bookcase.switch_on()
    for _time in range(2):
        await asyncio.sleep(60.0)
        if bookcase.on:
            bookcase.count()
    if alone:
        await asyncio.sleep(town.lasts(about, HOUR_S, 12 * HOUR_S))
        town.server.cut(bookcase.device, on=False)


async def _mqtt(town: Town, about: str) -> None:
    """The MQTT server dies with all it had acknowledged; what it retains may be old afterwards."""
    town.fired["mqtt"] += 1
    if town.chance.of("keeps", about) < 0.5:
        town.server.keep()
        await asyncio.sleep(town.lasts(about, 60.0, 4 * HOUR_S))
    if town.chance.of("amid", about) < 0.5:
        await town.server.amid_a_message()
    if town.server.down:
        return
    town.server.die(stale=town.chance.of("stale", about) < 0.5)
    town.service.mqtt_lost()
    await asyncio.sleep(5 + 300 * town.chance.of("down", about))
    town.server.start()
    town.service.announce()


async def _service(town: Town, about: str) -> None:
    """The service dies at one of its next commits, before it or after it."""
    town.fired["service"] += 1
    when = "before_commit" if town.chance.of("which", about) < 0.5 else "after_commit"
    town.service.deaths[when] = 0.2
    await asyncio.sleep(HOUR_S)
    town.service.deaths[when] = 0.0


async def _outage(town: Town, about: str) -> None:
    """The service is away for minutes or hours."""
    if not town.service.on:
        return
    town.fired["outage"] += 1
    town.service.die()
    await asyncio.sleep(town.lasts(about, 60.0, 6 * HOUR_S))
    town.service.start_again()


async def _disk(town: Town, about: str) -> None:
    """The service's disk is full for a while."""
    town.fired["disk"] += 1
    town.service.fill_disk(True)
    await asyncio.sleep(town.lasts(about, 300.0, 3 * HOUR_S))
    town.service.fill_disk(False)


async def _busy(town: Town, about: str) -> None:
    """Somebody else writes to the database for a while: the service tries again and again."""
    town.fired["busy"] += 1
    town.service.keep_busy(True)
    await asyncio.sleep(town.lasts(about, 5.0, HOUR_S))
    town.service.keep_busy(False)


async def _messages(town: Town, about: str) -> None:
    """Messages come twice, late, or not at all though they were acknowledged."""
    if town.server.faults != Faults():
        return
    town.fired["messages"] += 1
    lost = 0.05 if town.chance.of("lost", about) < 0.5 else 0.0
    town.server.faults = Faults(twice=0.05, late=0.05, late_s=4.0, lost=lost)
    await asyncio.sleep(town.lasts(about, HOUR_S, 24 * HOUR_S))
    town.server.faults = Faults()


async def _wire(town: Town, about: str) -> None:
    """A serial line of a machine is bad for some minutes."""
    machine = town.any_one(about)
    parts = machine.twins.names
    part = parts[int(town.chance.of("part", about) * len(parts))]
    wire = machine.twins.part(part).port.wire
    fault, much = WIRE[int(town.chance.of("fault", about) * len(WIRE))]
    setattr(wire, fault, much)
    machine.touched([])
    await asyncio.sleep(town.lasts(about, 300.0, HOUR_S))
    setattr(wire, fault, type(much)())


async def _dead_part(town: Town, about: str) -> None:
    """A part of a machine is dead for minutes or hours: an antenna, the lock board, the screen."""
    machine = town.any_one(about)
    parts = machine.twins.names
    part = parts[int(town.chance.of("part", about) * len(parts))]
    wire = machine.twins.part(part).port.wire
    wire.deaf = True
    machine.touched([])
    await asyncio.sleep(town.lasts(about, 60.0, 4 * HOUR_S))
    wire.deaf = False
    machine.touched([])


async def _closed(town: Town, about: str) -> None:
    """Staff close a bookcase to readers, for an hour or a day, and open it again."""
    bookcase = town.one(about)
    if not bookcase.order("lock_down", 0, f"{about} close"):
        return
    town.fired["closed"] += 1
    await asyncio.sleep(town.lasts(about, 600.0, 24 * HOUR_S))
    bookcase.order("unlock", 0, f"{about} open")


async def _drift(town: Town, about: str) -> None:
    """A machine's clock runs fast or slow by up to 200 parts in a million from now on."""
    town.fired["drift"] += 1
    rate = 1 + (town.chance.of("ppm", about) - 0.5) * 400e-6
    town.any_one(about).quartz.run_at(rate)


async def _jam(town: Town, about: str) -> None:
    """A lock does not release its door."""
    town.fired["jam"] += 1
    lock, door = town.one(about).lock, town.door(about)
    lock.jammed.add(door)
    await asyncio.sleep(town.lasts(about, 600.0, 6 * HOUR_S))
    lock.jammed.discard(door)


async def _stuck(town: Town, about: str) -> None:
    """The sensor of a door says shut, or open, however the door stands."""
    bookcase, door = town.one(about), town.door(about)
    town.fired["stuck"] += 1
    bookcase.lock.stuck[door] = town.chance.of("says", about) < 0.5
    bookcase.lock.stir()
    await asyncio.sleep(town.lasts(about, 60.0, 2 * HOUR_S))
    bookcase.lock.stuck.pop(door, None)
    bookcase.lock.stir()


async def _misread(town: Town, about: str) -> None:
    """A tag is not heard for many rounds, though it is there."""
    if barcode := _inside(town, about):
        town.radio.missing[barcode] += 1 + int(town.chance.of("rounds", about) * DEAF_ROUNDS)


async def _muffled(town: Town, about: str) -> None:
    """Something of metal stands before a copy: few rounds get through to it."""
    if barcode := _inside(town, about):
        town.radio.muffle(barcode, MUFFLED[0] + MUFFLED[1] * town.chance.of("share", about))
        await asyncio.sleep(town.lasts(about, HOUR_S, 24 * HOUR_S))
        town.radio.muffled.pop(barcode, None)


def _inside(town: Town, about: str) -> str:
    """Return the copy in a compartment that it concerns; "" when that is empty."""
    inside = town.world.at(Compartment(town.one(about).device, town.door(about)))
    return inside[int(town.chance.of("copy", about) * len(inside))].barcode if inside else ""


async def _dead_chip(town: Town, about: str) -> None:
    """The chip of a copy dies, wherever it is."""
    town.fired["dead_chip"] += 1
    copies = sorted(code for code, copy in town.world.copies.items() if not copy.foreign)
    town.world.kill(copies[int(town.chance.of("copy", about) * len(copies))])


async def _blocked(town: Town, about: str) -> None:
    """A librarian blocks a card; machines that are out of reach do not know."""
    if not town.service.on:
        return
    town.fired["blocked"] += 1
    town.service.block(town.cards[int(town.chance.of("card", about) * len(town.cards))])


# fmt: off
TROUBLES = (
    #        name         share  a day
    Trouble("network",    0.6,   6.0,  _network),
    Trouble("partition",  0.15,  0.7,  _partition),
    Trouble("power",      0.5,   5.0,  _power),
    Trouble("rollback",   0.1,   1.0,  _rollback),
    Trouble("mqtt",       0.3,   1.5,  _mqtt),
    Trouble("service",    0.3,   2.0,  _service),
    Trouble("outage",     0.2,   1.5,  _outage),
    Trouble("disk",       0.1,   1.0,  _disk),
    Trouble("busy",       0.2,   3.0,  _busy),
    Trouble("messages",   0.4,   2.0,  _messages),
    Trouble("wire",       0.3,   4.0,  _wire),
    Trouble("dead_part",  0.2,   2.0,  _dead_part),
    Trouble("closed",     0.2,   1.0,  _closed),
    Trouble("drift",      0.3,   3.0,  _drift),
    Trouble("jam",        0.2,   2.0,  _jam),
    Trouble("stuck",      0.1,   2.0,  _stuck),
    Trouble("wall",       0.2,   2.0,  _wall),
    Trouble("misread",    0.3,   6.0,  _misread),
    Trouble("muffled",    0.2,   3.0,  _muffled),
    Trouble("dead_chip",  0.2,   1.0,  _dead_chip),
    Trouble("blocked",    0.4,   4.0,  _blocked),
)
# fmt: on
