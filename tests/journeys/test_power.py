"""The power cut before each step of a door session; the firmware restarts on its own flash."""

import pytest

from hw_sim.desk.desk import Desk
from hw_sim.desk.eyes import Unseen
from tests.journeys.visits import Reader, agreed, at_rest, full_door, loans

# Before these steps the door is shut and the reader starts anew; before the others it is open.
SHUT = ("card", "door chosen", "door pulled")
OPEN = ("books moved", "door shut")


@pytest.mark.parametrize("step", SHUT)
async def test_power_cut_before_the_door_opened(desk: Desk, step: str) -> None:
    reader = Reader(desk, f"SG{41 + SHUT.index(step):08d}")
    door, books = full_door(desk, "bc01", 1)
    await at_rest(desk, "bc01")
    for name, act in reader.steps("bc01", door, take=books, put=[]):
        if name == step:
            break
        await act()

    await _cut_power(desk, "bc01")
    await desk.hands("leave bc01")
    await reader.borrow("bc01", door, books)
    await agreed(desk)

    assert await loans(desk, reader.card) == set(books)


@pytest.mark.parametrize("step", OPEN)
async def test_power_cut_while_the_door_stood_open(desk: Desk, step: str) -> None:
    reader = Reader(desk, f"SG{45 + OPEN.index(step):08d}")
    door, books = full_door(desk, "bc01", 1)
    await at_rest(desk, "bc01")
    for name, act in reader.steps("bc01", door, take=books, put=[]):
        if name == step:
            await desk.eyes("bc01").see("open")
            await _cut_power(desk, "bc01")
            break
        await act()

    if step == "books moved":
        await desk.hands(f"take bc01 {door} {books[0]} {reader.card}")
    await desk.hands(f"shut bc01 {door}")
    await agreed(desk)

    assert await loans(desk, reader.card) == set(books)


async def test_books_taken_and_door_shut_while_the_power_was_off(desk: Desk) -> None:
    reader = Reader(desk, "SG00000048")
    door, books = full_door(desk, "bc01", 2)
    await at_rest(desk, "bc01")
    steps = dict(reader.steps("bc01", door, take=books[:1], put=[]))
    for name in ("card", "door chosen", "door pulled", "books moved"):
        await steps[name]()

    await desk.hands("power bc01 off")
    await desk.hands(f"take bc01 {door} {books[1]} {reader.card}")
    await desk.hands(f"shut bc01 {door}")
    await desk.hands("power bc01 on")
    await desk.served()
    await agreed(desk)

    assert await loans(desk, reader.card) == set(books)


async def test_power_cut_in_the_middle_of_a_count(desk: Desk) -> None:
    reader = Reader(desk, "SG00000049")
    door, books = full_door(desk, "bc01", 1)
    await at_rest(desk, "bc01")
    steps = dict(reader.steps("bc01", door, take=books, put=[]))
    for name in ("card", "door chosen", "door pulled", "books moved", "door shut"):
        await steps[name]()
    try:
        await desk.eyes("bc01").see("counting", timeout_s=2)
    except Unseen:
        await desk.eyes("bc01").see("done")

    await _cut_power(desk, "bc01")
    await agreed(desk)

    assert await loans(desk, reader.card) == set(books)


async def test_power_cut_right_after_done(desk: Desk) -> None:
    reader = Reader(desk, "SG00000050")
    door, books = full_door(desk, "bc01", 1)
    await at_rest(desk, "bc01")
    await desk.hands("net bc01 cut")
    for _name, act in reader.steps("bc01", door, take=books, put=[]):
        await act()

    await _cut_power(desk, "bc01", wait=False)
    await desk.hands("net bc01 up")
    await desk.served()
    await agreed(desk)

    assert await loans(desk, reader.card) == set(books)


async def _cut_power(desk: Desk, device: str, wait: bool = True) -> None:
    await desk.hands(f"power {device} off")
    await desk.hands(f"power {device} on")
    if wait:
        await desk.served()
