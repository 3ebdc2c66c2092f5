"""The world on disk: written whenever something happened in it, so that the next run goes on there.

Only what the sample library does not say is kept; people in front of a machine have walked away.
"""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hw_sim.world.places import Belt, Bin, Compartment, Copy, Hands, Place, Shelf, Tray
from hw_sim.world.truth import Door, Happening, Taking, World

JOURNAL_MAX = 2000  # Happenings that are kept for the stories.
_PLACES: dict[str, type[Place]] = {
    kind.__name__: kind for kind in (Compartment, Hands, Tray, Shelf, Belt, Bin)
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
        world.on_happening = self._happened

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


def load(path: Path, world: World) -> None:
    """Put a freshly furnished world as a file says; without one it stays fresh."""
    if path.exists():
        restore(world, json.loads(path.read_text(encoding="utf-8")))


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


def restore(world: World, kept: dict[str, Any]) -> None:
    """Put a freshly furnished world as a snapshot says."""
    for row in kept["strangers"]:
        world.add_copy(Copy(*row), Hands(""))
    world.place_all({barcode: _place(words) for barcode, words in kept["places"].items()})
    for device, door, *state in kept["doors"]:
        world.doors[Compartment(device, door)] = Door(*state)
    for barcode, (origin, *rest) in kept["takings"].items():
        world.takings[barcode] = Taking(_place(origin), *rest)
    world.told.update(kept["told"])
    world.dead.update(kept["dead"])
    world.moves.update(kept["moves"])
    for barcode, cards in kept["held"].items():
        world.held[barcode].update(cards)
    world.journal.extend(Happening(*row) for row in kept["journal"])


def _words(place: Place) -> list[str | int]:
    fields = [getattr(place, name) for name in place.__dataclass_fields__]
    return [type(place).__name__, *fields]


def _place(words: list[Any]) -> Place:
    kind, *fields = words
    return _PLACES[kind](*fields)
