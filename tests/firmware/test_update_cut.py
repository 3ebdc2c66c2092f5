"""The power is cut at every flash operation of an update and of a roll-back, on real littlefs."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from broker.updates import making

HOME = Path(__file__).parents[2]
MICROPYTHON = HOME / ".cache/micropython/micropython"
# Stories and how many starts they have: an update proves itself at its first, another never does.
STARTS = {"update": 2, "back": 5}
CUTS_MIN = 90
# What is done of the operation that is cut, and whether writes that were not synced are dropped.
WAYS = (("nothing", "drops"), ("half", "keeps"), ("all", "drops"))


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a signed bundle of two files, and the public key as machines have it."""
    folder = tmp_path_factory.mktemp("update")
    files = {"bookcase_fw/app.mpy": os.urandom(5000), "board.mpy": os.urandom(300)}
    data = making.build(files, kind="firmware", version="0.2.0", least="0.1.0")
    making.make_key(folder / "update.key")
    (folder / "bundle").write_bytes(making.sign(data, folder / "update.key"))
    (folder / "modulus").write_text(making.modulus(folder / "update.key"))
    return folder / "bundle", folder / "modulus"


@pytest.mark.parametrize("way", WAYS, ids="-".join)
@pytest.mark.parametrize("story", STARTS)
def test_every_cut_ends_in_a_half_that_starts_and_in_the_same_version(
    signed: tuple[Path, Path], story: str, way: tuple[str, str]
) -> None:
    program = [MICROPYTHON, "-X", "heapsize=4M", "-m", "tests.firmware.update_program"]

    done = subprocess.run(
        [*program, *signed, story, *way],
        cwd=HOME,
        env=os.environ | {"MICROPYPATH": ".:.frozen"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["cuts"] >= CUTS_MIN
    assert said["starts"] == STARTS[story]
