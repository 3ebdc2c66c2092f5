"""Kills real MicroPython in the middle of writing, again and again: python -m tests.firmware.kills.

What is written reaches the flash's file when it is synced (hw_sim/upy/board.py), so a kill is a
power cut.  After each one the next start must find every record and note that was confirmed.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

HOME = Path(__file__).parent.parent.parent
MICROPYTHON = HOME / ".cache/micropython/micropython"
PROGRAM = Path(__file__).with_name("kill_program.py")
LINES_MAX = 60  # Between a start and its kill.


class Tally(NamedTuple):
    """`records` were confirmed in all; `mid` kills came between a record and its note."""

    kills: int
    records: int
    mid: int


def run(folder: Path, kills: int, seed: int) -> Tally:
    """Kill so many times; AssertionError when anything that was confirmed is not there."""
    chance = random.Random(seed)
    config = folder / "config.json"
    config.write_text(json.dumps({"flash": str(folder / "flash")}))
    environment = os.environ | {
        "SG_CONFIG": str(config),
        "MICROPYPATH": f"{HOME}/hw_sim/upy:{HOME}:.frozen",
    }
    confirmed = {"start": 0, "record": 0, "note": 0}
    mid = 0
    for kill in range(1, kills + 1):
        program = subprocess.Popen(
            [str(MICROPYTHON), str(PROGRAM)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
        )
        assert program.stdout and program.stderr
        lines = chance.randint(0, LINES_MAX)
        said = [program.stdout.readline().split() for _line in range(1 + lines)]
        program.kill()
        said += [line.split() for line in program.stdout.read().splitlines()]
        trouble = program.stderr.read().decode()
        program.wait()
        assert said[0][:1] == [b"start"], (kill, trouble)
        boot, last, note = map(int, said[0][1:4])
        assert boot > confirmed["start"], (kill, boot)
        assert last >= confirmed["record"], (kill, last, confirmed)
        assert note >= confirmed["note"], (kill, note, confirmed)
        # The boot's number is durable before the first record.
        confirmed["start"] = boot if len(said) > 1 else confirmed["start"]
        for row in said[1:]:
            if len(row) == 2 and row[1].isdigit():
                confirmed[row[0].decode()] = int(row[1])
        mid += confirmed["record"] > confirmed["note"]
    return Tally(kills, confirmed["record"], mid)


def main() -> None:
    kills, seed = (int(word) for word in (*sys.argv[1:3], "1000", "1")[:2])
    with tempfile.TemporaryDirectory() as folder:
        tally = run(Path(folder), kills, seed)
    print(f"{tally.kills} kills, {tally.mid} of them in mid-write, {tally.records} records")


if __name__ == "__main__":
    main()
