"""All antennas of the bookcase: one sends at a time; a count of a compartment runs on them."""

import asyncio

from bookcase_fw.count import Count
from bookcase_fw.devices import Device, Down
from bookcase_fw.drivers.uhfreader import UhfReaderError

_NEIGHBOUR_ROUNDS = 4


class Antennas:
    """Compartments count from 1, and so do antennas."""

    def __init__(self, openers: list, report):
        """openers, report: see Device; one opener for each compartment."""
        self.devices = [
            Device("reader.%d" % (index + 1), opener, (UhfReaderError,), report)
            for index, opener in enumerate(openers)
        ]
        self._wanted: dict = {}  # Compartment -> the count that is on.
        self._air = asyncio.Lock()

    def work(self, number: int) -> bool:
        return self.devices[number - 1].works

    async def count(self, number: int, count: Count) -> "tuple | None":
        """Count a compartment; return ("counted", result) or ("blind", None).

        Returns None when it was stopped, or another count of the compartment began: nobody waits.
        """
        self._wanted[number] = count
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
        """Let an antenna send once, so that it is reported when it has died."""
        try:
            await self._round(number)
        except Down:
            pass  # It was reported.

    async def _ask_neighbours(self, number: int, count: Count):
        for neighbour in (number - 1, number + 1):
            if not 1 <= neighbour <= len(self.devices):
                continue
            try:
                for _round in range(_NEIGHBOUR_ROUNDS):
                    count.add_neighbour(neighbour, await self._round(neighbour))
            except Down:
                pass  # It was reported; the compartment's own antenna decides.

    async def _round(self, number: int) -> list:
        async with self._air:
            return await self.devices[number - 1].call(lambda reader: reader.round())
