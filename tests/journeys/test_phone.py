"""A reader's phone at a bookcase without a network, and staff at one: card, PIN, restock."""

from urllib.parse import parse_qs, urlsplit

import httpx

from hw_sim.desk.desk import Desk
from tests.journeys.visits import Reader, agreed, at_rest, full_door, loans

DEVICE = "bc02"
STAFF_CARD, PIN = "ST00000007", "271828"


def picture(desk: Desk, device: str = DEVICE) -> dict[str, str]:
    """Return what a phone reads from the screen: the machine, and its nonce."""
    query = parse_qs(urlsplit(desk.eyes(device).shown["code"]).query)
    return {name: values[0] for name, values in query.items()}


async def phone_of(desk: Desk, card: str) -> httpx.AsyncClient:
    """Return the phone of a reader whom staff have invited."""
    phone = httpx.AsyncClient(base_url=desk.servers.url, timeout=20)
    path = f"/v1/readers/{card}/phone"
    invited = await phone.post(path, headers=desk.service._headers)
    entered = await phone.get(invited.json()["link"])
    assert entered.status_code == 303, entered.text
    return phone


async def test_a_token_from_the_phone_opens_a_bookcase_without_a_network(desk: Desk) -> None:
    reader = Reader(desk, "SG00000061")
    door, books = full_door(desk, DEVICE, 1)
    await at_rest(desk, DEVICE)
    await desk.eyes(DEVICE).see("welcome")
    phone = await phone_of(desk, reader.card)
    await desk.hands(f"net {DEVICE} cut")
    # The machine is out of reach now; the phone is not.
    token = await phone.get("/v1/phone/token", params=picture(desk))
    await phone.aclose()
    reader.shows = token.json()["text"]
    shown = await reader.borrow(DEVICE, door, books)
    await desk.hands(f"net {DEVICE} up")
    await agreed(desk)

    assert shown["offline"] and len(shown["took"]) == 1
    assert await loans(desk, reader.card) == set(books)


async def test_staff_open_a_door_and_have_the_machine_tested_also_without_a_network(
    desk: Desk,
) -> None:
    eyes = desk.eyes(DEVICE)
    async with httpx.AsyncClient(
        base_url=desk.servers.url, headers=desk.service._headers, timeout=20
    ) as office:
        await office.put("/v1/staff/anna", json={"role": "shelver"})
        given = await office.post("/v1/staff/anna/cards", json={"card": STAFF_CARD, "pin": PIN})
        assert given.status_code == 200, given.text
    await at_rest(desk, DEVICE)
    await eyes.see("welcome")
    anna = Reader(desk, STAFF_CARD)
    await anna.until(eyes, f"scan {DEVICE} {STAFF_CARD}", "pin")
    await desk.hands(f"net {DEVICE} cut")
    await desk.hands(f"pin {DEVICE} {PIN}")
    shown = await eyes.see("staff")
    assert shown["name"] == "" and "selftest" in shown["tasks"]

    await desk.hands(f"task {DEVICE} selftest")
    found = {row["part"]: row["ok"] for row in (await eyes.see("report"))["found"]}
    assert found["lock"] and found["reader.1"] and found["clock"]
    await desk.hands(f"leave {DEVICE}")
    await eyes.see("staff")
    door, _books = full_door(desk, DEVICE, 1)
    await desk.hands(f"choose {DEVICE} {door}")
    await eyes.see("opening")
    await desk.hands(f"pull {DEVICE} {door}")
    await eyes.see("staff")
    await anna.until(eyes, f"shut {DEVICE} {door}", "done")
    await desk.hands(f"leave {DEVICE}")
    await desk.hands(f"net {DEVICE} up")
    await agreed(desk)
    await eyes.see("welcome")
