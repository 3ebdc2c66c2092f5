"""Journeys at the other configurations: a glass case, a 24-hour return, a pick-up locker.

How each of them goes on after a power cut, and what it does without a network.
"""

import asyncio
import json
import time
import urllib.request
from typing import Any

import pytest

from hw_sim.desk.desk import Desk
from hw_sim.desk.visits import pull, push
from hw_sim.world import sample
from hw_sim.world.places import Bin, Compartment, Copy, Hands, Shelf
from tests.journeys.test_phone import phone_of, picture
from tests.journeys.visits import Reader, agreed, at_rest, full_door, loans

COUNT_S = 120.0  # A glass case with many books is counted shelf by shelf.


class Case(Reader):
    """A reader at a glass case: its one door opens as soon as the card is known."""

    async def visit(self, device: str, door: int, **moves: Any) -> dict[str, Any]:
        await self.open(device)
        await self.move(device, **moves)
        return await self.shut(device)

    async def open(self, device: str) -> None:
        await self.scan(device)
        await self.desk.hands(f"pull {device} 1")
        await self.desk.eyes(device).see("open")

    async def scan(self, device: str) -> None:
        eyes = self.desk.eyes(device)
        await eyes.see("welcome")
        await self.until(eyes, f"scan {device} {self.shows}", "asking", "opening", "open")
        await eyes.see("opening")

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


async def test_a_power_cut_before_the_glass_door_is_pulled(cases: Desk) -> None:
    reader = Case(cases, "SG00000021")
    _door, books = full_door(cases, "gc01", 1)
    await at_rest(cases, "gc01")
    await reader.scan("gc01")

    await _cut_power(cases, "gc01")
    await at_rest(cases, "gc01")
    await reader.borrow("gc01", 1, books)
    await agreed(cases)

    assert await loans(cases, reader.card) == set(books)


@pytest.mark.parametrize(("screen", "card"), [("counting", 23), ("done", 25)])
async def test_a_power_cut_after_the_glass_door_is_shut(
    cases: Desk, screen: str, card: int
) -> None:
    reader = Case(cases, f"SG{card:08d}")
    _door, books = full_door(cases, "gc01", 1)
    await at_rest(cases, "gc01")
    await reader.open("gc01")
    await reader.move("gc01", take=books)
    await cases.hands("net gc01 cut")
    await cases.hands("shut gc01 1")
    await cases.eyes("gc01").see(screen, timeout_s=COUNT_S)

    await cases.hands("power gc01 off")
    await cases.hands("net gc01 up")
    await cases.hands("power gc01 on")
    await cases.served()
    await agreed(cases)

    assert await loans(cases, reader.card) == set(books)


async def test_a_glass_door_that_springs_open_stays_the_readers(cases: Desk) -> None:
    reader = Case(cases, "SG00000027")
    _door, books = full_door(cases, "gc01", 2)
    await at_rest(cases, "gc01")
    await reader.open("gc01")
    await reader.move("gc01", take=books[:1])
    await cases.hands("rebound gc01 1 150")
    await reader.move("gc01", take=books[1:])
    await reader.shut("gc01")
    await agreed(cases)

    assert await loans(cases, reader.card) == set(books)


async def test_lent_by_a_phone_without_a_network_and_brought_back_at_night(cases: Desk) -> None:
    reader = Case(cases, "SG00000029")
    _door, books = full_door(cases, "gc01", 1)
    await at_rest(cases, "gc01")
    phone = await phone_of(cases, reader.card)
    await cases.hands("net gc01 cut")
    token = await phone.get("/v1/phone/token", params=picture(cases, "gc01"))
    await phone.aclose()
    reader.shows = token.json()["text"]
    shown = await reader.borrow("gc01", 1, books)
    await cases.hands("net gc01 up")
    await cases.served()
    await agreed(cases)
    assert shown["offline"]
    assert await loans(cases, reader.card) == set(books)

    await _drop(cases, books[0])
    await agreed(cases)
    assert await loans(cases, reader.card) == set()


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
    copy = await _parcel(cases, reader, 3)

    await _fetch(cases, reader, 3)
    await cases.hands(f"take pl01 3 {copy.barcode} {reader.card}")
    await _done(cases, 3)

    assert await loans(cases, reader.card) == {copy.barcode}
    assert await cases.service.get(f"/v1/holds?card={reader.card}") == []
    assert cases.world.where(copy.barcode) == Hands(reader.card)
    assert not cases.world.at(Compartment("pl01", 3))


async def test_a_power_cut_at_an_open_door_of_the_locker(cases: Desk) -> None:
    reader = Reader(cases, "SG00000013")
    copy = await _parcel(cases, reader, 4)

    await _fetch(cases, reader, 4)
    await _cut_power(cases, "pl01")
    await cases.hands(f"take pl01 4 {copy.barcode} {reader.card}")
    await cases.hands("shut pl01 4")
    await agreed(cases)

    assert await loans(cases, reader.card) == {copy.barcode}
    assert await cases.service.get(f"/v1/holds?card={reader.card}") == []


async def test_a_parcel_opens_for_nobody_else_and_for_nobody_without_a_network(cases: Desk) -> None:
    reader, other = Reader(cases, "SG00000015"), Reader(cases, "SG00000017")
    eyes = cases.eyes("pl01")
    copy = await _parcel(cases, reader, 2)

    await at_rest(cases, "pl01")
    await other.until(eyes, f"scan pl01 {other.card}", "refused")
    assert eyes.shown["why"] == "none_kept"
    await at_rest(cases, "pl01")
    await cases.hands("net pl01 cut")
    await reader.until(eyes, f"scan pl01 {reader.card}", "refused")
    assert eyes.shown["why"] == "offline"
    await cases.hands("net pl01 up")
    await cases.served()
    await _fetch(cases, reader, 2)
    await cases.hands(f"take pl01 2 {copy.barcode} {reader.card}")
    await _done(cases, 2)

    assert await loans(cases, reader.card) == {copy.barcode}


async def _parcel(desk: Desk, reader: Reader, door: int) -> Copy:
    """Have a copy that stands on a shelf wished for, and put into the locker for its reader."""
    copies = [desk.world.copy(row["barcode"]) for row in sample.rows(sample.FOLDER, "copies")]
    copy = next(one for one in copies if isinstance(desk.world.where(one.barcode), Shelf))
    titles = {row["barcode"]: row["title_id"] for row in sample.rows(sample.FOLDER, "copies")}
    wish = {"card": reader.card, "title": titles[copy.barcode], "pickup": "pl01"}
    await asyncio.to_thread(_post, desk, "/v1/holds", wish)
    await desk.hands(f"pick {copy.barcode}")
    await desk.hands(f"force pl01 {door}")
    await desk.eyes("pl01").see("open", "left_open")
    await desk.hands(f"put pl01 {door} {copy.barcode}")
    await desk.hands(f"shut pl01 {door}")
    await agreed(desk)
    return copy


async def _fetch(desk: Desk, reader: Reader, door: int) -> None:
    """Show a card to the locker and pull the parcel's door open."""
    eyes = desk.eyes("pl01")
    await at_rest(desk, "pl01")
    await reader.until(eyes, f"scan pl01 {reader.card}", "asking", "opening", "open", "refused")
    await eyes.see("opening")
    await pull(desk.hands, "pl01", door)
    await eyes.see("open")


async def _done(desk: Desk, door: int) -> None:
    await desk.hands(f"shut pl01 {door}")
    await desk.eyes("pl01").see("done", timeout_s=COUNT_S)
    await desk.hands("leave pl01")
    await agreed(desk)


async def _cut_power(desk: Desk, device: str) -> None:
    await desk.hands(f"power {device} off")
    await desk.hands(f"power {device} on")
    await desk.served()


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
