"""The people of the city: who comes when to which bookcase, and what they do there.

Arrivals follow the hour of the day; what a reader does follows the reader.  All of it is a question
to chance about the day and the number of the visit, so that a story with one visit less is the same
story otherwise.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from hw_sim.city.bookcase import Bookcase
from hw_sim.city.chance import Chance
from hw_sim.desk import eyes as looking
from hw_sim.desk import visits
from hw_sim.desk.eyes import Eyes, Unseen
from hw_sim.hands import Room, table
from hw_sim.world.places import Compartment, Hands
from hw_sim.world.truth import HandError

HOUR_S = 3600.0
# Arrivals by hour of the day, as shares of a day.
HOURS = (0, 0, 0, 0, 0, 1, 2, 4, 5, 6, 7, 7, 6, 5, 6, 8, 10, 10, 9, 7, 4, 2, 1, 0)
MOVEMENT_S = 1.2
READING_S = 4.0


class Habit(NamedTuple):
    """A way to be at a bookcase, with its share of all visits."""

    name: str
    share: float


# fmt: off
HABITS = (
    Habit("ordinary", 0.80),     # borrows or brings back, and shuts the door
    Habit("rebound", 0.05),      # slams the door, which springs open once more
    Habit("wanderer", 0.04),     # puts a book into the neighbouring compartment
    Habit("lingering", 0.04),    # stays before the glass with the books in hand
    Habit("second", 0.04),       # opens another door at once
    Habit("gaper", 0.03),        # leaves the door open for minutes
)
# fmt: on


class People:
    def __init__(
        self,
        room: Room,
        bookcases: dict[str, Bookcase],
        cards: list[str],
        chance: Chance,
        now_s: Callable[[], float],
    ) -> None:
        self._room = room
        self._bookcases = bookcases
        self._cards = cards
        self._chance = chance
        self._now_s = now_s
        self._table = table(room)
        self._busy: set[str] = set()
        self._eyes: dict[str, Eyes] = {
            device: looking.on(bookcase.twins.screen) for device, bookcase in bookcases.items()
        }
        self.seen: Counter[str] = Counter()  # Habits, refusals and what else happened.
        self.began = 0
        self.visits: set[asyncio.Task[None]] = set()

    async def live(self, days: int, a_day: int) -> None:
        """Let so many visits a day begin; return when the last one has ended."""
        for day in range(days):
            times = sorted((self._time_of_day(day, number), number) for number in range(a_day))
            for at_s, number in times:
                await asyncio.sleep(max(0.0, day * 24 * HOUR_S + at_s - self._now_s()))
                self._begin(day, number)
        await asyncio.gather(*self.visits)

    async def run(self, line: str) -> list[str]:
        """Carry out a line of the table of hands, after the machine's lock board was stirred."""
        words = line.split()
        if len(words) > 1 and words[1] in self._bookcases:
            self._bookcases[words[1]].lock.stir()
        return await self._table.run(line)

    def _time_of_day(self, day: int, number: int) -> float:
        point = self._chance.of("arrival", day, number) * sum(HOURS)
        for hour, share in enumerate(HOURS):
            if point < share:
                return (hour + point / share) * HOUR_S
            point -= share
        raise AssertionError("the shares end before their sum")

    def _begin(self, day: int, number: int) -> None:
        cards, devices = self._cards, sorted(self._bookcases)
        card = cards[int(self._chance.of("card", day, number) * len(cards))]
        device = devices[int(self._chance.of("device", day, number) * len(devices))]
        if {card, device} & self._busy or not self._bookcases[device].on:
            self.seen["went past"] += 1
            return
        self._busy |= {card, device}
        self.began += 1
        task = asyncio.create_task(self._visit(card, device, day, number))
        self.visits.add(task)
        task.add_done_callback(self.visits.discard)

    async def _visit(self, card: str, device: str, day: int, number: int) -> None:
        """Whatever the machine refuses, they walk away from it; passers-by shut what is open."""
        chance = random.Random(self._chance.bits(8, "visit", day, number))
        person = visits.Person(
            card, device, self._room.world, self.run, chance, movement_s=MOVEMENT_S
        )
        habit = self._habit(chance)
        self.seen[habit] += 1
        try:
            await self._act(person, habit)
        except (HandError, Unseen) as error:
            self.seen["walked away"] += 1
            self._room.world.note(device, f"{card} walks away: {error}")
        finally:
            with suppress(HandError):
                await self.run(f"leave {device}")
            self._busy -= {card, device}
        for door in self._room.world.open_doors(device):
            await asyncio.sleep(READING_S)
            with suppress(HandError):
                await self.run(f"shut {device} {door}")

    async def _act(self, person: visits.Person, habit: str) -> None:
        eyes, world = self._eyes[person.device], self._room.world
        brings = bool(world.at(Hands(person.card))) and person.chance.random() < 0.6
        if habit in ("rebound", "gaper", "wanderer"):
            await self._odd(person, eyes, habit)
            return
        await (visits.bring if brings else visits.borrow)(person, eyes)
        if habit == "lingering":
            world.come(person.device, person.card)
            await asyncio.sleep(90.0)
            world.go(person.device)
        if habit == "second":
            await visits.borrow(person, eyes)

    async def _odd(self, person: visits.Person, eyes: Eyes, habit: str) -> None:
        door = await visits.enter(person, eyes, lambda _door: True)
        place = Compartment(person.device, door)
        inside = person.world.at(place)
        if inside:
            await person.do("take", door, person.chance.choice(inside).barcode)
        if habit == "gaper":
            await asyncio.sleep(person.chance.uniform(70, 400))
        if habit == "rebound":
            await self.run(f"rebound {person.device} {door}")
            await asyncio.sleep(1.0)
            rest = person.world.at(place)
            if rest and person.chance.random() < 0.5:
                await person.do("take", door, person.chance.choice(rest).barcode)
        await visits.finish(person, eyes, door)
        if habit == "wanderer":
            await self._wander(person, eyes, door)

    async def _wander(self, person: visits.Person, eyes: Eyes, door: int) -> None:
        """Open another door and leave there what was taken from the first."""
        books = person.books()
        other = await visits.enter(person, eyes, lambda one: one != door)
        place = Compartment(person.device, other)
        room = person.world.capacity[place] - len(person.world.at(place))
        for copy in books[: max(room, 0)]:
            await person.do("put", other, copy.barcode)
        await visits.finish(person, eyes, other)

    def _habit(self, chance: random.Random) -> str:
        names, shares = zip(*HABITS, strict=True)
        found: str = chance.choices(names, shares)[0]
        return found
