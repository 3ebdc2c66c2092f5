"""Journeys of a book: borrowed, returned elsewhere, put back, moved, missed, sprung, foreign."""

from hw_sim.desk.desk import Desk
from hw_sim.world.places import Compartment
from tests.journeys.visits import Reader, agreed, full_door, loans, roomy_door


async def test_borrowed_at_one_bookcase_and_returned_at_another(desk: Desk) -> None:
    reader = Reader(desk, "SG00000001")
    door, books = full_door(desk, "bc01", 2)

    shown = await reader.borrow("bc01", door, books)
    await agreed(desk)

    assert len(shown["took"]) == 2
    assert await loans(desk, reader.card) == set(books)

    shown = await reader.bring("bc02", roomy_door(desk, "bc02"), books)
    await agreed(desk)

    assert len(shown["put"]) == 2
    assert await loans(desk, reader.card) == set()


async def test_a_book_put_back_before_the_door_shuts_is_no_loan(desk: Desk) -> None:
    reader = Reader(desk, "SG00000003")
    door, books = full_door(desk, "bc01", 2)

    shown = await reader.visit("bc01", door, take=books, put=books[:1])
    await agreed(desk)

    assert len(shown["took"]) == 1
    assert await loans(desk, reader.card) == {books[1]}


async def test_a_door_that_nobody_asked_for_charges_nobody(desk: Desk) -> None:
    reader = Reader(desk, "SG00000005")
    door, books = full_door(desk, "bc02", 2)
    await reader.borrow("bc02", door, books[:1])

    await desk.hands(f"force bc02 {door}")
    await desk.eyes("bc02").see("open", "left_open")
    await desk.hands(f"take bc02 {door} {books[1]} -")
    await desk.hands(f"shut bc02 {door}")
    await agreed(desk)

    assert await loans(desk, reader.card) == {books[0]}
    copy = await desk.service.get(f"/v1/copies/{books[1]}")
    assert copy["holder"]["kind"] == "unknown"
    cases = await desk.service.get("/v1/cases?state=open")
    assert [case["kind"] for case in cases if case["barcode"] == books[1]] == ["taken_unknown"]


async def test_a_door_that_springs_open_stays_one_session(desk: Desk) -> None:
    reader = Reader(desk, "SG00000007")
    door, books = full_door(desk, "bc03", 1)
    steps = dict(reader.steps("bc03", door, take=books, put=[]))
    for name in ("card", "door chosen", "door pulled", "books moved"):
        await steps[name]()

    await desk.hands(f"rebound bc03 {door} 150")
    await desk.hands(f"shut bc03 {door}")
    await steps["screen read"]()
    await desk.hands("leave bc03")
    await agreed(desk)

    assert await loans(desk, reader.card) == set(books)


async def test_a_book_moved_to_the_next_compartment_is_no_loan(desk: Desk) -> None:
    reader = Reader(desk, "SG00000009")
    door, books = full_door(desk, "bc03", 1)
    other = next(d for d in range(1, 5) if d != door and _room(desk, "bc03", d) > 1)

    await reader.borrow("bc03", door, books)
    await reader.bring("bc03", other, books)
    await agreed(desk)

    assert await loans(desk, reader.card) == set()
    assert desk.world.where(books[0]) == Compartment("bc03", other)


async def test_a_foreign_tag_is_a_case_and_disturbs_nobody(desk: Desk) -> None:
    reader = Reader(desk, "SG00000011")
    door = roomy_door(desk, "bc01")
    _door, books = full_door(desk, "bc01", 1)
    before = len(await desk.service.get("/v1/cases?state=open"))

    steps = dict(reader.steps("bc01", door, take=[], put=[]))
    for name in ("card", "door chosen", "door pulled"):
        await steps[name]()
    await desk.eyes("bc01").see("open")
    await desk.hands(f"foreign bc01 {door}")
    await steps["door shut"]()
    await steps["screen read"]()
    await desk.hands("leave bc01")
    await agreed(desk)

    cases = await desk.service.get("/v1/cases?state=open")
    assert len(cases) == before + 1
    assert "foreign" in {case["kind"] for case in cases}
    assert await loans(desk, reader.card) == set()


async def test_a_tag_missed_once_is_not_taken(desk: Desk) -> None:
    reader = Reader(desk, "SG00000013")
    door, books = full_door(desk, "bc02", 3)
    await desk.hands(f"miss {books[2]} 1")

    shown = await reader.borrow("bc02", door, books[:1])
    await agreed(desk)

    assert len(shown["took"]) == 1
    assert await loans(desk, reader.card) == {books[0]}


def _room(desk: Desk, device: str, door: int) -> int:
    place = Compartment(device, door)
    return desk.world.capacity[place] - len(desk.world.at(place))
