"""What people do at a library's kiosk, as a table, like habits.py for bookcases."""

from hw_sim.city.furnish import KIOSKS_MAX, kiosks
from hw_sim.city.habits import Habit, friends_books
from hw_sim.desk import visits
from hw_sim.desk.eyes import Eyes, Unseen
from hw_sim.desk.visits import Person
from hw_sim.world.places import Copy, Shelf, Tray

SITES = kiosks(KIOSKS_MAX)


async def _ordinary(person: Person, eyes: Eyes) -> None:
    """Bring back what one has, or fetch books from the shelf and borrow them."""
    if person.books() and person.chance.random() < 0.6:
        await visits.bring_to_kiosk(person, eyes, _site(person))
    else:
        await visits.borrow_at_kiosk(person, eyes, _site(person))


async def _errand(person: Person, eyes: Eyes) -> None:
    """Bring back what a friend has borrowed; no card is asked for that."""
    await eyes.see("welcome")
    await person.do("key", visits.KEY_RETURN)
    await eyes.see("tray", "review")
    books = friends_books(person)
    await _lay(person, books)
    await _say_yes(person, eyes)
    await _take_up(person, books)


async def _hasty(person: Person, eyes: Eyes) -> None:
    """Say yes and take the books off the tray before the screen has said anything."""
    books = await _fetch(person, eyes)
    await _lay(person, books)
    await eyes.see("review")
    await person.do("key", visits.KEY_YES)
    await _take_up(person, books)


async def _walker(person: Person, eyes: Eyes) -> None:
    """Lay books down and walk away, without a word; staff put them on the shelf."""
    await _lay(person, await _fetch(person, eyes))


async def _forgetful(person: Person, eyes: Eyes) -> None:
    """Borrow, read the result, and leave the books on the tray."""
    await _lay(person, await _fetch(person, eyes))
    await _say_yes(person, eyes)


async def _stayer(person: Person, eyes: Eyes) -> None:
    """Borrow, and bring the same books back at once."""
    books = await _fetch(person, eyes)
    await _lay(person, books)
    await _say_yes(person, eyes)
    await _take_up(person, books)
    await eyes.see("receipt", "goodbye", "take", "welcome")
    await person.do("key", visits.KEY_YES)
    await visits.bring_to_kiosk(person, eyes, _site(person))


async def _thief(person: Person, _eyes: Eyes) -> None:
    """Walk past the kiosk with a book from the shelf."""
    for copy in _some(person, 1):
        await person.run(f"pick {copy.barcode} {person.card}")


# fmt: off
AT_KIOSKS = (
    #      name              usual    sought  act
    Habit("kiosk_ordinary",  0.8,     0.80,   _ordinary),
    Habit("kiosk_errand",    0.05,    0.05,   _errand),
    Habit("kiosk_hasty",     0.02,    0.04,   _hasty),
    Habit("kiosk_walker",    0.01,    0.03,   _walker),
    Habit("kiosk_forgetful", 0.01,    0.03,   _forgetful),
    Habit("kiosk_stayer",    0.01,    0.03,   _stayer),
    Habit("kiosk_thief",     0.002,   0.02,   _thief),
)
# fmt: on


def _site(person: Person) -> str:
    return SITES[person.device]


def _some(person: Person, count: int) -> list[Copy]:
    shelf = person.world.at(Shelf(_site(person)))
    return person.chance.sample(shelf, min(count, len(shelf)))


async def _fetch(person: Person, eyes: Eyes) -> list[Copy]:
    """Show the card and take books from the shelf; whom the kiosk refuses, walks away."""
    await eyes.see("welcome")
    shown = await visits.show_card(person.run, eyes, person.device, person.card, ("tray", "review"))
    if shown["screen"] == "refused":
        raise Unseen("the screen says no")
    books = _some(person, person.chance.randint(1, 3))
    for copy in books:
        await person.run(f"pick {copy.barcode} {person.card}")
    return books


async def _lay(person: Person, books: list[Copy]) -> None:
    for copy in books:
        await person.do("lay", copy.barcode)


async def _say_yes(person: Person, eyes: Eyes) -> None:
    await eyes.see("review")
    await person.do("key", visits.KEY_YES)
    await eyes.see("result")


async def _take_up(person: Person, books: list[Copy]) -> None:
    for copy in books:
        if copy in person.world.at(Tray(person.device)):
            await person.do("lift", copy.barcode, person.card)
