"""What people do at a bookcase, as a table: each habit has its shares of all visits.

A habit is a coroutine of a person and their eyes on the screen; what a machine refuses, they walk
away from (HandError, Unseen).  Everything is drawn from the person's own chance.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from hw_sim.desk import visits
from hw_sim.desk.eyes import Eyes
from hw_sim.desk.visits import Person
from hw_sim.world.places import Compartment, Copy, Hands
from hw_sim.world.truth import HandError

CARD_COUNT = 40  # Of the sample library, so many have friends.
GREED = 12  # Copies that somebody takes at once, whatever the screen says.
LINGER_S = 90.0
LATE_PULL_S = 40.0  # Longer than a lock stays released, twice.

Act = Callable[[Person, Eyes], Awaitable[None]]


class Habit(NamedTuple):
    """`usual` is its share as people are; `sought` in runs that look for errors."""

    name: str
    usual: float
    sought: float
    act: Act


async def _ordinary(person: Person, eyes: Eyes) -> None:
    """Borrow, or bring back, and shut the door."""
    brings = bool(person.books()) and person.chance.random() < 0.6
    await (visits.bring if brings else visits.borrow)(person, eyes)


async def _rebound(person: Person, eyes: Eyes) -> None:
    """Slam the door, which springs open once more; perhaps take another."""
    door = await _enter(person, eyes)
    await _take_some(person, door, 1)
    await person.run(f"rebound {person.device} {door}")
    await asyncio.sleep(1.0)
    if person.chance.random() < 0.5:
        await _take_some(person, door, 1)
    await visits.finish(person, eyes, door)


async def _wanderer(person: Person, eyes: Eyes) -> None:
    """Take a book out of one compartment and leave it in another."""
    door = await _enter(person, eyes)
    await _take_some(person, door, 1)
    await visits.finish(person, eyes, door)
    books = person.books()
    other = await visits.enter(person, eyes, lambda one: one != door)
    await _put(person, other, books)
    await visits.finish(person, eyes, other)


async def _lingering(person: Person, eyes: Eyes) -> None:
    """Stay before the glass with the books in hand and bag."""
    await _ordinary(person, eyes)
    person.world.come(person.device, person.card)
    await asyncio.sleep(LINGER_S)
    person.world.go(person.device)


async def _second(person: Person, eyes: Eyes) -> None:
    """Open another door at once."""
    await _ordinary(person, eyes)
    await visits.borrow(person, eyes)


async def _gaper(person: Person, eyes: Eyes) -> None:
    """Leave the door open for minutes."""
    door = await _enter(person, eyes)
    await _take_some(person, door, 1)
    await asyncio.sleep(person.chance.uniform(70, 400))
    await visits.finish(person, eyes, door)


async def _greedy(person: Person, eyes: Eyes) -> None:
    """Take all there is; asked to put some back, do so or not."""
    door = await _enter(person, eyes)
    taken = await _take_some(person, door, GREED)
    await person.do("shut", door)
    shown = await eyes.see("done", "again")
    if shown["screen"] == "again":
        await visits.pull(person.run, person.device, door)
        over = shown.get("over", 0) if person.chance.random() < 0.5 else 0
        await _put(person, door, taken[:over])
        await person.do("shut", door)
        await eyes.see("done")
    await person.do("leave")


async def _swapper(person: Person, eyes: Eyes) -> None:
    """Put in what was brought and take others, at one opening of the door."""
    door = await _enter(person, eyes)
    brought = person.books()
    await _take_some(person, door, person.chance.randint(1, 2))
    await _put(person, door, brought)
    await visits.finish(person, eyes, door)


async def _browser(person: Person, eyes: Eyes) -> None:
    """Take several out, look at them, put all back in other places."""
    door = await _enter(person, eyes)
    taken = await _take_some(person, door, 3)
    await _put(person, door, taken)
    await visits.finish(person, eyes, door)


async def _regretful(person: Person, eyes: Eyes) -> None:
    """Bring a book back into the same machine within minutes."""
    door = await _enter(person, eyes)
    taken = await _take_some(person, door, 2)
    await visits.finish(person, eyes, door)
    await asyncio.sleep(person.chance.uniform(5, 500))
    again = await visits.enter(person, eyes, lambda one: True)
    await _put(person, again, taken[:1])
    await visits.finish(person, eyes, again)


async def _child(person: Person, eyes: Eyes) -> None:
    """Show the card again and again, touch everything, take, put back, take another."""
    for _time in range(3):
        await person.run(f"scan {person.device} {person.card}")
        await asyncio.sleep(person.chance.uniform(0.1, 1.0))
    door = await _enter(person, eyes)
    for one in range(1, 5):
        await person.run(f"choose {person.device} {one}")
    taken = await _take_some(person, door, 1)
    await _put(person, door, taken)
    await person.run(f"scan {person.device} {person.card}")
    await _take_some(person, door, 1)
    await visits.finish(person, eyes, door)


async def _hurried(person: Person, eyes: Eyes) -> None:
    """Shut the door and go, whatever the screen says."""
    door = await _enter(person, eyes)
    await _put(person, door, person.books()[:2])
    await _take_some(person, door, person.chance.randint(0, 2))
    await person.do("shut", door)


async def _forgetful(person: Person, eyes: Eyes) -> None:
    """Show the card, choose a door and walk away; the card may be left at the glass."""
    shown = await visits.show_card(person.run, eyes, person.device, person.card)
    if shown["screen"] == "choose" and shown["doors"]:
        await person.do("choose", person.chance.choice(shown["doors"]))


async def _late(person: Person, eyes: Eyes) -> None:
    """Pull at the door when the lock has latched again."""
    await _forgetful(person, eyes)
    await asyncio.sleep(LATE_PULL_S)
    for door in range(1, 5):
        await person.run(f"pull {person.device} {door}")


async def _pair(person: Person, eyes: Eyes) -> None:
    """Two at one door: a friend takes a book, too, with no card shown."""
    door = await _enter(person, eyes)
    await _take_some(person, door, 1)
    friend = f"SG{person.chance.randint(1, CARD_COUNT):08d}"
    await _take_some(person, door, 1, friend)
    await visits.finish(person, eyes, door)


async def _held_door(person: Person, eyes: Eyes) -> None:
    """Hold the door for a stranger, who takes a book and is never seen again."""
    door = await _enter(person, eyes)
    await asyncio.sleep(person.chance.uniform(5, 100))
    await _take_some(person, door, 1, "-")
    await visits.finish(person, eyes, door)


async def _thief(person: Person, _eyes: Eyes) -> None:
    """Force a door with no card shown, and take something."""
    person.world.go(person.device)
    door = person.chance.randint(1, 4)
    await person.run(f"force {person.device} {door}")
    await person.pause()
    await _take_some(person, door, person.chance.randint(0, 2), "-")
    await person.do("shut", door)


async def _foreigner(person: Person, eyes: Eyes) -> None:
    """Return another library's book."""
    door = await visits.enter(person, eyes, lambda one: _room(person, one) > 0)
    await person.run(f"foreign {person.device} {door}")
    await visits.finish(person, eyes, door)


async def _forger(person: Person, eyes: Eyes) -> None:
    """Put in a book whose chip has the number of a copy that stands in another compartment."""
    world = person.world
    tag = person.chance.choice([copy for at in world.doors for copy in world.at(at)]).tag
    door = await visits.enter(person, eyes, lambda one: _room(person, one) > 0)
    await person.run(f"foreign {person.device} {door} {tag}")
    await visits.finish(person, eyes, door)


async def _errand(person: Person, eyes: Eyes) -> None:
    """Bring back what a friend has borrowed."""
    books = friends_books(person)
    door = await visits.enter(person, eyes, lambda one: _room(person, one) >= len(books))
    await _put(person, door, books)
    await visits.finish(person, eyes, door)


async def _pretender(person: Person, eyes: Eyes) -> None:
    """Open a door, put nothing in, and stay at the glass with what one should bring back."""
    door = await _enter(person, eyes)
    await person.pause()
    await visits.finish(person, eyes, door)
    person.world.come(person.device, person.card)
    await asyncio.sleep(LINGER_S)
    person.world.go(person.device)


async def _loser(person: Person, eyes: Eyes) -> None:
    """Leave the card, which has a chip, among the books, and come back for it."""
    door = await visits.enter(person, eyes, lambda one: _room(person, one) > 0)
    card = person.world.put_foreign(person.device, door)
    await visits.finish(person, eyes, door)
    await asyncio.sleep(person.chance.uniform(100, 2000))
    again = await visits.enter(person, eyes, lambda one: one == door)
    await person.do("take", again, card.barcode)
    await visits.finish(person, eyes, again)


# fmt: off
HABITS = (
    #      name         usual    sought  act
    Habit("ordinary",   0.46,    0.46,   _ordinary),
    Habit("errand",     0.02,    0.02,   _errand),
    Habit("pretender",  0.005,   0.015,  _pretender),
    Habit("loser",      0.001,   0.005,  _loser),
    Habit("rebound",    0.04,    0.04,   _rebound),
    Habit("wanderer",   0.03,    0.03,   _wanderer),
    Habit("lingering",  0.04,    0.04,   _lingering),
    Habit("second",     0.04,    0.04,   _second),
    Habit("gaper",      0.03,    0.03,   _gaper),
    Habit("greedy",     0.02,    0.02,   _greedy),
    Habit("swapper",    0.06,    0.06,   _swapper),
    Habit("browser",    0.04,    0.04,   _browser),
    Habit("regretful",  0.04,    0.04,   _regretful),
    Habit("child",      0.04,    0.04,   _child),
    Habit("hurried",    0.06,    0.06,   _hurried),
    Habit("forgetful",  0.01,    0.01,   _forgetful),
    Habit("late",       0.005,   0.01,   _late),
    Habit("pair",       0.015,   0.015,  _pair),
    Habit("held_door",  0.002,   0.005,  _held_door),
    Habit("thief",      0.0005,  0.005,  _thief),
    Habit("foreigner",  0.003,   0.005,  _foreigner),
    Habit("forger",     0.0002,  0.003,  _forger),
)
# fmt: on


def friends_books(person: Person) -> list[Copy]:
    """Return up to two books that another reader has taken home."""
    world = person.world
    friends = sorted(
        {place.card for place in world.places.values() if isinstance(place, Hands)}
        - {"", person.card, *world.visitors.values()}
    )
    books = world.at(Hands(person.chance.choice(friends))) if friends else []
    return [copy for copy in books if not copy.foreign][:2]


async def _enter(person: Person, eyes: Eyes) -> int:
    return await visits.enter(person, eyes, lambda _door: True)


async def _take_some(person: Person, door: int, count: int, card: str | None = None) -> list[Copy]:
    """Take up to so many copies; return what was taken."""
    inside = person.world.at(Compartment(person.device, door))
    taken = person.chance.sample(inside, min(count, len(inside)))
    for copy in taken:
        await person.do("take", door, copy.barcode, *([card] if card else []))
    return taken


async def _put(person: Person, door: int, books: list[Copy]) -> None:
    """Put books in, as far as they fit."""
    for copy in books[: _room(person, door)]:
        await person.do("put", door, copy.barcode)


def _room(person: Person, door: int) -> int:
    place = Compartment(person.device, door)
    if place not in person.world.capacity:
        raise HandError(f"There is no door {place}.")
    return max(0, person.world.capacity[place] - len(person.world.at(place)))
