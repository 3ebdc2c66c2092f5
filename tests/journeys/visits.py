"""What a reader does in the journeys, step by step, so that anything may happen before a step."""

import asyncio
from collections.abc import Awaitable, Callable

from hw_sim.desk.desk import Desk
from hw_sim.desk.eyes import Eyes, Shown, Unseen
from hw_sim.oracle import Report
from hw_sim.world.places import Compartment, Hands

SETTLE_S = 40.0
ANSWER_S = 4.0  # A person's patience with a screen that shows nothing new.
TRIES_MAX = 4
BREATH_S = 0.5
ROOM_MIN = 3  # Places that a compartment must have left for a journey's returns.

Step = tuple[str, Callable[[], Awaitable[object]]]


class Reader:
    """One reader with one card, at the machines of one desk."""

    def __init__(self, desk: Desk, card: str) -> None:
        self.desk = desk
        self.card = card
        self.shows = card  # What is held to the scanner.

    def books(self) -> list[str]:
        """Return the barcodes of what the reader has in their hands."""
        return [copy.barcode for copy in self.desk.world.at(Hands(self.card))]

    async def borrow(self, device: str, door: int, barcodes: list[str]) -> Shown:
        return await self.visit(device, door, take=barcodes)

    async def bring(self, device: str, door: int, barcodes: list[str]) -> Shown:
        return await self.visit(device, door, put=barcodes)

    async def visit(
        self, device: str, door: int, *, take: list[str] | None = None, put: list[str] | None = None
    ) -> Shown:
        """Go through a whole visit and return what the screen said at its end."""
        for _name, act in self.steps(device, door, take=take or [], put=put or []):
            await act()
        shown = dict(self.desk.eyes(device).shown)
        await self.desk.hands(f"leave {device}")
        return shown

    def steps(self, device: str, door: int, *, take: list[str], put: list[str]) -> list[Step]:
        """Return the steps of a visit, each with a name to cut at."""
        eyes = self.desk.eyes(device)

        async def scan() -> None:
            await eyes.see("welcome")
            await self.until(eyes, f"scan {device} {self.shows}", "asking", "choose", "refused")

        async def choose() -> None:
            await eyes.see("choose")
            await self.until(eyes, f"choose {device} {door}", "opening")

        async def pull() -> None:
            await eyes.see("opening")
            await self.desk.hands(f"pull {device} {door}")

        async def move_books() -> None:
            await eyes.see("open")
            for barcode in take:
                await self.desk.hands(f"take {device} {door} {barcode} {self.card}")
            for barcode in put:
                await self.desk.hands(f"put {device} {door} {barcode}")

        async def shut() -> None:
            await self.desk.hands(f"shut {device} {door}")

        async def read() -> None:
            await self.until_done(eyes, device, door)

        return [
            ("card", scan),
            ("door chosen", choose),
            ("door pulled", pull),
            ("books moved", move_books),
            ("door shut", shut),
            ("screen read", read),
        ]

    async def until(self, eyes: Eyes, line: str, *screens: str) -> None:
        """Do something, and again like anybody, when the screen does not answer."""
        for _try in range(TRIES_MAX):
            await self.desk.hands(line)
            try:
                await eyes.see(*screens, timeout_s=ANSWER_S)
                return
            except Unseen:
                continue
        await eyes.see(*screens, timeout_s=ANSWER_S)

    async def until_done(self, eyes: Eyes, device: str, door: int) -> None:
        """Do what the screen asks, until it says that it is done."""
        shown = await eyes.see("done", "again")
        if shown["screen"] == "again":
            await self.desk.hands(f"pull {device} {door}")
            await asyncio.sleep(BREATH_S)  # Nobody moves books apart faster than this.
            await self.desk.hands(f"shut {device} {door}")
            await eyes.see("done")


def full_door(desk: Desk, device: str, count: int = ROOM_MIN) -> tuple[int, list[str]]:
    """Return a compartment of a bookcase and barcodes of some copies that truly are inside.

    They are read well: these journeys are not about what an antenna may miss.
    """
    for place in compartments(desk, device):
        copies = [copy for copy in desk.world.at(place) if not copy.foreign]
        inside = [copy.barcode for copy in copies if desk.radio._placed(copy) == "inside"]
        if len(inside) >= count:
            return place.door, inside[:count]
    raise AssertionError(f"{device} has no compartment with {count} copies")


def roomy_door(desk: Desk, device: str, count: int = ROOM_MIN) -> int:
    """Return a compartment of a bookcase with room for so many copies."""
    for place in compartments(desk, device):
        if desk.world.capacity[place] - len(desk.world.at(place)) >= count:
            return place.door
    raise AssertionError(f"{device} has no room for {count} copies")


def compartments(desk: Desk, device: str) -> list[Compartment]:
    return sorted(place for place in desk.world.doors if place.device == device)


async def agreed(desk: Desk) -> Report:
    """Wait until every journal is drained and the ledger says what the world knows."""
    report = await desk.oracle.settle(SETTLE_S)
    assert not report.violations, f"\n{report}"
    return report


async def loans(desk: Desk, card: str) -> set[str]:
    """Return the barcodes that a reader has on loan by the ledger."""
    account = await desk.service.get(f"/v1/readers/{card}")
    return {loan["barcode"] for loan in account["loans"]}


async def at_rest(desk: Desk, device: str) -> None:
    """Whatever a journey left behind: the screen says welcome again."""
    eyes = desk.eyes(device)
    try:
        await eyes.see("welcome", timeout_s=1)
    except Unseen:
        await desk.hands(f"leave {device}")
        await eyes.see("welcome", timeout_s=60)
