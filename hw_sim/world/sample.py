"""The sample library's files, read into a world: sites, machines, titles, copies, patrons."""

import csv
from collections.abc import Callable, Collection
from pathlib import Path

from hw_sim.world.places import Compartment, Copy, Place, Shelf
from hw_sim.world.truth import World

RETURN_BINS = 3  # As in deploy/machines/return-24h.json.
FOLDER = Path(__file__).parent.parent / "sample" / "data"


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    """Return the rows of one file, each as a dictionary of its header's words."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def load(
    now_ms: Callable[[], int], folder: Path = FOLDER, devices: Collection[str] | None = None
) -> World:
    """Return the world of a folder, with these machines only, or with all.

    A copy in a machine that is left out is left out too: nobody can reach it.
    """
    world = World(now_ms)
    for row in rows(folder, "machines"):
        if devices is None or row["device"] in devices:
            _furnish(world, row)
    titles = {row["title_id"]: row["title"] for row in rows(folder, "titles")}
    for row in rows(folder, "copies"):
        place = place_of(row["holder"])
        if isinstance(place, Compartment) and place not in world.doors:
            continue
        title = titles.get(row["title_id"], row["title_id"])
        world.add_copy(Copy(row["barcode"], row["tag"], title, row["home"]), place)
    return world


def place_of(holder: str) -> Place:
    """Return the place that a copy's holder names: `bc01/2` or `shelf:SITE`."""
    kind, _colon, site = holder.partition(":")
    if kind == "shelf" and site:
        return Shelf(site)
    device, _slash, door = holder.partition("/")
    if not device or not door.isdecimal():
        raise ValueError(f"not a holder: {holder!r}")
    return Compartment(device, int(door))


def _furnish(world: World, row: dict[str, str]) -> None:
    if row["device"].startswith("rt"):
        world.add_return(row["device"], RETURN_BINS)
    elif row["kind"] == "kiosk":
        world.add_kiosk(row["device"])
    else:
        world.add_bookcase(row["device"], int(row["doors"]), int(row["capacity"]))
