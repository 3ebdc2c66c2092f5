"""A story on a desk: what a reader does at machines, told in words, and what the ledger says to it.

Everything that is told was read from a machine's own screen or from the service's public API.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import typer

from hw_sim.desk import words
from hw_sim.desk.desk import Desk
from hw_sim.desk.eyes import Shown, Unseen
from hw_sim.desk.visits import pull, show_card
from hw_sim.world.truth import HandError

CARD = "SG00000001"
SEE_S = 60.0  # A glass case with many books is counted shelf by shelf.
LEDGER_TIMEOUT_S = 30.0
POLL_S = 0.2
BREATH_S = 0.5  # Nobody moves books apart faster than this.
WIDTH = 8


class Unmet(Exception):
    """Something that must be so is not: what, and what was seen instead."""

    def __init__(self, expected: str, seen: str) -> None:
        super().__init__(expected)
        self.expected = expected
        self.seen = seen


class Story:
    """`machines`: those whose screens are read."""

    def __init__(self, desk: Desk, language: str, machines: tuple[str, ...]) -> None:
        self._desk = desk
        self._language = language
        self._eyes = {device: desk.eyes(device) for device in machines}
        self._titles: dict[str, str] = {}  # By tag, as the service has them.

    async def borrow(self, device: str) -> list[dict[str, Any]]:
        """Borrow two books at a machine with doors; return them as the ledger has them."""
        door, books = await self._two_books(device)
        await self._enter(device, door)
        for book in books:
            await self._desk.hands(f"take {device} {door} {book['barcode']}")
        self._act("take", titles=self._named(books))
        await self._shut(device, door, "took", books)
        await self._expect_loans(books)
        return books

    async def judge(self) -> None:
        """Compare the whole ledger with the world; raises Unmet."""
        report = await self._desk.oracle.settle(LEDGER_TIMEOUT_S)
        if report.violations or report.doubts:
            raise Unmet(words.say("expect_agrees", self._language), str(report))
        count = len(self._desk.world.copies)
        self._line("world", words.say("agrees", self._language, count=count))

    # What the reader does.

    async def _enter(self, device: str, door: int) -> None:
        """Card, door, and the door is open."""
        await self._see(device, "welcome")
        self._act("card", device=device, card=CARD)
        try:
            eyes, welcomes = self._eyes[device], ("choose", "opening")
            shown = await show_card(self._desk.hands, eyes, device, CARD, welcomes)
        except Unseen as error:
            raise Unmet(self._shows(device, "choose"), str(error)) from None
        self._show(shown)
        if shown["screen"] == "refused":
            raise Unmet(self._shows(device, "choose"), self._shows(device, "refused"))
        if shown["screen"] == "choose":  # A case with one door opens it at once.
            await self._desk.hands(f"choose {device} {door}")
            await self._see(device, "opening")
        await self._pull(device, door)
        self._act("touch", door=door)
        self._show(await self._see(device, "open"))

    async def _shut(self, device: str, door: int, field: str, books: list[dict[str, Any]]) -> None:
        """Shut the door, once more where the screen asks for it; it must show these books."""
        await self._desk.hands(f"shut {device} {door}")
        shown = await self._see(device, "done", "again")
        if shown["screen"] == "again":
            self._show(shown)
            await self._pull(device, door)
            self._act("apart")
            await asyncio.sleep(BREATH_S)
            await self._desk.hands(f"shut {device} {door}")
            shown = await self._see(device, "done")
        self._show(shown)
        wanted = sorted(book["tag"] for book in books)
        if sorted(shown[field]) != wanted:
            expected = words.screen({**shown, field: wanted}, self._titles, self._language)
            raise Unmet(expected, words.screen(shown, self._titles, self._language))
        await self._desk.hands(f"leave {device}")

    async def _pull(self, device: str, door: int) -> None:
        try:
            await pull(self._desk.hands, device, door)
        except HandError as error:
            raise Unmet(self._shows(device, "open"), str(error)) from None

    # What must be so.

    async def _two_books(self, device: str) -> tuple[int, list[dict[str, Any]]]:
        """Return a door of the machine and two of its books, as the ledger has them."""
        copies = await self._desk.service.get(f"/v1/machines/{device}/copies")
        self._titles.update({copy["tag"]: copy["title"] for copy in copies})
        for door in sorted({copy["door"] for copy in copies}):
            books = [copy for copy in copies if copy["door"] == door][:2]
            if len(books) == 2:
                return door, books
        raise Unmet(words.say("expect_books", self._language, device=device), str(copies))

    async def _see(self, device: str, *screens: str) -> Shown:
        try:
            return await self._eyes[device].see(*screens, timeout_s=SEE_S)
        except Unseen as error:
            raise Unmet(self._shows(device, " / ".join(screens)), str(error)) from None

    async def _expect_loans(self, books: list[dict[str, Any]], key: str = "loans") -> None:
        """Wait until these are the reader's loans, and no other."""
        wanted = {book["barcode"] for book in books}

        async def loans() -> tuple[bool, str]:
            account = await self._desk.service.get(f"/v1/readers/{CARD}")
            seen = account["loans"]
            return {loan["barcode"] for loan in seen} == wanted, self._named(seen)

        expected = words.say(key, self._language, card=CARD, titles=self._named(books))
        await self._until(expected, loans)

    async def _until(self, expected: str, ask: Callable[[], Awaitable[tuple[bool, str]]]) -> None:
        """Ask the ledger until it says yes, and tell; raises Unmet with what it said last."""
        end_s = asyncio.get_running_loop().time() + LEDGER_TIMEOUT_S
        while True:
            met, seen = await ask()
            if met:
                self._line("book", expected)
                return
            if asyncio.get_running_loop().time() > end_s:
                raise Unmet(expected, seen)
            await asyncio.sleep(POLL_S)

    async def _doors(self, device: str) -> list[dict[str, Any]]:
        machines = await self._desk.service.get("/v1/machines")
        doors: list[dict[str, Any]] = next(
            machine["doors"] for machine in machines if machine["device"] == device
        )
        return doors

    # How it is told.

    def _named(self, books: list[dict[str, Any]]) -> str:
        return words.titles_in_words(sorted(book["title"] for book in books), self._language)

    def _shows(self, device: str, screen: str) -> str:
        return words.say("expect_screen", self._language, device=device, screen=screen)

    def _show(self, shown: Shown) -> None:
        self._line("screen", words.screen(shown, self._titles, self._language))

    def _act(self, key: str, **values: object) -> None:
        typer.echo("\n" + words.say(key, self._language, **values))

    def _line(self, who: str, text: str) -> None:
        typer.echo(f"  {words.column(words.say(who, self._language), WIDTH)}{text}")
