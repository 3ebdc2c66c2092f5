"""The sample library as a world."""

from pathlib import Path

import pytest

from hw_sim.world import sample
from hw_sim.world.places import Compartment, Shelf


def test_the_whole_sample_library_fits_into_its_world() -> None:
    world = sample.load(lambda: 0)

    assert len(world.copies) == len(sample.rows(sample.FOLDER, "copies"))
    assert len(world.doors) == sum(
        int(row["doors"])
        for row in sample.rows(sample.FOLDER, "machines")
        if row["kind"] == "bookcase"
    )


def test_machines_that_are_left_out_are_left_out_with_their_copies() -> None:
    world = sample.load(lambda: 0, devices=["bc02", "kx01"])

    devices = {place.device for place in world.places.values() if isinstance(place, Compartment)}
    assert devices == {"bc02"}
    assert any(isinstance(place, Shelf) for place in world.places.values())


@pytest.mark.parametrize("holder", ["", "bc01", "bc01/", "bc01/x", "/1", "shelf:"])
def test_a_holder_that_names_no_place_is_refused(holder: str) -> None:
    with pytest.raises(ValueError, match="not a holder"):
        sample.place_of(holder)


def test_a_folder_without_the_files_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        sample.load(lambda: 0, folder=tmp_path)
