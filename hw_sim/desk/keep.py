"""The world on disk: written whenever something happened in it, so that the next run goes on there.

Only what the sample library does not say is kept; people in front of a machine have walked away.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hw_sim.world.places import Compartment, Copy, Hands, Place, Shelf, Tray
from hw_sim.world.truth import Door, Happening, Taking, World

JOURNAL_MAX = 2000  # Happenings that are kept for the stories.
_PLACES: dict[str, type[Place]] = {
    kind.__name__: kind for kind in (Compartment, Hands, Tray, Shelf)
}


class Keeper:
    """Writes a world into a file at the end of each turn of the loop in which something happened.

    `tell` hears of each happening at once, before everything that belongs to it is done.
    """

    def __init__(self, path: Path, world: World, tell: Callable[[Happening], None]) -> None:
        self._path = path
        self._world = world
        self._tell = tell
        self._due = False
        world.journal = _Watched(world.journal, self._happened)

    def save(self) -> None:
        self._due = False
        scratch = self._path.with_suffix(".new")
        scratch.write_text(json.dumps(snapshot(self._world), ensure_ascii=False), encoding="utf-8")
        scratch.replace(self._path)

    def _happened(self, happening: Happening) -> None:
        self._tell(happening)
        if not self._due:
            self._due = True
            asyncio.get_running_loop().call_soon(self.save)


def load(path: Path, fresh: World, now_ms: Callable[[], int]) -> World:
    """Return the world that a file holds, or the fresh one when there is none."""
    if not path.exists():
        return fresh
    return restored(json.loads(path.read_text(encoding="utf-8")), fresh, now_ms)


def snapshot(world: World) -> dict[str, Any]:
    """Return the world as JSON has it."""
    return {
        "strangers": [
            [copy.barcode, copy.tag, copy.title, copy.home, copy.foreign]
            for copy in world.copies.values()
            if copy.foreign
        ],
        "places": {barcode: _words(place) for barcode, place in world.places.items()},
        "doors": [
            [place.device, place.door, door.open, door.opener, door.forced, door.sprung]
            for place, door in world.doors.items()
        ],
        "takings": {
            barcode: [_words(taking.origin), taking.opener, taking.forced, taking.sprung]
            for barcode, taking in world.takings.items()
        },
        "told": world.told,
        "dead": sorted(world.dead),
        "moves": world.moves,
        "held": {barcode: sorted(cards) for barcode, cards in world.held.items()},
        "journal": [
            [said.at_ms, said.barcode, said.device, said.text]
            for said in world.journal[-JOURNAL_MAX:]
        ],
    }


def restored(kept: dict[str, Any], fresh: World, now_ms: Callable[[], int]) -> World:
    """Return a world furnished like the fresh one, in which all is as a snapshot says."""
    world = World(now_ms)
    world.capacity = fresh.capacity
    world.doors = fresh.doors
    for device, door, *state in kept["doors"]:
        world.doors[Compartment(device, door)] = Door(*state)
    strangers = [Copy(*row) for row in kept["strangers"]]
    for copy in (*fresh.copies.values(), *strangers):
        words = kept["places"].get(copy.barcode)
        world.add_copy(copy, _place(words) if words else fresh.where(copy.barcode))
    for barcode, (origin, *rest) in kept["takings"].items():
        world.takings[barcode] = Taking(_place(origin), *rest)
    world.told.update(kept["told"])
    world.dead.update(kept["dead"])
    world.moves = Counter(kept["moves"])
    for barcode, cards in kept["held"].items():
        world.held[barcode].update(cards)
    world.journal.extend(Happening(*row) for row in kept["journal"])
    return world


class _Watched(list[Happening]):
    """A journal that says what is added to it."""

    def __init__(self, happenings: list[Happening], happened: Callable[[Happening], None]) -> None:
        super().__init__(happenings)
        self._happened = happened

    def append(self, happening: Happening) -> None:
        super().append(happening)
        self._happened(happening)


def _words(place: Place) -> list[str | int]:
    fields = [getattr(place, name) for name in place.__dataclass_fields__]
    return [type(place).__name__, *fields]


def _place(words: list[Any]) -> Place:
    kind, *fields = words
    return _PLACES[kind](*fields)
