"""What a reader does at a machine, from the card to the goodbye, as movements of their hands."""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from hw_sim.desk.eyes import Eyes, Shown, Unseen
from hw_sim.world.places import Compartment, Copy, Hands, Shelf, Tray
from hw_sim.world.truth import HandError, World

TAKE_MAX = 3
HESITATE_SHARE = 0.15  # Who opens a door and then takes nothing.
PUT_BACK_SHARE = 0.2  # Who puts one of the books back before the door is shut.
ROOM_MIN = 2  # Room that a reader wants to see in a compartment before bringing books there.
SCANS_MAX, SCAN_S = 4, 5.0  # A machine that has just started does not hear the first.
PULLS_MAX, PULL_S = 20, 0.25  # The lock lets go a moment after the screen says so.
# At a kiosk.
_ENDS = ("take", "goodbye", "welcome")
AFTER_YES = {"result": ("receipt", *_ENDS), "receipt": _ENDS}
INITIALS = ("7777", "58", "9", "3")  # What somebody types on the digits of a keypad.
READ = 2  # Movements' time that it takes to read a screen.
KEY_YES, KEY_RETURN = "1", "2"  # The digits of the main choice, and of returning.

Run = Callable[[str], Awaitable[list[str]]]  # Carries out a line of the table of hands.


@dataclass
class Person:
    """A reader in front of a machine."""

    card: str
    device: str
    world: World
    run: Run
    chance: random.Random
    movement_s: float

    async def do(self, word: str, *rest: object) -> None:
        """Do one thing of the table of hands at this machine, then take a breath."""
        await self.run(" ".join(map(str, (word, self.device, *rest))))
        await self.pause()

    async def pause(self, movements: int = 1) -> None:
        await asyncio.sleep(movements * self.movement_s * self.chance.uniform(0.5, 1.5))

    def books(self) -> list[Copy]:
        return self.world.at(Hands(self.card))


async def borrow(person: Person, eyes: Eyes) -> None:
    """Take a few books out of a bookcase; sometimes none, sometimes one goes back."""
    door = await enter(person, eyes, lambda door: _count(person, door) > 0)
    inside = person.world.at(Compartment(person.device, door))
    count = min(person.chance.randint(1, TAKE_MAX), eyes.shown["left"], len(inside))
    if person.chance.random() < HESITATE_SHARE:
        count = 0
    taken = person.chance.sample(inside, max(count, 0))
    for copy in taken:
        await person.do("take", door, copy.barcode)
    if len(taken) > 1 and person.chance.random() < PUT_BACK_SHARE:
        await person.do("put", door, taken[0].barcode)
    await finish(person, eyes, door)


async def bring(person: Person, eyes: Eyes) -> None:
    """Put the books that one has into a bookcase, as far as they fit."""
    door = await enter(person, eyes, lambda door: _room(person, door) >= ROOM_MIN)
    for copy in person.books()[: _room(person, door)]:
        await person.do("put", door, copy.barcode)
    await finish(person, eyes, door)


async def borrow_at_kiosk(person: Person, eyes: Eyes, site: str) -> None:
    """Fetch books from the library's shelf, and borrow them at its kiosk."""
    await eyes.see("welcome")
    shelf = person.world.at(Shelf(site))
    books = person.chance.sample(shelf, min(person.chance.randint(1, TAKE_MAX), len(shelf)))
    for copy in books:
        await person.run(f"pick {copy.barcode} {person.card}")
    shown = await show_card(person.run, eyes, person.device, person.card, ("tray", "review"))
    if shown["screen"] == "refused":
        await _shelve(person, books, site)
        raise Unseen("the screen says no")
    await _pass_over_tray(person, eyes, books)
    await person.do("leave")


async def bring_to_kiosk(person: Person, eyes: Eyes, site: str) -> None:
    """Return what one has at a library's kiosk, and put it into its box."""
    await eyes.see("welcome")
    books = person.books()
    await person.do("key", KEY_RETURN)
    await eyes.see("tray", "review")
    await _pass_over_tray(person, eyes, books)
    await _shelve(person, books, site)
    await person.do("leave")


async def drop(person: Person, eyes: Eyes) -> None:
    """Put what they have into a 24-hour return, one after the other."""
    for copy in person.books():
        await eyes.see("put_in", "returned", "given_back")
        await push(person.run, person.device, copy.barcode)
        await eyes.see("looking")
        await eyes.see("put_in", "returned", "given_back", "shut")


async def search(person: Person, eyes: Eyes) -> None:
    """Look a title up at a catalogue machine by its initials, see where it is, and go."""
    await eyes.see("welcome", "attract")
    for key in person.chance.choice(INITIALS):
        await person.do("key", key)
    await eyes.see("finding")
    await person.pause(READ)
    await person.do("key", ">")
    await person.pause(READ)
    await person.do("leave")


async def enter(person: Person, eyes: Eyes, wanted: Callable[[int], bool]) -> int:
    """Show the card, choose a door and open it; return the door, or raise Unseen."""
    await eyes.see("welcome")
    welcomes = ("choose", "opening")
    shown = await show_card(person.run, eyes, person.device, person.card, welcomes)
    await person.pause()
    if shown["screen"] == "refused":
        raise Unseen(f"the screen says no: {shown['why']}")
    if shown["screen"] == "opening":  # A machine with one door needs no choice.
        return await _pulled(person, eyes, shown["door"])
    doors: list[int] = [door for door in shown["doors"] if wanted(door)]
    if not doors:
        await person.do("leave")
        raise Unseen("no door is of use")
    door = person.chance.choice(doors)
    await person.do("choose", door)
    await eyes.see("opening")
    return await _pulled(person, eyes, door)


async def _pulled(person: Person, eyes: Eyes, door: int) -> int:
    await pull(person.run, person.device, door)
    await eyes.see("open")
    return door


async def show_card(
    run: Run, eyes: Eyes, device: str, card: str, welcomes: tuple[str, ...] = ("choose",)
) -> Shown:
    """Hold a card to the scanner, again when nothing happens; return what the screen says.

    That is one of the screens that welcome the reader, or `refused`; raises Unseen.
    """
    for _time in range(SCANS_MAX - 1):
        await run(f"scan {device} {card}")
        with contextlib.suppress(Unseen):
            return await eyes.see(*welcomes, "refused", timeout_s=SCAN_S)
    await run(f"scan {device} {card}")
    return await eyes.see(*welcomes, "refused")


async def pull(run: Run, device: str, door: int) -> None:
    """Pull at a door until it lets go, as everybody does; raises HandError when it never does."""
    for _time in range(PULLS_MAX):
        with contextlib.suppress(HandError):
            await run(f"pull {device} {door}")
            return
        await asyncio.sleep(PULL_S)
    await run(f"pull {device} {door}")


async def push(run: Run, device: str, *barcodes: str) -> None:
    """Put books into a flap, as soon as it lets go; raises HandError when it never does."""
    line = " ".join(("drop", device, *barcodes))
    for _time in range(PULLS_MAX):
        with contextlib.suppress(HandError):
            await run(line)
            return
        await asyncio.sleep(PULL_S)
    await run(line)


async def finish(person: Person, eyes: Eyes, door: int) -> None:
    """Shut the door, again when the screen asks for it, read what it says, and go."""
    await person.do("shut", door)
    shown = await eyes.see("done", "again")
    if shown["screen"] == "again":
        await pull(person.run, person.device, door)
        await person.do("shut", door)
        await eyes.see("done")
    await person.pause()
    await person.do("leave")


async def _pass_over_tray(person: Person, eyes: Eyes, books: list[Copy]) -> None:
    """Lay books on a kiosk's tray, say yes to all that it asks, and take them off again."""
    for copy in books:
        await person.do("lay", copy.barcode)
    await eyes.see("review")
    await person.pause(READ)
    await person.do("key", KEY_YES)
    await eyes.see("result")
    while following := AFTER_YES.get(eyes.shown["screen"]):
        await person.pause(READ)
        await person.do("key", KEY_YES)
        await eyes.see(*following)
    for copy in person.world.at(Tray(person.device)):
        await person.do("lift", copy.barcode, person.card)


async def _shelve(person: Person, books: list[Copy], site: str) -> None:
    for copy in books:
        await person.run(f"shelve {copy.barcode} {site}")


def _count(person: Person, door: int) -> int:
    return len(person.world.at(Compartment(person.device, door)))


def _room(person: Person, door: int) -> int:
    place = Compartment(person.device, door)
    return person.world.capacity[place] - len(person.world.at(place))
