"""The doors of a machine and what is behind them: one lock board, the antennas, the door sessions.

It hears the lock board and the antennas and tells the doors; what takes time runs beside.
"""

import asyncio

from bookcase_fw.antennas import Antennas
from bookcase_fw.count import Count
from bookcase_fw.devices import Device, Down
from bookcase_fw.doors import Door
from bookcase_fw.drivers.lockboard import LockBoardError
from bookcase_fw.neighbours import Neighbours


class Cabinet:
    def __init__(self, app, openers: dict):
        """openers: see App; antennas count through all compartments, from 1."""
        self._app = app
        self.numbers = tuple(range(1, app.config.doors + 1))
        self.lock = Device("lock", openers["lock"], (LockBoardError,), app.fault)
        self._neighbours = Neighbours(app.notes, self.numbers)
        self._antennas = Antennas(openers, app.config.antennas, app.fault, self._neighbours.of)
        self._doors = [Door(app, self, number) for number in self.numbers]

    @property
    def devices(self) -> list:
        return [self.lock] + self._antennas.devices

    @property
    def works(self) -> bool:
        """Whether doors can be opened at all."""
        return self.lock.works

    @property
    def on(self) -> bool:
        """Whether a door session is on."""
        return any(door.on for door in self._doors)

    def tasks(self) -> list:
        return [self._watch()]

    def begin(self):
        """Go on after a start with what the notes say."""
        self.greet()
        for door in self._doors:
            door.recover()

    def greet(self):
        self._app.visit.show_welcome()

    def door(self, number: int) -> Door:
        return self._doors[number - 1]

    def may_choose(self, number: int) -> bool:
        works = number in self.numbers and self._antennas.work(number) and self.lock.works
        return works and self.door(number).free

    def stock(self) -> dict:
        """Return the fields of a state that say what is in it: wire.STOCK of every compartment."""
        rows = []
        for door in self._doors:
            row = {"door": door.number, "open": door.is_open, "count": door.count}
            rows.append(row | self._antennas.shelves(door.number, door.contents.stable))
        return {"stock": rows}

    def put(self, door: Door, tags: list):
        """Tags were put into a compartment: they are in no other."""
        for other in self._doors:
            if other is not door:
                other.forget(tags)

    def hurry(self):
        """Somebody has come: what awaits its second count is counted now."""
        for door in self._doors:
            self._app.post(door, "hurry")

    def release(self, door: Door):
        self._app.spawn(self._release(door))

    def start_count(self, door: Door):
        self._app.spawn(self._count(door, door.new_count(self._elsewhere(door))))

    def hurry_count(self, door: Door):
        self._antennas.hurry_count(door.number)

    def stop_count(self, door: Door):
        self._antennas.stop_count(door.number)

    async def try_all(self):
        """Let lock board and antennas answer once: what is dead is reported."""
        try:
            await self.lock.call(lambda board: board.shut())
        except Down:
            pass  # It was reported.
        for door in self._doors:
            await self._antennas.check(door.number)

    async def learn_neighbours(self, number: int, rounds: int) -> "dict | None":
        """Learn other compartment -> dBm of its copy that this one's antennas hear best; return it.

        None when they do not work; then what was learned before holds.
        """
        heard = await self._antennas.listen(number, rounds)
        if heard is None:
            return None
        found = {}
        for other in self._doors:
            for tag in other.contents.stable or {}:
                if other.number != number and tag in heard:
                    found[other.number] = max(heard[tag], found.get(other.number, -128))
        self._neighbours.learn(number, found)
        return found

    async def look(self):
        """Count the compartments at rest, to learn how their tags are heard; else look for the
        antennas.

        What vanishes with nothing opened is a chip that has died: nobody is charged with it.
        """
        for door in self._doors:
            if not self._app.visit.idle:
                return
            if not door.at_rest:
                await self._antennas.check(door.number)
                continue
            said = await self._antennas.count(door.number, door.new_count(self._elsewhere(door)))
            if said and said[1]:
                door.learn(said[1])

    async def _release(self, door: Door):
        try:
            await self.lock.call(lambda board: board.unlock(door.number))
        except Down:
            self._app.post(door, "jammed")
        else:
            self._app.post(door, "released")

    async def _count(self, door: Door, count: Count):
        said = await self._antennas.count(door.number, count)
        if said:
            self._app.post(door, *said)

    def _elsewhere(self, door: Door) -> dict:
        """Return tag -> dBm of what is recorded in the other compartments."""
        elsewhere = {}
        for other in self._doors:
            if other is not door:
                stable = other.contents.stable or {}
                elsewhere |= {tag: stable[tag][1] for tag in stable}
        return elsewhere

    async def _watch(self):
        known = {}
        while True:
            self._app.beat("doors")
            try:
                shut = await self.lock.call(lambda board: board.shut())
            except Down:
                await self._pause("retry_ms")
                continue
            for number in self.numbers:
                if known.get(number) != shut[number - 1]:
                    known[number] = shut[number - 1]
                    self._app.post_door(number, "shut" if shut[number - 1] else "opened")
            await self._pause("poll_ms")

    async def _pause(self, name: str):
        await asyncio.sleep(self._app.config.timings[name] / 1000)
