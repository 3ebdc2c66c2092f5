"""The world on disk: what was true when the desk went away is true when it is back."""

import asyncio
from pathlib import Path

from hw_sim.desk import keep
from hw_sim.world import sample
from hw_sim.world.places import Compartment, Hands
from hw_sim.world.truth import Happening, World


def furnished() -> World:
    return sample.load(now_ms=lambda: 1000)


def first_at(world: World, device: str, door: int) -> str:
    return world.at(Compartment(device, door))[0].barcode


def lived_in() -> World:
    """A world in which a book was taken, one was put elsewhere, and a door stands open."""
    world = furnished()
    taken, moved = first_at(world, "bc01", 1), first_at(world, "bc01", 2)
    world.come("bc01", "SG00000001")
    world.open_door("bc01", 1)
    world.take("bc01", 1, taken)
    world.open_door("bc01", 2)
    world.take("bc01", 2, moved)
    world.shut_door("bc01", 2)
    world.come("bc02", "SG00000001")
    world.open_door("bc02", 1)
    world.put("bc02", 1, moved)
    world.kill(moved)
    return world


def test_a_snapshot_brings_everything_back() -> None:
    world = lived_in()

    again = furnished()
    keep.restore(again, keep.snapshot(world))

    assert keep.snapshot(again) == keep.snapshot(world)
    assert again.at(Hands("SG00000001")) == world.at(Hands("SG00000001"))
    assert again.doors[Compartment("bc01", 1)].opener == "SG00000001"


async def test_every_happening_is_told_and_on_disk_when_its_turn_is_over(tmp_path: Path) -> None:
    world = furnished()
    told: list[Happening] = []
    keep.Keeper(tmp_path / "world.json", world, told.append)

    world.come("bc01", "SG00000001")
    world.open_door("bc01", 1)
    world.take("bc01", 1, first_at(world, "bc01", 1))
    await asyncio.sleep(0)

    assert len(told) == 2
    again = furnished()
    keep.load(tmp_path / "world.json", again)
    assert keep.snapshot(again) == keep.snapshot(world)


def test_without_a_file_the_world_is_fresh(tmp_path: Path) -> None:
    world = furnished()

    keep.load(tmp_path / "world.json", world)

    assert keep.snapshot(world) == keep.snapshot(furnished())
