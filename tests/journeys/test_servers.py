"""The MQTT server and the service killed in the middle of things, and started again."""

import asyncio
import sqlite3

from hw_sim.desk.desk import Desk
from tests.journeys.visits import Reader, agreed, at_rest, full_door, loans, roomy_door


async def test_the_mqtt_server_is_killed_in_a_door_session(district: Desk) -> None:
    reader = Reader(district, "SG00000001")
    door, books = full_door(district, "bc01", 2)
    steps = dict(reader.steps("bc01", door, take=books, put=[]))
    for name in ("card", "door chosen", "door pulled"):
        await steps[name]()

    await district.hands("server off")
    for name in ("books moved", "door shut", "screen read"):
        await steps[name]()
    await district.hands("leave bc01")
    await district.hands("server on")
    await agreed(district)

    assert await loans(district, reader.card) == set(books)


async def test_the_service_is_killed_while_facts_arrive(district: Desk) -> None:
    """Killed before, in and after its commits: whatever it had acknowledged is there, once."""
    reader = Reader(district, "SG00000003")
    door, books = full_door(district, "bc01", 3)
    other = roomy_door(district, "bc02", 3)
    for book in books:
        await reader.borrow("bc01", door, [book])
        await district.hands("service off")
        await reader.bring("bc02", other, [book])
        await district.hands("service on")
        await at_rest(district, "bc01")
        await at_rest(district, "bc02")
    await agreed(district)

    assert await loans(district, reader.card) == set()


async def test_both_are_away_for_a_while(district: Desk) -> None:
    reader = Reader(district, "SG00000005")
    door, books = full_door(district, "bc02", 2)
    await district.hands("service off")
    await district.hands("server off")

    await reader.borrow("bc02", door, books)
    await reader.bring("bc01", roomy_door(district, "bc01"), books[:1])
    await district.hands("server on")
    await district.hands("service on")
    await agreed(district)

    assert await loans(district, reader.card) == set(books[1:])


async def test_the_service_is_killed_with_facts_received_and_not_committed(district: Desk) -> None:
    reader = Reader(district, "SG00000007")
    door, books = full_door(district, "bc01", 1)
    await at_rest(district, "bc01")
    ledger = sqlite3.connect(district._folder / "data" / "ledger.sqlite", isolation_level=None)
    # Nobody commits while somebody else writes.
    ledger.execute("BEGIN IMMEDIATE")
    committed = _facts(ledger)

    await reader.borrow("bc01", door, books)
    await asyncio.sleep(1)
    await district.hands("service off")
    ledger.execute("ROLLBACK")
    assert _facts(ledger) == committed
    ledger.close()
    await district.hands("service on")
    await agreed(district)

    assert await loans(district, reader.card) == set(books)


def _facts(ledger: sqlite3.Connection) -> int:
    return int(ledger.execute("SELECT count(*) FROM inbox").fetchone()[0])
