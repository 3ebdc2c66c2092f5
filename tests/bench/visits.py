"""A seeded bookcase with its readers: door sessions through the radio and the firmware's counting.

No serial lines, no clock and no ledger: what is played is the world, the radio, and what a
compartment's counts make of it.  What they say is compared with the truth, session by session.
"""

import random
from collections import Counter

from bookcase_fw.count import Count, Result
from hw_sim.world.places import Compartment, Copy, Hands
from hw_sim.world.radio import Numbers, Radio
from hw_sim.world.truth import World

DEVICE = "bc01"
DOORS = (2, 3, 4)
COPIES_MIN, COPIES_MAX = 8, 10  # In each compartment at the beginning, on average.
CARDS = ("a", "b", "c", "d", "e")
TAKES = (0, 1, 1, 2, 3)  # Each as likely as the others; none with HANDS_MAX books in hands.
HANDS_MAX = 6
PUT_SHARE = 0.5  # Of the books in hands.
BACK_SHARE = 0.15  # Of the books taken: looked at and put back in the same session.
BROWSED_SHARE = 0.05  # Of the other books: pulled out, and put elsewhere in the compartment.
SECOND_DOOR_SHARE = 0.3  # Of the visits go on to another compartment.
STAY_SHARE = 0.5  # Of the sessions: the reader stays at the glass, with books in hands and bag.
NEXT_SHARE = 0.2  # Of the visits: the next reader comes before the second count.
SESSIONS_PER_YEAR = 3650  # Of a bookcase; with it chips die.
IDLE_ROUNDS = 10  # Between two visits; in life there is one a minute.
FOUND = (
    "sessions",
    "taken",  # Copies that truly left a compartment.
    "put",  # Copies that truly came into one.
    "rounds",  # Of first counts, until the reader is asked or sees what is recorded.
    "asked",  # Sessions in which the reader was asked to move the books apart.
    "wrong",  # Copies recorded as taken by a reader who did not take them.
    "late",  # Copies taken, and found so by the second count only.
    "missed",  # Copies taken that are neither a loan nor a case after the second count.
    "unseen",  # Sessions with a case when they are recorded: a copy was not seen.
    "cases",  # Sessions that leave a case for a person after the second count.
    "wrong_returns",  # Copies recorded as put that were not, until the second count.
    "late_returns",  # Copies put, and not found so before the second count.
    "missed_returns",  # Copies put, and not found so by the second count either.
    "died",
)


class Bookcase:
    """Plays visits; `found` counts what they came to, by the words of FOUND."""

    def __init__(self, numbers: Numbers, seed: int) -> None:
        self.found: Counter[str] = Counter()
        self._dice = random.Random(seed)
        self._death = numbers.dead_per_year / SESSIONS_PER_YEAR
        self._world = World(lambda: 0)
        self._radio = Radio(self._world, numbers, seed)
        self._numbers = range(1, self._dice.choice(DOORS) + 1)
        self._world.add_bookcase(DEVICE, len(self._numbers))
        self._tags: dict[str, str] = {}
        self._furnish()
        self._stable: dict[int, dict] = {number: {} for number in self._numbers}
        self._pending: set[int] = set()
        for number in self._numbers:
            self._stable[number] = self._counted(number).stable

    def visit(self) -> None:
        """One reader comes, uses one compartment or two, and goes."""
        dice, world = self._dice, self._world
        self._die()
        card = dice.choice(CARDS)
        world.come(DEVICE, card)
        for number in list(self._pending):
            self._settle(number)
        for number in dice.sample(self._numbers, 1 + (dice.random() < SECOND_DOOR_SHARE)):
            self._session(number, card)
        world.go(DEVICE)
        if dice.random() >= NEXT_SHARE:
            for number in list(self._pending):
                self._settle(number)

    def _furnish(self) -> None:
        count = len(self._numbers) * self._dice.randint(COPIES_MIN, COPIES_MAX)
        for index in range(count):
            copy = Copy(f"B{index}", f"{index:024X}", "a title")
            self._tags[copy.barcode] = copy.tag
            self._world.add_copy(copy, Compartment(DEVICE, 1 + index % len(self._numbers)))

    def _die(self) -> None:
        for barcode in self._tags:
            if self._dice.random() < self._death:
                self._world.kill(barcode)
                self.found["died"] += 1

    def _session(self, number: int, card: str) -> None:
        world, found = self._world, self.found
        before = self._inside(number)
        world.come(DEVICE, card)
        world.open_door(DEVICE, number)
        self._use(number, card)
        world.shut_door(DEVICE, number)
        if self._dice.random() >= STAY_SHARE:
            world.go(DEVICE)
        result = self._counted(number)
        found["rounds"] += result.rounds
        if result.unsure:
            found["asked"] += 1
            for barcode in self._barcodes(number):
                world.moves[barcode] += 1
            result = self._counted(number, result.leans)
        after = self._inside(number)
        taken, put = before - after, after - before
        found["sessions"] += 1
        found["taken"] += len(taken)
        found["put"] += len(put)
        found["unseen"] += bool(result.unsure)
        found["wrong"] += len(set(result.taken) - taken)
        found["wrong_returns"] += len(set(result.new) - put)
        found["late_returns"] += len(put - set(result.new))
        found["cases"] += bool(result.unsure)
        self._keep(number, result)
        self._pending.add(number)

    def _use(self, number: int, card: str) -> None:
        dice, world = self._dice, self._world
        inside = self._barcodes(number)
        hands = sorted(copy.barcode for copy in world.at(Hands(card)))
        count = 0 if len(hands) >= HANDS_MAX else dice.choice(TAKES)
        taken = dice.sample(inside, min(len(inside), count))
        room = world.capacity[Compartment(DEVICE, number)] - len(inside)
        put = [barcode for barcode in hands if dice.random() < PUT_SHARE][:room]
        for barcode in taken:
            world.take(DEVICE, number, barcode, card)
        back = [barcode for barcode in taken if dice.random() < BACK_SHARE]
        for barcode in put + back:
            world.put(DEVICE, number, barcode)
        for barcode in inside:
            if barcode not in taken and dice.random() < BROWSED_SHARE:
                world.moves[barcode] += 1

    def _settle(self, number: int) -> None:
        """The second count: whoever is in front of the glass now, nobody opened since."""
        self._pending.discard(number)
        result, truth = self._counted(number), self._inside(number)
        gone = set(result.taken)
        self.found["wrong"] += len(gone & truth)
        self.found["late"] += len(gone - truth)
        self._keep(number, result)
        self.found["missed"] += len(set(self._stable[number]) - truth)
        self.found["missed_returns"] += len(truth - set(self._stable[number]))

    def _keep(self, number: int, result: Result) -> None:
        stable = {tag: result.stable[tag] for tag in result.stable if tag not in result.unsure}
        self._stable[number] = stable
        for other in self._numbers:
            if other != number:
                for tag in result.new:
                    self._stable[other].pop(tag, None)

    def _counted(self, number: int, leans: dict[str, float] | None = None) -> Result:
        others = [self._stable[other] for other in self._numbers if other != number]
        elsewhere = {tag: stable[tag][1] for stable in others for tag in stable}
        count = Count(self._stable[number], elsewhere, leans)
        while count.wants_more():
            count.add(self._radio.hear(DEVICE, number))
        if count.wants_neighbours():
            for neighbour in (number - 1, number + 1):
                if neighbour in self._numbers:
                    for _round in range(4):
                        count.add_neighbour(neighbour, self._radio.hear(DEVICE, neighbour))
        return count.result()

    def _barcodes(self, number: int) -> list[str]:
        return [copy.barcode for copy in self._world.at(Compartment(DEVICE, number))]

    def _inside(self, number: int) -> set[str]:
        return {self._tags[barcode] for barcode in self._barcodes(number)}
