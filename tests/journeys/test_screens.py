"""Journeys at the screens of bookcase, locker and belt: real firmware, service and MQTT server."""

import asyncio
import io
import json
import re
import time
import zipfile

import httpx

from hw_sim.desk.desk import Desk
from hw_sim.desk.visits import pull, push
from hw_sim.world import sample
from hw_sim.world.places import Hands, Shelf
from tests.journeys.screens import OwnScreen, own_screen
from tests.journeys.visits import Reader, agreed, full_door, loans

LOCKER, RETURN, BOOKCASE = "pl01", "rt01", "bc01"
DOORS = 4
STRANGER = "X00000077"  # A book that no library of the district knows.
BINS = 3


async def test_a_loan_is_seen_from_card_to_book(cases: Desk) -> None:
    card = "SG00000021"
    door, (barcode,) = full_door(cases, BOOKCASE, 1)

    async with own_screen(cases, BOOKCASE, "bookcase", DOORS) as screen:
        await screen.see("welcome")
        await cases.hands(f"scan {BOOKCASE} {card}")
        await screen.see("choose")
        screen.press(f"door.{door}")
        await screen.see("opening")
        await pull(cases.hands, BOOKCASE, door)
        await screen.see("open")
        await cases.hands(f"take {BOOKCASE} {door} {barcode} {card}")
        await cases.hands(f"shut {BOOKCASE} {door}")
        await screen.see("done")

        assert len(screen.cabinet.model.shown.took) == 1
        assert screen.cabinet.view().figure == "1"
        screen.press("done")
        await screen.see("welcome")
        assert screen.cabinet.model.shown.name == ""
    await agreed(cases)


async def test_a_hold_is_fetched_with_the_card(cases: Desk) -> None:
    reader, door = Reader(cases, "SG00000023"), 1
    book = await _kept(cases, reader, door)

    async with own_screen(cases, LOCKER, "locker", DOORS) as screen:
        await screen.see("welcome")
        await cases.hands(f"scan {LOCKER} {reader.card}")
        await _fetch(cases, screen, reader, door, book)

        assert screen.cabinet.view().figure == "1"
        screen.press("done")
        await screen.see("welcome")
    await agreed(cases)

    assert await loans(cases, reader.card) == {book}


async def test_a_hold_is_fetched_blind_with_the_code_of_the_notice(cases: Desk) -> None:
    reader, door = Reader(cases, "SG00000026"), 2
    async with _office(cases) as office:
        await _agree_to_notices(office, reader.card)
        book = await _kept(cases, reader, door)
        code = await _code_of_the_notice(office, reader.card)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"

    async with own_screen(cases, LOCKER, "locker", DOORS) as screen:
        person = screen.person
        await screen.see("welcome")
        person.press("up")
        await _type(screen, wrong)
        await screen.see("refused")
        person.hears("认不出这个码")
        person.hears("六位数字")
        person.choose("知道了")
        await screen.see("welcome")
        await _type(screen, code)
        await _fetch(cases, screen, reader, door, book)
        person.hears("取走了 1 本")
        person.hears("前还")
        person.choose("好了")
        await screen.see("welcome")
    await agreed(cases)

    assert await loans(cases, reader.card) == {book}


async def test_two_books_are_returned_a_strangers_comes_back_and_the_bins_are_full(
    cases: Desk,
) -> None:
    reader = Reader(cases, "SG00000027")
    door, books = full_door(cases, BOOKCASE, 2)
    await reader.borrow(BOOKCASE, door, books)
    cases.world.add_stranger(STRANGER, reader.card)

    async with own_screen(cases, RETURN, "belt") as screen:
        person = screen.person
        await screen.see("put_in", "returned", "given_back")
        person.press("up")
        await _drop(cases, screen, books[0], "returned")
        person.hears("1 本")
        await _drop(cases, screen, books[1], "returned")
        person.hears("2 本")
        await _drop(cases, screen, STRANGER, "given_back")
        person.hears("请取出来")
        for number in range(1, BINS + 1):
            await cases.hands(f"full {RETURN} {number} 100")
        await screen.see("shut")
        person.hears("满")
        for number in range(1, BINS + 1):
            await cases.hands(f"empty {RETURN} {number}")
        await screen.see("put_in")
    await agreed(cases)

    assert await loans(cases, reader.card) == set()
    assert cases.world.where(STRANGER) == Hands(reader.card)


async def _drop(desk: Desk, screen: OwnScreen, barcode: str, ends: str) -> None:
    await push(desk.hands, RETURN, barcode)
    await screen.see("looking")
    await screen.see(ends)


async def _type(screen: OwnScreen, code: str) -> None:
    screen.person.choose("取书码")
    screen.person.hears("请输入六位取书码")
    for digit in code:
        screen.person.press(digit)
    screen.person.press("go")


async def _fetch(desk: Desk, screen: OwnScreen, reader: Reader, door: int, book: str) -> None:
    """The door has been let go: take the book out, shut it."""
    await screen.see("opening")
    await pull(desk.hands, LOCKER, door)
    await screen.see("open")
    await desk.hands(f"take {LOCKER} {door} {book} {reader.card}")
    await desk.hands(f"shut {LOCKER} {door}")
    await screen.see("done")


async def _kept(desk: Desk, reader: Reader, door: int) -> str:
    """Have a title held for a reader, and its copy lie behind a door; return its barcode."""
    titles = {row["barcode"]: row["title_id"] for row in sample.rows(sample.FOLDER, "copies")}
    book = desk.world.at(Shelf("lib01"))[-1].barcode
    async with _office(desk) as office:
        wish = {"card": reader.card, "title": titles[book], "pickup": LOCKER}
        placed = await office.post("/v1/holds", json=wish, headers=_key())
    assert placed.status_code == 201, placed.text
    await desk.hands(f"pick {book}")
    await desk.hands(f"force {LOCKER} {door}")
    await desk.eyes(LOCKER).see("open", "left_open")
    await desk.hands(f"put {LOCKER} {door} {book}")
    await desk.hands(f"shut {LOCKER} {door}")
    await agreed(desk)
    return book


async def _agree_to_notices(office: httpx.AsyncClient, card: str) -> None:
    about = f"/v1/readers/{card}"
    words = {"text_zh": "同意接收通知", "text_en": "I agree to be told"}
    published = await office.post("/v1/consents/notices", json=words, headers=_key())
    assert published.status_code == 200, published.text
    agreed = await office.post(f"{about}/consents", json={"purpose": "notices"}, headers=_key())
    reached = {"address": "reader@example.org"}
    told = await office.put(f"{about}/contacts/mail", json=reached, headers=_key())
    assert (agreed.status_code, told.status_code) == (200, 200), (agreed.text, told.text)


async def _code_of_the_notice(office: httpx.AsyncClient, card: str) -> str:
    """Return what stands in the reader's notice, as the reader's own data has it."""
    while True:
        export = await office.get(f"/v1/readers/{card}/export")
        with zipfile.ZipFile(io.BytesIO(export.content)) as files:
            found = re.search(r"取书码 (\d{6})|code (\d{6})", str(_data(files)))
        if found:
            return found[1] or found[2]
        await asyncio.sleep(0.2)


def _data(files: zipfile.ZipFile) -> list[object]:
    return [json.loads(files.read(name)) for name in files.namelist() if name.endswith(".json")]


def _office(desk: Desk) -> httpx.AsyncClient:
    headers = desk.service._headers
    return httpx.AsyncClient(base_url=desk.servers.url, headers=headers, timeout=20)


def _key() -> dict[str, str]:
    return {"Idempotency-Key": f"test-{time.time_ns()}"}
