"""Antennas that share the air: of rounds that overlap, each keeps its own evidence."""

import asyncio

from bookcase_fw.antennas import Antennas
from bookcase_fw.count import Count
from tests.device.lab import tag


class Shelf:
    """An antenna's driver: it hears the same books in every round, and says when it listens."""

    def __init__(self, books):
        self._books = books
        self.begun = asyncio.Event()
        self.goes_on = asyncio.Event()

    async def opened(self) -> tuple:
        return self, _closed

    async def round(self) -> list:
        self.begun.set()
        await self.goes_on.wait()
        return [(tag(book), -50) for book in self._books]


def _closed():
    pass


async def test_a_count_may_begin_while_a_check_hears_its_last_shelf():
    shelves = [Shelf((1, 2)), Shelf((3,)), Shelf((4,))]
    openers = {"reader.%d" % n: shelf.opened for n, shelf in enumerate(shelves, 1)}
    antennas = Antennas(openers, [len(shelves)], print, lambda _number: [])
    for shelf in shelves[:2]:
        shelf.goes_on.set()
    check = asyncio.create_task(antennas.check(1))
    await shelves[2].begun.wait()
    count = asyncio.create_task(antennas.count(1, Count({}, {})))
    await asyncio.sleep(0)
    shelves[2].goes_on.set()
    await check
    how, result = await count

    assert how == "counted" and sorted(result.stable) == [tag(n) for n in (1, 2, 3, 4)]
    assert antennas.shelves(1, result.stable) == {"shelves": [2, 1, 1]}
