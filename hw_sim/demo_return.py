"""The demo at a 24-hour return: books come back at night, and what is not one goes out again."""

from typing import Any

from hw_sim.desk import words
from hw_sim.desk.desk import Desk
from hw_sim.desk.visits import push
from hw_sim.story import CARD, Story, Unmet

FOREIGN = "X00000001"


class Slot(Story):
    """Borrow two books at a bookcase and put them into the return: in one go, then one by one."""

    def __init__(self, desk: Desk, language: str, machines: tuple[str, ...]) -> None:
        super().__init__(desk, language, machines)
        self._first, self._slot = machines

    async def go(self) -> None:
        """Raises Unmet at the first thing that is not as it must be."""
        books = await self.borrow(self._first)
        await self._drop("drop_two", books, "given_back", "two_things")
        self._act("apart_drop")
        await self._drop("drop", books[:1], "returned")
        await self._expect_loans(books[1:])
        await self._foreign()
        self._act("cut", device=self._slot)
        await self._desk.hands(f"net {self._slot} cut")
        await self._jam(books[1:])
        await self._expect_loans(books[1:], key="unheard")
        self._act("back", device=self._slot)
        await self._desk.hands(f"net {self._slot} up")
        await self._expect_loans([])
        await self.judge()

    async def _drop(
        self, key: str, books: list[dict[str, Any]], screen: str, why: str = ""
    ) -> None:
        await self._see(self._slot, "put_in", "returned", "given_back")
        self._act(key, device=self._slot, titles=self._named(books))
        await push(self._desk.hands, self._slot, *(book["barcode"] for book in books))
        await self._expect_screen(screen, why)

    async def _expect_screen(self, screen: str, why: str) -> None:
        await self._see(self._slot, "looking")
        shown = await self._see(self._slot, screen)
        if shown["why"] != why:
            raise Unmet(self._shows(self._slot, f"{screen}: {why}"), str(shown["why"]))
        self._show(shown)

    async def _foreign(self) -> None:
        """A book that no library of the district knows is given back to whoever brought it."""
        self._desk.world.add_stranger(FOREIGN, CARD)
        await self._see(self._slot, "put_in", "returned", "given_back")
        self._act("drop_foreign", device=self._slot)
        await push(self._desk.hands, self._slot, FOREIGN)
        await self._expect_screen("given_back", "unknown_tag")

    async def _jam(self, books: list[dict[str, Any]]) -> None:
        """The belt jams with a book on it; staff free it, and it falls into its bin."""
        await self._desk.hands(f"snag {self._slot}")
        await self._see(self._slot, "put_in", "returned", "given_back")
        self._act("drop", device=self._slot, titles=self._named(books))
        await push(self._desk.hands, self._slot, *(book["barcode"] for book in books))
        await self._expect_screen("shut", "jam")
        self._act("clear", device=self._slot)
        await self._desk.hands(f"clear {self._slot}")
        self._show(await self._see(self._slot, "returned"))
        self._line("world", words.say("in_bin", self._language, titles=self._named(books)))
