"""The demo: a journey on real parts, told in words, at bookcases, a glass case or a 24-hour return.

Everything that is told was read from a machine's own screen or from the service's public API.  The
exit status is 0 only if the ledger said what it must at every step.
"""

import os
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import typer

from hw_sim.demo_return import Slot
from hw_sim.desk import words
from hw_sim.desk.desk import Desk
from hw_sim.desk.run import until_ended
from hw_sim.story import Story, Unmet


def language_of_locale() -> str:
    """Return the language that the environment asks for, by POSIX's order; English for others."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    wanted = next((os.environ[name] for name in names if os.environ.get(name)), "")
    return "zh" if wanted.startswith("zh") else "en"


def main(language: str, case: str) -> int:
    """Tell the journey at a case of CASES and return the exit status."""
    return until_ended(lambda _end: _tell(language, case))


async def _tell(language: str, case: str) -> int:
    told = CASES[case]
    with tempfile.TemporaryDirectory(prefix="shugui-demo-") as folder:
        typer.secho(words.say(f"title_{case}", language), bold=True)
        typer.echo(words.say("parts", language))
        stands = {device[:2] for device in told.machines}
        async with Desk(
            Path(folder),
            bookcases=sum(device.startswith("bc") for device in told.machines),
            kiosks=0,
            glass=int("gc" in stands),
            returns=int("rt" in stands),
        ) as desk:
            try:
                await told.journey(desk, language, told.machines).go()
            except Unmet as error:
                typer.secho(words.say("failed", language, expected=error.expected), fg="red")
                typer.secho(words.say("seen", language, seen=error.seen), fg="red")
                return 1
        typer.secho(words.say("done", language), bold=True)
    return 0


class Journey(Story):
    """Borrow two books at the first machine, and return one at the second while it is offline."""

    def __init__(self, desk: Desk, language: str, machines: tuple[str, ...]) -> None:
        super().__init__(desk, language, machines)
        self._first, self._second = machines

    async def go(self) -> None:
        """Raises Unmet at the first thing that is not as it must be."""
        books = await self.borrow(self._first)
        self._act("cut", device=self._second)
        await self._desk.hands(f"net {self._second} cut")
        door = await self._bring_back(books[0])
        await self._expect_loans(books, key="unheard")
        self._act("back", device=self._second)
        await self._desk.hands(f"net {self._second} up")
        await self._expect_loans(books[1:])
        await self._expect_place(books[0], door)
        await self.judge()

    async def _bring_back(self, book: dict[str, Any]) -> int:
        """Put a book into the emptiest compartment; return its door."""
        device = self._second
        counts = {row["door"]: row for row in await self._doors(device)}
        door: int = min(counts, key=lambda number: counts[number]["count"])
        await self._enter(device, door)
        await self._desk.hands(f"put {device} {door} {book['barcode']}")
        self._act("put", titles=self._named([book]))
        await self._shut(device, door, "put", [book])
        return door

    async def _expect_place(self, book: dict[str, Any], door: int) -> None:
        """Wait until the ledger has a copy where the reader put it."""
        device = self._second
        place = ("compartment", device, door)

        async def placed() -> tuple[bool, str]:
            holder = (await self._desk.service.get(f"/v1/copies/{book['barcode']}"))["holder"]
            return (holder["kind"], holder["device"], holder["door"]) == place, str(holder)

        titles = self._named([book])
        await self._until(
            words.say("where", self._language, titles=titles, device=device, door=door),
            placed,
        )


class Case(NamedTuple):
    machines: tuple[str, ...]  # Of the journey; they stand on the desk.
    journey: type[Journey] | type[Slot]


CASES = {
    "doors": Case(("bc01", "bc02"), Journey),
    "glass": Case(("gc01", "bc01"), Journey),
    "return": Case(("bc01", "rt01"), Slot),
}
