"""All antennas of the machine: one sends at a time; a compartment is counted by its own ones."""

import asyncio

from bookcase_fw.count import Count
from bookcase_fw.devices import Device, Down
from bookcase_fw.drivers.uhfreader import UhfReaderError

_NEIGHBOUR_ROUNDS = 4


class Antennas:
    """Compartments count from 1; antennas do, too, through all compartments.

    A compartment with several antennas has one on each shelf.  Its round is a round of each, and
    a tag is heard in it where the one antenna heard it that has heard it most often: else a book in
    hands before the glass, faint for each, would be heard by one of many in every round.  A shelf
    is a hint of place and no holder: a copy that was put on another shelf has not moved.
    """

    def __init__(self, openers: dict, counts: list, report, neighbours):
        """openers: part -> see Device; counts: antennas of each compartment; report: see Device;
        neighbours(number): the compartments that are asked when one's count is in doubt.
        """
        self._own, self.devices, self._neighbours = [], [], neighbours
        for count in counts:
            first = len(self.devices)
            self._own.append(range(first, first + count))
            for number in range(first + 1, first + count + 1):
                part = "reader.%d" % number
                self.devices.append(Device(part, openers[part], (UhfReaderError,), report))
        self._wanted: dict = {}  # Compartment -> the count that is on.
        self._shelves: dict = {}  # Tag -> index of the antenna that hears it.
        self._times: dict = {}  # Compartment -> (tag, index) -> rounds of its count that heard it.
        self._air = asyncio.Lock()

    def work(self, number: int) -> bool:
        """Whether a compartment can be counted: nobody knows what a dead antenna does not hear."""
        return all(self.devices[index].works for index in self._own[number - 1])

    def shelves(self, number: int, stable: "dict | None") -> dict:
        """Return `shelves` of wire.STOCK, copies on each; nothing where there is one antenna."""
        own = self._own[number - 1]
        if len(own) == 1 or stable is None:
            return {}
        at = [self._shelves[tag] for tag in stable if tag in self._shelves]
        return {"shelves": [at.count(index) for index in own]}

    async def count(self, number: int, count: Count) -> "tuple | None":
        """Count a compartment; return ("counted", result) or ("blind", None).

        Returns None when it was stopped, or another count of the compartment began: nobody waits.
        """
        self._wanted[number] = count
        self._times[number] = {}
        try:
            while count.wants_more():
                count.add(await self._round(number))
                if self._wanted.get(number) is not count:
                    return None
            if count.wants_neighbours():
                await self._ask_neighbours(number, count)
        except Down:
            said = ("blind", None)
        else:
            said = ("counted", count.result())
        if self._wanted.get(number) is not count:
            return None
        self._wanted.pop(number)
        return said

    def stop_count(self, number: int):
        """Forget the count that is on: a round that has begun ends, and nobody hears of it."""
        self._wanted.pop(number, None)

    def hurry_count(self, number: int):
        """Somebody waits for the count that is on, if one is."""
        if number in self._wanted:
            self._wanted[number].hurry()

    async def check(self, number: int):
        """Let a compartment's antennas send once: one that has died is reported."""
        try:
            await self._round(number)
        except Down:
            pass  # It was reported.

    async def listen(self, number: int, rounds: int) -> "dict | None":
        """Return tag -> dBm of the best reading in so many rounds; None when it is blind."""
        heard = {}
        try:
            for _round in range(rounds):
                for tag, dbm in await self._round(number):
                    heard[tag] = max(dbm, heard.get(tag, dbm))
        except Down:
            return None  # It was reported.
        return heard

    async def _ask_neighbours(self, number: int, count: Count):
        for neighbour in self._neighbours(number):
            try:
                for _round in range(_NEIGHBOUR_ROUNDS):
                    count.add_neighbour(neighbour, await self._round(neighbour))
            except Down:
                pass  # It was reported; the compartment's own antenna decides.

    async def _round(self, number: int) -> list:
        """Return (tag, dBm) of what a compartment's antennas heard in a round of each."""
        own = self._own[number - 1]
        if len(own) == 1:
            return await self._listen(own[0])
        heard = []
        times = self._times.setdefault(number, {})  # Kept, should a count begin amid this round.
        for index in own:
            for tag, dbm in await self._listen(index):
                times[tag, index] = times.get((tag, index), 0) + 1
                heard.append((tag, dbm, index))
        for tag, _dbm, index in heard:
            before = self._shelves.setdefault(tag, index)
            if times[tag, index] > times.get((tag, before), 0):
                self._shelves[tag] = index
        return [(tag, dbm) for tag, dbm, index in heard if self._shelves[tag] == index]

    async def _listen(self, index: int) -> list:
        async with self._air:
            return await self.devices[index].call(lambda reader: reader.round())
