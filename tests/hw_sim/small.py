"""A small world for tests: two bookcases, a kiosk, a return, eight copies, a ticking clock."""

import itertools

from hw_sim.world.places import Compartment, Copy, Shelf
from hw_sim.world.truth import World

ANN, BEN = "SG00000001", "SG00000002"
# Two copies a door: MH00000001 and 2 in bc01/1, 3 and 4 in bc01/2, 5 and 6 in bc02/1.
SHELVED = "MH00000008"
START_MS = 1_700_000_000_000


def barcode(number: int) -> str:
    return f"MH{number:08d}"


def tag(number: int) -> str:
    return f"E0{number:022X}"


def small_world() -> World:
    """Return the world; its clock goes on by a second at each look."""
    ticks = itertools.count(START_MS, 1000)
    world = World(lambda: next(ticks))
    for device in ("bc01", "bc02"):
        world.add_bookcase(device, doors=2, capacity=4)
    world.add_kiosk("kx01")
    world.add_return("rt01", bins=2)
    doors = (Compartment("bc01", 1), Compartment("bc01", 2), Compartment("bc02", 1))
    for number in range(1, 7):
        copy = Copy(barcode(number), tag(number), f"Title {number}", "lib01")
        world.add_copy(copy, doors[(number - 1) // 2])
    for number in (7, 8):
        world.add_copy(Copy(barcode(number), tag(number), f"Title {number}"), Shelf("lib01"))
    return world


def borrow(world: World, card: str, number: int, device: str = "bc01", door: int = 1) -> None:
    """Let a reader take a copy, shut the door and leave."""
    world.come(device, card)
    world.open_door(device, door)
    world.take(device, door, barcode(number))
    world.shut_door(device, door)
    world.go(device)
