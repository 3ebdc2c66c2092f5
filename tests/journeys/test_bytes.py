"""Serial lines that fail in the middle of a visit: the visit ends well, or is refused honestly."""

import pytest

from hw_sim.desk.desk import Desk
from tests.journeys.visits import Reader, agreed, at_rest, full_door, loans

# A fault of a line, and what ends it.
FAULTS = (
    ("cut {part} 2", ""),
    ("chop {part} on", "chop {part} off"),
    ("noise {part} 7", "noise {part} 0"),
    ("checksum {part} 2", ""),
)
PARTS = ("lock", "reader", "scanner", "panel")
# A scanner's line has no checksum: what is added to a code, or changed in it, cannot be told.
UNTOLD = (("noise {part} 7", "scanner"), ("checksum {part} 2", "scanner"))
CASES = [(*fault, part) for fault in FAULTS for part in PARTS if (fault[0], part) not in UNTOLD]


@pytest.mark.parametrize(("fault", "end", "part"), CASES)
async def test_a_visit_survives(desk: Desk, fault: str, end: str, part: str) -> None:
    reader = Reader(desk, f"SG{81 + CASES.index((fault, end, part)):08d}")
    door, books = full_door(desk, "bc03", 1)
    name = f"reader.{door}" if part == "reader" else part
    await at_rest(desk, "bc03")

    await desk.hands(fault.format(part=f"bc03 {name}"))
    try:
        shown = await reader.borrow("bc03", door, books)
    finally:
        if end:
            await desk.hands(end.format(part=f"bc03 {name}"))
    await agreed(desk)

    assert len(shown["took"]) == 1
    assert await loans(desk, reader.card) == set(books)


async def test_a_code_that_noise_has_spoilt_opens_nothing_and_the_next_one_does(desk: Desk) -> None:
    reader = Reader(desk, "SG00000098")
    door, books = full_door(desk, "bc03", 1)
    await at_rest(desk, "bc03")

    await desk.hands("noise bc03 scanner 7")
    await desk.hands(f"scan bc03 {reader.card}")
    await desk.hands("noise bc03 scanner 0")
    await at_rest(desk, "bc03")
    await reader.borrow("bc03", door, books)
    await agreed(desk)

    assert await loans(desk, reader.card) == set(books)
