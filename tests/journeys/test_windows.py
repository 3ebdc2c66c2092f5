"""Journeys through real windows: fingers of xdotool on Xvfb, the real service, devices as twins."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from hw_sim.desk.desk import Desk
from hw_sim.desk.eyes import Eyes, Unseen
from hw_sim.desk.process import Process
from hw_sim.world.places import Shelf
from tests.journeys.visits import Reader, agreed, loans

LOAN, CATALOGUE, SITE = "kx01", "oc01", "lib01"
# Pictures of the gallery on which things stand where they stand in these journeys.
PICTURES = (
    "welcome", "review_1", "result", "receipt_printer", "opac_welcome", "opac_found_1",
    "opac_title_shelf",
)  # fmt: skip
SEEN_S = 1.0  # The antenna says that a book is there when it was heard twice.
TOUCH_S, TOUCHES_MAX = 3.0, 5
LIMIT_S = 30


class Finger:
    def __init__(self, display: str, places: dict[str, dict[str, list[int]]]) -> None:
        self.display, self._places = display, places

    async def touch(self, eyes: Eyes, picture: str, word: str, *then: str) -> None:
        """Touch, and again as a person does when nothing happens, until one of these is shown."""
        for _touch in range(TOUCHES_MAX):
            await self.tap(picture, word)
            with contextlib.suppress(Unseen):
                await eyes.see(*then, timeout_s=TOUCH_S)
                return
        await eyes.see(*then)

    async def tap(self, picture: str, word: str) -> None:
        x, y = self._places[picture][word]
        command = ["xdotool", "mousemove", str(x), str(y), "click", "1"]
        environment = {**os.environ, "DISPLAY": self.display}
        await asyncio.to_thread(subprocess.run, command, env=environment, check=True)


@pytest.fixture(scope="module")
def finger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Finger]:
    folder = tmp_path_factory.mktemp("places")
    command = [sys.executable, "-m", "tests.kiosk.places", str(folder), *PICTURES]
    environment = {**os.environ, "SDL_VIDEODRIVER": "offscreen"}
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    reading, writing = os.pipe()
    screen = ["-screen", "0", "1080x1920x24", "-nolisten", "tcp"]
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), *screen],
        pass_fds=(writing,), stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(writing)
    with os.fdopen(reading) as number:
        yield Finger(f":{number.readline().strip()}", json.loads(said.stdout.splitlines()[-1]))
    server.terminate()
    server.wait(LIMIT_S)


@contextlib.asynccontextmanager
async def window(hall: Desk, device: str, finger: Finger) -> AsyncIterator[None]:
    """Have a machine's program in a window of its own for a while."""
    station, folder = hall.stations[device], Path(hall._folder)
    await station.power(False)
    command = [sys.executable, "-m", "kiosk", "run", "--config", str(folder / f"{device}.json")]
    environment = {"DISPLAY": finger.display, "SDL_VIDEODRIVER": "x11"}
    log = folder / "logs" / f"{device}.log"
    process = Process(device, command, log, environment, on_line=hall.eyes(device).hear)
    await process.start("ready")
    try:
        await hall.served()
        yield
    finally:
        await process.stop()
        await station.power(True)


async def test_a_book_is_borrowed_and_returned_by_touch(hall: Desk, finger: Finger) -> None:
    reader, eyes = Reader(hall, "SG00000083"), hall.eyes(LOAN)
    book = hall.world.at(Shelf(SITE))[0].barcode
    await hall.hands(f"pick {book} {reader.card}")

    async with window(hall, LOAN, finger):
        await eyes.see("welcome")
        await finger.touch(eyes, "welcome", "borrow", "card")
        await hall.hands(f"scan {LOAN} {reader.card}")
        await eyes.see("tray")
        await _lay(hall, book)
        await finger.touch(eyes, "review_1", "confirm", "result")
        await hall.hands(f"told {book} {reader.card}")
        await finger.touch(eyes, "result", "done", "receipt")
        await finger.tap("receipt_printer", "paper")
        receipt = await _printed(hall)
        await finger.touch(eyes, "receipt_printer", "done", "take")
        await hall.hands(f"lift {LOAN} {book} {reader.card}")
        await eyes.see("welcome")
        await agreed(hall)
        assert await loans(hall, reader.card) == {book}
        assert any(hall.world.copy(book).title in line for line in receipt)

        await finger.touch(eyes, "welcome", "return", "tray")
        await _lay(hall, book)
        await finger.touch(eyes, "review_1", "confirm", "result")
        await hall.hands(f"told {book} -")
        await finger.touch(eyes, "result", "done", "take")
        await hall.hands(f"lift {LOAN} {book} {reader.card}")
        await hall.hands(f"shelve {book} {SITE}")
        await eyes.see("welcome")
    await agreed(hall)

    assert await loans(hall, reader.card) == set()


async def test_a_title_is_found_by_touch_and_held_with_the_card(hall: Desk, finger: Finger) -> None:
    card, eyes = "SG00000085", hall.eyes(CATALOGUE)

    async with window(hall, CATALOGUE, finger):
        await eyes.see("welcome")
        await finger.touch(eyes, "opac_welcome", "key.h", "finding")
        for letter in "lm":
            await finger.tap("opac_welcome", f"key.{letter}")
        await asyncio.sleep(SEEN_S)
        await finger.touch(eyes, "opac_found_1", "book.1", "title")
        await finger.touch(eyes, "opac_title_shelf", "hold", "card")
        await hall.hands(f"scan {CATALOGUE} {card}")
        await eyes.see("held")

    (hold,) = [row for row in await _holds(hall) if row["card"] == card]
    assert "红楼梦" in hold["name"]


async def _lay(hall: Desk, book: str) -> None:
    await hall.hands(f"lay {LOAN} {book}")
    await hall.eyes(LOAN).see("review")
    await asyncio.sleep(SEEN_S)


async def _printed(hall: Desk) -> list[str]:
    """Wait for a receipt; return its lines."""
    async with asyncio.timeout(LIMIT_S):
        while not (lines := await hall.hands(f"receipts {LOAN}")):
            await asyncio.sleep(0.1)
    return lines


async def _holds(hall: Desk) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = await hall.service.get("/v1/holds")
    return rows
