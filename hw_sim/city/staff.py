"""Staff who look after the bookcases: twice a day, and once more when all is calm, they come by.

An order opens a door for them.  They take out what is not the library's, now and then a copy of its
own, and fill up from the shelf; what is moved so is stock.  Then the bookcase counts.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from hw_sim.city.people import People
from hw_sim.city.story import Story
from hw_sim.city.town import HOUR_S, Town
from hw_sim.desk import visits
from hw_sim.world.places import Compartment, Copy, Shelf
from hw_sim.world.truth import HandError

HOURS = (7.0, 15.0)  # Of the day.
BETWEEN_S = 120.0  # From one bookcase to the next.
COUNT_S = 60.0
MOVE_S = 2.0
BUSY_MAX, BUSY_S = 30, 20.0  # Somebody is at the machine: they wait.
SHELF = "lib01"
WEEDED = 0.5  # Share of rounds in which a copy of the library's own is taken along.


class Staff:
    def __init__(
        self, town: Town, people: People, story: Story, now_s: Callable[[], float]
    ) -> None:
        self._town, self._people, self._story, self._now_s = town, people, story, now_s

    async def work(self, days: int) -> None:
        """Come by on each day."""
        for day in range(days):
            for hour in HOURS:
                await asyncio.sleep(max(0.0, (24 * day + hour) * HOUR_S - self._now_s()))
                await self.round(f"{day} {hour:g}")

    async def round(self, name: str) -> None:
        """Go from bookcase to bookcase."""
        for device in sorted(self._town.bookcases):
            act = f"staff {name} {device}"
            if self._story.has(act, "staff take out what is foreign, fill up, count"):
                await self._visit(device, act)
                await asyncio.sleep(BETWEEN_S)

    async def _visit(self, device: str, act: str) -> None:
        bookcase = self._town.bookcases[device]
        for _time in range(BUSY_MAX):
            if self._people.occupy(device):
                break
            await asyncio.sleep(BUSY_S)
        else:
            return
        try:
            for door in range(1, bookcase.twins.doors + 1):
                with suppress(HandError):
                    await self._tidy(device, door, f"{act} {door}")
            if bookcase.on:
                bookcase.count()
            await asyncio.sleep(COUNT_S)
        finally:
            self._people.leave(device)

    async def _tidy(self, device: str, door: int, about: str) -> None:
        bookcase, world = self._town.bookcases[device], self._town.world
        out, fresh = self._out(device, door, about), self._fresh(about)
        if not (out or fresh) or not bookcase.order("restock", door, about):
            return
        await asyncio.sleep(MOVE_S)
        await visits.pull(self._people.run, device, door)
        self._people.seen["restocked"] += 1
        for copy in out:
            await self._people.run(f"take {device} {door} {copy.barcode} -")
            if not copy.foreign:
                world.shelve(copy.barcode, SHELF)
            await asyncio.sleep(MOVE_S)
        place = Compartment(device, door)
        for copy in fresh[: max(0, world.capacity[place] - len(world.at(place)))]:
            world.pick(copy.barcode)
            await self._people.run(f"put {device} {door} {copy.barcode}")
            await asyncio.sleep(MOVE_S)
        await self._people.run(f"shut {device} {door}")
        await asyncio.sleep(COUNT_S)

    def _out(self, device: str, door: int, about: str) -> list[Copy]:
        inside = self._town.world.at(Compartment(device, door))
        own = [copy for copy in inside if not copy.foreign]
        chance = self._town.chance.of("weeded", about)
        weeded = own[int(chance / WEEDED * len(own))] if own and chance < WEEDED else None
        return [copy for copy in inside if copy.foreign or copy is weeded]

    def _fresh(self, about: str) -> list[Copy]:
        shelf = self._town.world.at(Shelf(SHELF))
        chance = self._town.chance.of("filled", about)
        return [shelf[int(chance / WEEDED * len(shelf))]] if shelf and chance < WEEDED else []
