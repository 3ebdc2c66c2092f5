"""Journeys at the other configurations: a glass case, a 24-hour return, a pick-up locker."""

import asyncio
import json
import time
import urllib.request
from typing import Any

from hw_sim.desk.desk import Desk
from hw_sim.desk.visits import pull, push
from hw_sim.world import sample
from hw_sim.world.places import Bin, Compartment, Hands
from tests.journeys.visits import Reader, agreed, at_rest, full_door, loans

COUNT_S = 120.0  # A glass case with many books is counted shelf by shelf.


class Case(Reader):
    """A reader at a glass case: its one door opens as soon as the card is known."""

    async def visit(self, device: str, door: int, **moves: Any) -> dict[str, Any]:
        await self.open(device)
        await self.move(device, **moves)
        return await self.shut(device)

    async def open(self, device: str) -> None:
        eyes = self.desk.eyes(device)
        await eyes.see("welcome")
        await self.until(eyes, f"scan {device} {self.card}", "asking", "opening", "open")
        await eyes.see("opening")
        await self.desk.hands(f"pull {device} 1")
        await eyes.see("open")

    async def move(self, device: str, take: Any = (), put: Any = ()) -> None:
        for barcode in take:
            await self.desk.hands(f"take {device} 1 {barcode} {self.card}")
        for barcode in put:
            await self.desk.hands(f"put {device} 1 {barcode}")

    async def shut(self, device: str) -> dict[str, Any]:
        eyes = self.desk.eyes(device)
        await self.desk.hands(f"shut {device} 1")
        shown = await eyes.see("done", "again", timeout_s=COUNT_S)
        if shown["screen"] == "again":
            await self.desk.hands(f"pull {device} 1")
            await self.desk.hands(f"shut {device} 1")
            shown = await eyes.see("done", timeout_s=COUNT_S)
        await self.desk.hands(f"leave {device}")
        return dict(shown)


async def test_a_loan_and_a_return_at_a_glass_case(cases: Desk) -> None:
    reader = Case(cases, "SG00000001")
    _door, books = full_door(cases, "gc01", 2)

    shown = await reader.borrow("gc01", 1, books)
    await agreed(cases)
    assert len(shown["took"]) == 2
    assert await loans(cases, reader.card) == set(books)

    await cases.hands("net gc01 cut")
    await reader.bring("gc01", 1, books[:1])
    await cases.hands("net gc01 up")
    await cases.served()
    await agreed(cases)
    assert await loans(cases, reader.card) == {books[1]}


async def test_a_power_cut_at_an_open_glass_door(cases: Desk) -> None:
    reader = Case(cases, "SG00000003")
    _door, books = full_door(cases, "gc01", 1)
    await at_rest(cases, "gc01")
    await reader.open("gc01")

    await cases.hands("power gc01 off")
    await cases.hands("power gc01 on")
    await reader.move("gc01", take=books)
    await cases.hands("shut gc01 1")
    await cases.served()
    await agreed(cases)

    assert await loans(cases, reader.card) == set(books)


async def test_heat_ends_lending_and_a_return_goes_on(cases: Desk) -> None:
    reader = Case(cases, "SG00000005")
    await at_rest(cases, "gc01")
    await cases.hands("warm gc01 61")
    while not cases.eyes("gc01").shown["dim"]:
        await asyncio.sleep(0.1)

    await reader.open("gc01")
    assert cases.eyes("gc01").shown["left"] == 0
    await reader.shut("gc01")
    await cases.hands("warm gc01 21")
    while cases.eyes("gc01").shown["dim"]:
        await asyncio.sleep(0.1)


async def test_a_book_at_night_has_its_own_time_also_without_a_network(cases: Desk) -> None:
    reader = Reader(cases, "SG00000007")
    door, books = full_door(cases, "bc01", 1)
    await reader.borrow("bc01", door, books)
    await agreed(cases)

    await cases.hands("net rt01 cut")
    before_ms = time.time_ns() // 1_000_000
    await _drop(cases, books[0])
    after_ms = time.time_ns() // 1_000_000
    await asyncio.sleep(2)
    await cases.hands("net rt01 up")
    await cases.served()
    await agreed(cases)

    assert await loans(cases, reader.card) == set()
    at_ms, _words = (await cases.service.movements(books[0]))[0]
    assert before_ms - 500 <= at_ms <= after_ms + 500
    assert isinstance(cases.world.where(books[0]), Bin)


async def test_a_power_cut_with_a_book_on_the_belt(cases: Desk) -> None:
    reader = Reader(cases, "SG00000009")
    door, books = full_door(cases, "bc01", 1)
    await reader.borrow("bc01", door, books)
    await cases.hands("snag rt01")
    await _drop(cases, books[0], ends="shut")

    await cases.hands("power rt01 off")
    await cases.hands("clear rt01")
    await cases.hands("power rt01 on")
    await cases.served()
    await cases.eyes("rt01").see("returned", "put_in", timeout_s=30)
    await agreed(cases)

    assert await loans(cases, reader.card) == set()
    assert isinstance(cases.world.where(books[0]), Bin)


async def test_a_hold_is_put_into_the_locker_and_fetched_by_its_reader(cases: Desk) -> None:
    reader = Reader(cases, "SG00000011")
    rows = sample.rows(sample.FOLDER, "copies")
    row = next(row for row in rows if row["holder"].startswith("shelf:"))
    copy = cases.world.copy(row["barcode"])
    wish = {"card": reader.card, "title": row["title_id"], "pickup": "pl01"}
    await asyncio.to_thread(_post, cases, "/v1/holds", wish)
    await cases.hands(f"pick {copy.barcode}")
    await cases.hands("force pl01 3")
    await cases.eyes("pl01").see("open", "left_open")
    await cases.hands(f"put pl01 3 {copy.barcode}")
    await cases.hands("shut pl01 3")
    await agreed(cases)

    eyes = cases.eyes("pl01")
    await at_rest(cases, "pl01")
    await reader.until(eyes, f"scan pl01 {reader.card}", "asking", "opening", "open", "refused")
    await eyes.see("opening")
    await pull(cases.hands, "pl01", 3)
    await eyes.see("open")
    await cases.hands(f"take pl01 3 {copy.barcode} {reader.card}")
    await cases.hands("shut pl01 3")
    await eyes.see("done", timeout_s=COUNT_S)
    await cases.hands("leave pl01")
    await agreed(cases)

    assert await loans(cases, reader.card) == {copy.barcode}
    assert await cases.service.get(f"/v1/holds?card={reader.card}") == []
    assert cases.world.where(copy.barcode) == Hands(reader.card)
    assert not cases.world.at(Compartment("pl01", 3))


async def _drop(desk: Desk, barcode: str, ends: str = "returned") -> None:
    """Put a book into the return and wait for what its screen says in the end."""
    eyes = desk.eyes("rt01")
    await eyes.see("put_in", "returned", "given_back")
    await push(desk.hands, "rt01", barcode)
    await eyes.see("looking")
    await eyes.see(ends)


def _post(desk: Desk, path: str, body: dict[str, str]) -> Any:
    headers = {
        "Authorization": f"Bearer {desk.servers.token}",
        "Content-Type": "application/json",
        "Idempotency-Key": f"test-{time.time_ns()}",
    }
    data = json.dumps(body).encode()
    request = urllib.request.Request(desk.servers.url + path, data, headers)  # noqa: S310
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return json.load(answer)
