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
CASES = [(fault, end, part) for fault, end in FAULTS for part in PARTS]


@pytest.mark.parametrize(("fault", "end", "part"), CASES)
async def test_a_visit_survives(desk: Desk, fault: str, end: str, part: str) -> None:
    reader = Reader(desk, f"SG{51 + CASES.index((fault, end, part)):08d}")
    door, books = full_door(desk, "bc03", 1)
    name = f"reader.{door}" if part == "reader" else part
    await at_rest(desk, "bc03")

    await desk.hands(fault.format(part=f"bc03 {name}"))
    shown = await reader.borrow("bc03", door, books)
    if end:
        await desk.hands(end.format(part=f"bc03 {name}"))
    await agreed(desk)

    assert len(shown["took"]) == 1
    assert await loans(desk, reader.card) == set(books)
