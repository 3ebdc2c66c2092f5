"""A seeded bookcase with its readers: door sessions through the radio and the firmware's counting.

No serial lines, no clock and no ledger: what is played is the world, the radio, and what a
compartment's counts make of it.  What they say is compared with the truth, session by session.
"""

import random
from collections import Counter

from bookcase_fw import count
from bookcase_fw.contents import Contents
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
IDLE_COUNTS = 4  # Played between two visits; in life there is one a minute,
IDLE_COUNTS_IN_LIFE = 140  # so that a chip seldom dies behind the last one.
NEIGHBOUR_ROUNDS = 4  # As antennas.py has it.
FOUND = (
    "sessions",
    "taken",  # Copies that truly left a compartment.
    "put",  # Copies that truly came into one.
    "rounds",  # Of first counts, until the reader is asked or sees what is recorded.
    "asked",  # Sessions in which the reader was asked to move the books apart.
    "wrong",  # Copies charged to a reader who did not take them, by whichever count.
    "late",  # Copies that left, and were found so by the second count.
    "missed",  # Copies that left and are neither a loan nor a case after the second count.
    "unseen",  # Sessions that are recorded with a case: a copy was not seen.
    "cases",  # Cases left for a person: a copy was not seen by the second count, or its chip died.
    "wrong_returns",  # Copies recorded as put that were not, until the second count.
    "late_returns",  # Copies put, and found so by the second count.
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
        self._contents = {number: Contents() for number in self._numbers}
        self._pending: set[int] = set()
        # Of each compartment: what is believed to be inside and is not, since the last session,
        # and since longer; and what was put and is not believed yet.
        self._ghosts: dict[int, set[str]] = {number: set() for number in self._numbers}
        self._old_ghosts: dict[int, set[str]] = {number: set() for number in self._numbers}
        self._unheard: dict[int, set[str]] = {number: set() for number in self._numbers}
        for number in self._numbers:
            self._settle(number, count.SECOND)
        self.found.clear()

    def visit(self) -> None:
        """One reader comes, uses one compartment or two, and goes; then nothing for a while."""
        dice, world = self._dice, self._world
        card = dice.choice(CARDS)
        world.come(DEVICE, card)
        for number in sorted(self._pending):
            self._settle(number, count.HURRIED)
        for number in dice.sample(self._numbers, 1 + (dice.random() < SECOND_DOOR_SHARE)):
            self._session(number, card)
        world.go(DEVICE)
        if dice.random() < NEXT_SHARE:
            return
        for number in sorted(self._pending):
            self._settle(number, count.SECOND)
        self._wait()

    def _furnish(self) -> None:
        copies = len(self._numbers) * self._dice.randint(COPIES_MIN, COPIES_MAX)
        for index in range(copies):
            copy = Copy(f"B{index}", f"{index:024X}", "a title")
            self._tags[copy.barcode] = copy.tag
            self._world.add_copy(copy, Compartment(DEVICE, 1 + index % len(self._numbers)))

    def _wait(self) -> None:
        """Nobody is there; chips die, seldom, and most of them before the last idle count."""
        dying = [barcode for barcode in self._tags if self._dice.random() < self._death]
        at_last = self._dice.random() < 1 / IDLE_COUNTS_IN_LIFE
        if not at_last:
            self._die(dying)
        for _count in range(IDLE_COUNTS):
            for number in self._numbers:
                if self._contents[number].learn(self._counted(number, count.IDLE)):
                    self._settle(number, count.SECOND)
        if at_last:
            self._die(dying)

    def _die(self, barcodes: list[str]) -> None:
        for barcode in barcodes:
            self._world.kill(barcode)
        self.found["died"] += len(barcodes)

    def _session(self, number: int, card: str) -> None:
        world, found, contents = self._world, self.found, self._contents[number]
        before = self._inside(number)
        world.come(DEVICE, card)
        contents.opened()
        world.open_door(DEVICE, number)
        self._use(number, card)
        world.shut_door(DEVICE, number)
        if self._dice.random() >= STAY_SHARE:
            world.go(DEVICE)
        result = self._counted(number, count.FIRST)
        found["rounds"] += result.rounds
        if result.unsure:
            found["asked"] += 1
            contents.ask(result)
            for barcode in self._barcodes(number):
                world.nudge(barcode)
            result = self._counted(number, count.AGAIN)
        contents.record(result)
        self._forget(number, result.new)
        after = self._inside(number)
        taken, put = before - after, after - before
        found["sessions"] += 1
        found["taken"] += len(taken)
        found["put"] += len(put)
        found["wrong"] += len(set(result.taken) - taken)
        found["unseen"] += bool(result.unsure)
        found["wrong_returns"] += len(set(result.new) - after)
        self._ghosts[number] = set(result.stable) - after - self._old_ghosts[number]
        self._unheard[number] = put - set(result.new)
        self._pending.add(number)

    def _use(self, number: int, card: str) -> None:
        dice, world = self._dice, self._world
        inside = self._barcodes(number)
        hands = sorted(copy.barcode for copy in world.at(Hands(card)))
        wanted = 0 if len(hands) >= HANDS_MAX else dice.choice(TAKES)
        taken = dice.sample(inside, min(len(inside), wanted))
        room = world.capacity[Compartment(DEVICE, number)] - len(inside)
        put = [barcode for barcode in hands if dice.random() < PUT_SHARE][:room]
        for barcode in taken:
            world.take(DEVICE, number, barcode, card)
        back = [barcode for barcode in taken if dice.random() < BACK_SHARE]
        for barcode in put + back:
            world.put(DEVICE, number, barcode)
        for barcode in inside:
            if barcode not in taken and dice.random() < BROWSED_SHARE:
                world.nudge(barcode)

    def _settle(self, number: int, kind: count.Kind) -> None:
        """Count without a session before it, or the second time after one.

        What is gone then is charged to the reader of the session that this count settles; where
        there is none, and of what is not seen, there is a case.
        """
        found, contents, inside = self.found, self._contents[number], self._inside(number)
        doubts = set(contents.doubts)
        result = self._counted(number, kind)
        back, gone, unseen = contents.news(result)
        contents.settle(result)
        self._forget(number, back)
        ghosts, old_ghosts = self._ghosts[number], self._old_ghosts[number]
        believed = set(contents.stable or ())
        if number in self._pending:
            found["wrong"] += len(set(gone) - ghosts - (doubts - inside))
        else:
            found["cases"] += len(gone)
        found["cases"] += len(unseen) + len(doubts - {*back, *gone})
        found["late"] += len(ghosts & set(gone))
        found["missed"] += len(ghosts & believed)
        found["late_returns"] += len(self._unheard[number] & believed)
        found["missed_returns"] += len(self._unheard[number] - believed)
        self._old_ghosts[number] = (old_ghosts | ghosts) & believed - inside
        self._ghosts[number], self._unheard[number] = set(), set()
        self._pending.discard(number)

    def _forget(self, number: int, tags: list[str]) -> None:
        for other in self._numbers:
            if other != number:
                self._contents[other].forget(tags)

    def _counted(self, number: int, kind: count.Kind) -> count.Result:
        others = [self._contents[other].stable or {} for other in self._numbers if other != number]
        elsewhere = {tag: stable[tag][1] for stable in others for tag in stable}
        counting = self._contents[number].begin_count(kind, elsewhere)
        while counting.wants_more():
            counting.add(self._radio.hear(DEVICE, number))
        if counting.wants_neighbours():
            for neighbour in (number - 1, number + 1):
                if neighbour in self._numbers:
                    for _round in range(NEIGHBOUR_ROUNDS):
                        counting.add_neighbour(neighbour, self._radio.hear(DEVICE, neighbour))
        return counting.result()

    def _barcodes(self, number: int) -> list[str]:
        return [copy.barcode for copy in self._world.at(Compartment(DEVICE, number))]

    def _inside(self, number: int) -> set[str]:
        return {self._tags[barcode] for barcode in self._barcodes(number)}
