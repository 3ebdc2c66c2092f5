"""Simulated readers: who walks up to which machine, and what they do there.

A reader comes with a card, reads what the machine's screen says, and acts with hands; at a kiosk
these reach scanner, tray and keypad only.  Some hesitate, some put a book back, some have a blocked
card.  Everything they decide comes from a seed; how fast the machines are does not.
"""

import asyncio
import random
from collections.abc import Mapping
from typing import NamedTuple

from hw_sim.desk import visits
from hw_sim.desk.eyes import Eyes, Unseen
from hw_sim.hands import Room
from hw_sim.machines import BookcaseTwins, KioskTwins, ReturnTwins
from hw_sim.world import sample
from hw_sim.world.places import Hands, Tray
from hw_sim.world.truth import HandError

RETURN_SHARE = 0.6  # Of those who have books at home and come: they bring them back.
VISITS_MAX = 3  # People at machines at the same time.


class Pace(NamedTuple):
    """Seconds: between arrivals, and between two movements of a hand."""

    arrival_s: float
    movement_s: float


PACES = {
    "none": None,
    "gentle": Pace(arrival_s=12.0, movement_s=0.8),
    "busy": Pace(arrival_s=2.0, movement_s=0.2),
}


class People:
    """The stream of readers; `run` carries out a line of the table of hands."""

    def __init__(
        self,
        room: Room,
        run: visits.Run,
        eyes: Mapping[str, Eyes],
        pace: Pace | None,
        seed: int,
    ) -> None:
        self._room = room
        self._run = run
        self._pace = pace
        self._chance = random.Random(f"people {seed}")
        self._cards = [row["card"] for row in sample.rows(sample.FOLDER, "patrons")]
        self._eyes = eyes
        self._sites = {row["device"]: row["site"] for row in sample.rows(sample.FOLDER, "machines")}
        self._busy: set[str] = set()  # Machines and cards that are in a visit.
        self._arriving: asyncio.Task[None] | None = None
        self._visits: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        if self._pace and self._room.machines:
            self._arriving = asyncio.create_task(self._arrive(self._pace))

    async def leave(self) -> None:
        """Nobody comes any more; return when all who are here have gone."""
        if self._arriving:
            self._arriving.cancel()
            await asyncio.wait({self._arriving})
        await asyncio.gather(*self._visits)

    async def stop(self) -> None:
        """Everybody stands still where they are."""
        tasks = [*self._visits, *filter(None, [self._arriving])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _arrive(self, pace: Pace) -> None:
        await self._tidy(pace)
        while True:
            await asyncio.sleep(self._chance.expovariate(1 / pace.arrival_s))
            card = self._chance.choice(self._cards)
            device = self._chance.choice(sorted(self._room.machines))
            if self._is_free(card, device):
                task = asyncio.create_task(self._visit(card, device, pace))
                self._visits.add(task)
                task.add_done_callback(self._visits.discard)

    def _is_free(self, card: str, device: str) -> bool:
        """Nobody is there; a door that stands open belongs to somebody's trial by hand."""
        somebody = {card, device} & self._busy or self._room.world.open_doors(device)
        return len(self._visits) < VISITS_MAX and not somebody

    async def _tidy(self, pace: Pace) -> None:
        """Passers-by shut doors and clear trays that were left when the last run ended."""
        world = self._room.world
        for device in self._room.machines:
            await asyncio.sleep(pace.movement_s)
            for door in world.open_doors(device):
                await self._run(f"shut {device} {door}")
            for copy in world.at(Tray(device)):
                await self._run(f"lift {device} {copy.barcode} -")
                await self._run(f"shelve {copy.barcode} {self._sites[device]}")

    async def _visit(self, card: str, device: str, pace: Pace) -> None:
        """One reader at one machine; whatever the machine refuses, they walk away from it."""
        self._busy |= {card, device}
        chance = random.Random(self._chance.random())
        person = visits.Person(card, device, self._room.world, self._run, chance, pace.movement_s)
        brings = self._room.world.at(Hands(card)) and chance.random() < RETURN_SHARE
        try:
            twins = self._room.machines[device]
            if isinstance(twins, BookcaseTwins):
                visit = visits.bring if brings else visits.borrow
                await visit(person, self._eyes[device])
            elif isinstance(twins, ReturnTwins):
                await visits.drop(person, self._eyes[device])
            elif isinstance(twins, KioskTwins) and twins.role == "opac":
                await visits.search(person, self._eyes[device])
            else:
                visit_kiosk = visits.bring_to_kiosk if brings else visits.borrow_at_kiosk
                await visit_kiosk(person, self._eyes[device], self._sites[device])
        except (HandError, Unseen) as error:
            self._room.world.note(device, f"{card} walks away: {error}")
            await self._run(f"leave {device}")
        finally:
            self._busy -= {card, device}
