"""The people of the city: who comes when to which bookcase; what they do there is in habits.py.

Arrivals follow rhythm.py; what a reader does follows the reader.  All of it is a question
to chance about the day and the number of the visit, so that a story with one visit less is the same
story otherwise.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta

from hw_sim.city import rhythm
from hw_sim.city.bookcase import Bookcase
from hw_sim.city.chance import Chance
from hw_sim.city.habits import HABITS, Habit
from hw_sim.city.kiosk import Kiosk
from hw_sim.city.kioskhabits import AT_KIOSKS
from hw_sim.city.story import Story
from hw_sim.desk import eyes as looking
from hw_sim.desk import visits
from hw_sim.desk.eyes import Eyes, Unseen
from hw_sim.hands import Room, table
from hw_sim.world.places import Tray
from hw_sim.world.truth import HandError

HOUR_S = 3600.0
MOVEMENT_S = 1.2
READING_S = 4.0
WALK_S = 30.0  # From one machine to the next, at least.


class People:
    def __init__(
        self,
        room: Room,
        bookcases: dict[str, Bookcase],
        kiosks: dict[str, Kiosk],
        cards: list[str],
        chance: Chance,
        story: Story,
        now_s: Callable[[], float],
        usual: bool,
    ) -> None:
        """usual: people do odd things as seldom as they do; else as often as errors need."""
        self._usual = usual
        self._room = room
        self._machines: dict[str, Bookcase | Kiosk] = {**bookcases, **kiosks}
        self._kiosks = kiosks
        self._cards = cards
        self._chance = chance
        self._story = story
        self._now_s = now_s
        self._table = table(room)
        self._busy: set[str] = set()
        self._eyes: dict[str, Eyes] = {
            device: looking.on(bookcase.twins.screen) for device, bookcase in bookcases.items()
        } | {device: kiosk.eyes for device, kiosk in kiosks.items()}
        self.seen: Counter[str] = Counter()  # Habits, refusals and what else happened.
        self.began = 0
        self.visits: set[asyncio.Task[None]] = set()

    async def live(self, first: date, days: int, a_day: int) -> None:
        """Let visits begin from a first day on, so many on a usual one (rhythm.py); return when the
        last one has ended."""
        for day in range(days):
            count = rhythm.visits(first + timedelta(days=day), a_day)
            times = sorted((self._time_of_day_s(day, number), number) for number in range(count))
            for at_s, number in times:
                await asyncio.sleep(max(0.0, day * 24 * HOUR_S + at_s - self._now_s()))
                self._begin(day, number)
        await asyncio.gather(*self.visits)

    async def run(self, line: str) -> list[str]:
        """Carry out a line of the table of hands, after the machine's lock board was stirred."""
        words = line.split()
        if len(words) > 1 and words[1] in self._machines:
            self._machines[words[1]].touched(words)
        return await self._table.run(line)

    def occupy(self, device: str) -> bool:
        """Say whether nobody is at a machine; then nobody comes until `leave`."""
        if device in self._busy:
            return False
        self._busy.add(device)
        return True

    def leave(self, device: str) -> None:
        self._busy.discard(device)

    def _time_of_day_s(self, day: int, number: int) -> float:
        return rhythm.time_of_day_s(self._chance.of("arrival", day, number))

    def _begin(self, day: int, number: int) -> None:
        cards, devices = self._cards, sorted(self._machines)
        card = cards[int(self._chance.of("card", day, number) * len(cards))]
        device = devices[int(self._chance.of("device", day, number) * len(devices))]
        if {card, device} & self._busy or not self._machines[device].on:
            self.seen["went past"] += 1
            return
        chance = random.Random(self._chance.bits(8, "visit", day, number))
        habit = _habit(chance, AT_KIOSKS if device in self._kiosks else HABITS, self._usual)
        if not self._story.has(f"visit {day} {number}", f"{card} at {device}, {habit.name}"):
            return
        self._busy |= {card, device}
        self.began += 1
        self.seen[habit.name] += 1
        task = asyncio.create_task(self._visit(card, device, habit, chance))
        self.visits.add(task)
        task.add_done_callback(self.visits.discard)

    async def _visit(self, card: str, device: str, habit: Habit, chance: random.Random) -> None:
        """Whatever the machine refuses, they walk away from it; passers-by shut what is open."""
        person = visits.Person(
            card, device, self._room.world, self.run, chance, movement_s=MOVEMENT_S
        )
        try:
            await habit.act(person, self._eyes[device])
        except (HandError, Unseen) as error:
            self.seen["walked away"] += 1
            self._room.world.note(device, f"{card} walks away: {error}")
        finally:
            with suppress(HandError):
                await self.run(f"leave {device}")
            self._busy.discard(device)
        if device in self._kiosks:
            self._cleared(device)
        for door in self._room.world.open_doors(device):
            await asyncio.sleep(READING_S)
            with suppress(HandError):
                await self.run(f"shut {device} {door}")
        await asyncio.sleep(WALK_S)
        self._busy.discard(card)

    def _cleared(self, device: str) -> None:
        """Staff of the library put what lies on a tray on the shelf; that tells nobody anything."""
        world = self._room.world
        for copy in world.at(Tray(device)):
            world.lift(device, copy.barcode, "")
            world.shelve(copy.barcode, self._kiosks[device].site)


def _habit(chance: random.Random, habits: tuple[Habit, ...], usual: bool) -> Habit:
    shares = [habit.usual if usual else habit.sought for habit in habits]
    found: Habit = chance.choices(habits, shares)[0]
    return found
