"""The desk's secrets: made once, each its own, and nobody else may read them."""

import stat
from pathlib import Path

from hw_sim.desk import keys


def test_they_are_made_once_and_kept(tmp_path: Path) -> None:
    first = keys.load_or_make(tmp_path, ["bc01", "kx01"])
    second = keys.load_or_make(tmp_path, ["bc01", "kx01", "bc02"])

    assert second.devices["bc01"] == first.devices["bc01"]
    assert second.district == first.district
    assert len({*second.devices.values(), second.district}) == 4


def test_only_their_owner_may_read_them(tmp_path: Path) -> None:
    keys.load_or_make(tmp_path, ["bc01"])

    modes = {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert modes == {0o600}
