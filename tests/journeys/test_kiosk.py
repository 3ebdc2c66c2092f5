"""Journeys at the self-service loan machine, by scanner, tray and keypad, on the real programs."""

import asyncio
import re
import time
import urllib.request
from pathlib import Path

import pytest

from hw_sim.desk.desk import Desk
from hw_sim.world.places import Shelf
from tests.journeys.visits import Reader, agreed, loans, roomy_door

KIOSK, SITE = "kx01", "lib01"
SEEN_S = 20.0
ALL_SEEN_S = 1.0


async def test_borrowed_at_the_kiosk_and_returned_at_a_bookcase(desk: Desk) -> None:
    reader = Reader(desk, "SG00000071")
    books = await _fetch(desk, reader, 2)

    await _lend(desk, reader, books)
    await agreed(desk)

    assert await loans(desk, reader.card) == set(books)

    await reader.bring("bc01", roomy_door(desk, "bc01"), books)
    await agreed(desk)

    assert await loans(desk, reader.card) == set()


async def test_returned_at_the_kiosk_without_a_card(desk: Desk) -> None:
    reader = Reader(desk, "SG00000073")
    books = await _fetch(desk, reader, 1)
    await _lend(desk, reader, books)

    await _bring_back(desk, reader, books)
    await agreed(desk)

    assert await loans(desk, reader.card) == set()


@pytest.mark.parametrize("mode", ["cut", "hole"])
async def test_lent_and_returned_without_a_network(desk: Desk, mode: str) -> None:
    reader = Reader(desk, "SG00000075" if mode == "cut" else "SG00000077")
    books = await _fetch(desk, reader, 1)

    await desk.hands(f"net {KIOSK} {mode}")
    await _lend(desk, reader, books)
    await desk.hands(f"net {KIOSK} up")
    await agreed(desk)

    assert await loans(desk, reader.card) == set(books)

    await desk.hands(f"net {KIOSK} {mode}")
    await _bring_back(desk, reader, books)
    await desk.hands(f"net {KIOSK} up")
    await agreed(desk)

    assert await loans(desk, reader.card) == set()


async def test_its_power_is_cut_right_after_it_said_lent(desk: Desk) -> None:
    reader = Reader(desk, "SG00000079")
    books = await _fetch(desk, reader, 1)
    await desk.hands(f"net {KIOSK} cut")
    screens = await _lend(desk, reader, books, to_the_end=False)

    await desk.hands(f"power {KIOSK} off")
    await desk.hands(f"lift {KIOSK} {books[0]} {reader.card}")
    await desk.hands(f"power {KIOSK} on")
    await screens.see("welcome")
    await desk.hands(f"net {KIOSK} up")
    await agreed(desk)

    assert await loans(desk, reader.card) == set(books)


async def test_its_picture_is_on_the_dashboard(desk: Desk) -> None:
    url = f"{desk.servers.url}/v1/machines/{KIOSK}/picture"
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {desk.servers.token}"})

    def fetch() -> bytes:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return bytes(answer.read())

    assert (await asyncio.to_thread(fetch)).startswith(b"\x89PNG")


async def test_it_starts_anew_when_it_is_ordered_to(desk: Desk) -> None:
    process = desk.stations[KIOSK].process
    before = process.restarts

    await asyncio.to_thread(_order, desk, b'{"op": "restart", "reason": "the tray is silent"}')
    async with asyncio.timeout(SEEN_S):
        while process.restarts == before:
            await asyncio.sleep(0.05)
    await Screens(desk).see("welcome")
    await desk.served()

    assert process.restarts == before + 1


def _order(desk: Desk, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {desk.servers.token}", "Content-Type": "application/json"}
    url = f"{desk.servers.url}/v1/machines/{KIOSK}/orders"
    with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=10):
        pass


class Screens:
    """What the kiosk's log says of its screen: names only, nothing of a reader."""

    def __init__(self, desk: Desk) -> None:
        self._log = Path(desk._folder, "logs", f"{KIOSK}.log")
        self._begin = self._log.stat().st_size

    async def see(self, *names: str) -> str:
        """Return the newest screen since this was made, as soon as it is one of these."""
        end_s = time.monotonic() + SEEN_S
        while time.monotonic() < end_s:
            text = self._log.read_bytes()[self._begin :].decode()
            shown = re.findall(r"event='?screen'? name='?(\w+)", text)
            if shown and shown[-1] in names:
                return str(shown[-1])
            await asyncio.sleep(0.05)
        raise AssertionError(f"the kiosk shows {shown[-3:]}, not {names}")


async def _fetch(desk: Desk, reader: Reader, count: int) -> list[str]:
    """Take books from the library's shelf."""
    books = [copy.barcode for copy in desk.world.at(Shelf(SITE))[:count]]
    assert len(books) == count
    for book in books:
        await desk.hands(f"pick {book} {reader.card}")
    return books


async def _lend(desk: Desk, reader: Reader, books: list[str], to_the_end: bool = True) -> Screens:
    screens = Screens(desk)
    await desk.hands(f"scan {KIOSK} {reader.card}")
    await screens.see("tray")
    await _lay(desk, screens, books)
    await desk.hands(f"key {KIOSK} >")
    await screens.see("result")
    for book in books:
        await desk.hands(f"told {book} {reader.card}")
    if to_the_end:
        await desk.hands(f"key {KIOSK} >")
        await _take_all(desk, screens, reader, books)
    return screens


async def _bring_back(desk: Desk, reader: Reader, books: list[str]) -> None:
    screens = Screens(desk)
    await desk.hands(f"key {KIOSK} 2")
    await screens.see("tray")
    await _lay(desk, screens, books)
    await desk.hands(f"key {KIOSK} >")
    await screens.see("result")
    for book in books:
        await desk.hands(f"told {book} -")
    await desk.hands(f"key {KIOSK} >")
    await _take_all(desk, screens, reader, books)
    for book in books:
        await desk.hands(f"shelve {book} {SITE}")


async def _lay(desk: Desk, screens: Screens, books: list[str]) -> None:
    for book in books:
        await desk.hands(f"lay {KIOSK} {book}")
    await screens.see("review")
    # The antenna says a book is there when it was heard twice: give the last one time.
    await asyncio.sleep(ALL_SEEN_S)


async def _take_all(desk: Desk, screens: Screens, reader: Reader, books: list[str]) -> None:
    for book in books:
        await desk.hands(f"lift {KIOSK} {book} {reader.card}")
    if await screens.see("receipt", "take", "goodbye", "welcome") == "receipt":
        await desk.hands(f"key {KIOSK} >")
    await screens.see("welcome")
