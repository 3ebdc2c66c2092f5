"""One journey on real parts, told in words: borrow at one bookcase, return at another, offline.

Everything that is told was read from a machine's own screen or from the service's public API.  The
exit status is 0 only if the ledger said what it must at every step.
"""

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import typer

from hw_sim.desk import words
from hw_sim.desk.desk import Desk
from hw_sim.desk.eyes import Shown, Unseen
from hw_sim.desk.run import until_ended
from hw_sim.desk.visits import pull, show_card
from hw_sim.world.truth import HandError

CARD = "SG00000001"
FIRST, SECOND = "bc01", "bc02"
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


def language_of_locale() -> str:
    """Return the language that the environment asks for, by POSIX's order; English for others."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    wanted = next((os.environ[name] for name in names if os.environ.get(name)), "")
    return "zh" if wanted.startswith("zh") else "en"


def main(language: str) -> int:
    """Tell the journey and return the exit status."""
    return until_ended(lambda _end: _tell(language))


async def _tell(language: str) -> int:
    with tempfile.TemporaryDirectory(prefix="shugui-demo-") as folder:
        typer.secho(words.say("title", language), bold=True)
        typer.echo(words.say("parts", language))
        async with Desk(Path(folder), bookcases=2, kiosks=0) as desk:
            try:
                await Journey(desk, language).go()
            except Unmet as error:
                typer.secho(words.say("failed", language, expected=error.expected), fg="red")
                typer.secho(words.say("seen", language, seen=error.seen), fg="red")
                return 1
        typer.secho(words.say("done", language), bold=True)
    return 0


class Journey:
    def __init__(self, desk: Desk, language: str) -> None:
        self._desk = desk
        self._language = language
        self._eyes = {device: desk.eyes(device) for device in (FIRST, SECOND)}
        self._titles: dict[str, str] = {}  # By tag, as the service has them.

    async def go(self) -> None:
        """Raises Unmet at the first thing that is not as it must be."""
        door, books = await self._two_books()
        await self._borrow(door, books)
        await self._expect_loans(books)
        self._act("cut", device=SECOND)
        await self._desk.hands(f"net {SECOND} cut")
        await self._bring_back(books[0])
        await self._expect_loans(books, key="unheard")
        self._act("back", device=SECOND)
        await self._desk.hands(f"net {SECOND} up")
        await self._expect_loans(books[1:])
        await self._expect_place(books[0])
        await self._judge()

    # What the reader does.

    async def _borrow(self, door: int, books: list[dict[str, Any]]) -> None:
        await self._enter(FIRST, door)
        for book in books:
            await self._desk.hands(f"take {FIRST} {door} {book['barcode']}")
        self._act("take", titles=self._named(books))
        await self._shut(FIRST, door, "took", books)

    async def _bring_back(self, book: dict[str, Any]) -> None:
        counts = {row["door"]: row for row in await self._doors(SECOND)}
        door = min(counts, key=lambda number: counts[number]["count"])
        await self._enter(SECOND, door)
        await self._desk.hands(f"put {SECOND} {door} {book['barcode']}")
        self._act("put", titles=self._named([book]))
        self._door = door
        await self._shut(SECOND, door, "put", [book])

    async def _enter(self, device: str, door: int) -> None:
        """Card, door, and the door is open."""
        await self._see(device, "welcome")
        self._act("card", device=device, card=CARD)
        try:
            shown = await show_card(self._desk.hands, self._eyes[device], device, CARD)
        except Unseen as error:
            raise Unmet(self._shows(device, "choose"), str(error)) from None
        self._show(shown)
        if shown["screen"] == "refused":
            raise Unmet(self._shows(device, "choose"), self._shows(device, "refused"))
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

    async def _two_books(self) -> tuple[int, list[dict[str, Any]]]:
        """Return a door of the first bookcase and two of its books, as the ledger has them."""
        copies = await self._desk.service.get(f"/v1/machines/{FIRST}/copies")
        self._titles.update({copy["tag"]: copy["title"] for copy in copies})
        for door in sorted({copy["door"] for copy in copies}):
            books = [copy for copy in copies if copy["door"] == door][:2]
            if len(books) == 2:
                return door, books
        raise Unmet(words.say("expect_books", self._language, device=FIRST), str(copies))

    async def _see(self, device: str, *screens: str) -> Shown:
        try:
            return await self._eyes[device].see(*screens)
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

    async def _expect_place(self, book: dict[str, Any]) -> None:
        """Wait until the ledger has a copy where the reader put it."""
        place = ("compartment", SECOND, self._door)

        async def placed() -> tuple[bool, str]:
            holder = (await self._desk.service.get(f"/v1/copies/{book['barcode']}"))["holder"]
            return (holder["kind"], holder["device"], holder["door"]) == place, str(holder)

        titles = self._named([book])
        await self._until(
            words.say("where", self._language, titles=titles, device=SECOND, door=self._door),
            placed,
        )

    async def _judge(self) -> None:
        report = await self._desk.oracle.settle(LEDGER_TIMEOUT_S)
        if report.violations or report.doubts:
            raise Unmet(words.say("expect_agrees", self._language), str(report))
        count = len(self._desk.world.copies)
        self._line("world", words.say("agrees", self._language, count=count))

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
