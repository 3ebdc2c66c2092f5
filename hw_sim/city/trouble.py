"""When trouble comes to the city: a run draws its kinds from the table, then each its moments.

Some runs are gentle, some brutal.  Nothing is on by itself; whatever was on is off when `calm`
returns.
"""

import asyncio
from collections.abc import Callable

from hw_sim.city.mqttmodel import Faults
from hw_sim.city.story import Story
from hw_sim.city.town import HOUR_S, Town
from hw_sim.city.troubles import TROUBLES, Trouble
from hw_sim.machines import Parts
from hw_sim.wires import FAULTS

FIRST_S = 10 * HOUR_S  # A trouble that a run has comes within its first day.


class Troubles:
    def __init__(self, town: Town, story: Story, wanted: str, now_s: Callable[[], float]) -> None:
        """wanted: `all`, `none`, or names of rows with commas between."""
        self._town = town
        self._story = story
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

    async def calm(self) -> None:
        """End all troubles: what was cut is joined, what was off is on again."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        calm(self._town)

    async def _come(self, row: Trouble, days: int) -> None:
        count = 0
        while self._now_s() < days * 24 * HOUR_S:
            name = f"{row.name} {count}"
            mean_s = 24 * HOUR_S / row.a_day if count else FIRST_S / max(1.0, row.a_day)
            await asyncio.sleep(2 * mean_s * self._town.chance.of("pause", name))
            if self._story.has(name, (row.act.__doc__ or row.name).strip().split("\n")[0]):
                # Beside: how long it lasts says nothing of when the next one comes.
                self._tasks.append(asyncio.create_task(row.act(self._town, name)))
            count += 1


def calm(town: Town) -> None:
    """Put everything in order again that trouble may have left."""
    town.server.faults = Faults()
    town.service.deaths = dict.fromkeys(town.service.deaths, 0.0)
    if town.server.down:
        town.server.start()
    for device in sorted(town.server.unreachable):
        town.server.cut(device, on=False)
    town.service.fill_disk(False)
    town.service.keep_busy(False)
    town.service.start_again()
    town.service.announce()
    town.radio.missing.clear()
    town.radio.muffled.clear()
    for machine in town.machines.values():
        _repair(machine.twins)
    for kiosk in town.kiosks.values():
        kiosk.wall_off_s = 0.0
        kiosk.touched([])
        if not kiosk.on:
            kiosk.switch_on()
    for bookcase in town.bookcases.values():
        bookcase.lock.jammed.clear()
        bookcase.lock.stuck.clear()
        bookcase.flash.cut_at = 0
        if not bookcase.on:
            bookcase.switch_on()
        bookcase.open_again()
        bookcase.lock.stir()


def _repair(twins: Parts) -> None:
    for name in twins.names:
        wire = twins.part(name).port.wire
        for fault in FAULTS:
            setattr(wire, fault, type(getattr(wire, fault))())
