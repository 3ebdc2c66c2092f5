"""The network cut before each step of a door session, in two ways: refused, and swallowed."""

import pytest

from hw_sim.desk.desk import Desk
from tests.journeys.visits import Reader, agreed, at_rest, full_door, loans, roomy_door

STEPS = ("card", "door chosen", "door pulled", "books moved", "door shut", "screen read")
CASES = [(step, mode) for step in STEPS for mode in ("cut", "hole")]


@pytest.mark.parametrize(("step", "mode"), CASES)
async def test_a_loan_survives_the_network_cut_before(desk: Desk, step: str, mode: str) -> None:
    number = 21 + CASES.index((step, mode))
    reader = Reader(desk, f"SG{number:08d}")
    door, books = full_door(desk, "bc02", 1)
    await at_rest(desk, "bc02")

    for name, act in reader.steps("bc02", door, take=books, put=[]):
        if name == step:
            await desk.hands(f"net bc02 {mode}")
        await act()
    shown = dict(desk.eyes("bc02").shown)
    await desk.hands("leave bc02")
    await desk.hands("net bc02 up")
    await agreed(desk)

    assert len(shown["took"]) == 1, shown
    assert await loans(desk, reader.card) == set(books)


async def test_a_return_is_taken_without_a_network(desk: Desk) -> None:
    reader = Reader(desk, "SG00000015")
    door, books = full_door(desk, "bc01", 1)
    await reader.borrow("bc01", door, books)
    await agreed(desk)

    await desk.hands("net bc03 cut")
    shown = await reader.bring("bc03", roomy_door(desk, "bc03"), books)

    assert shown["offline"]
    assert await loans(desk, reader.card) == set(books)

    await desk.hands("net bc03 up")
    await agreed(desk)

    assert await loans(desk, reader.card) == set()
