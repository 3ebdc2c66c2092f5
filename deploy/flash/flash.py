"""Puts the compiled firmware onto a board with MicroPython: flash.py PORT [CONFIGURATION [FILE …]]

What lies on the board afterwards: main.py and halves.mpy, which are never replaced; the firmware as
half a; with a configuration /bookcase.json, and the files of its certificates.  The journal has a
partition of its own and is not touched.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).parents[2]
FIRMWARE, BOOT = HOME / ".cache" / "firmware", HOME / ".cache" / "boot"
CODE = FIRMWARE / "bookcase_fw"
MPREMOTE = HOME / ".cache" / "flash" / "bin" / "mpremote"
ON_BOARD = Path(__file__).parent / "on_board.py"
CONFIGURATION = "bookcase.json"
HALF = "firmware/a"


class FlashError(Exception):
    """The board does not answer, or does not hold what was sent.  The message says what to do."""


def main(port: str, *others: str) -> None:
    files = _files([Path(name) for name in others])
    print(f"{port}: {_on_board(port, 'wipe')}; sending {len(files)} files", flush=True)
    words = [f"fs mkdir :firmware + fs mkdir :{HALF} + fs cp -r {CODE} :{HALF}/"]
    words += [f"fs cp {path} :{name}" for name, path in files.items() if CODE not in path.parents]
    _mpremote(port, *" + ".join(words).split())
    _compare(files, _on_board(port, "hashes"))
    size = sum(path.stat().st_size for path in files.values())
    print(f"{port}: {size} bytes, each file with its hash; restart the board")


def _files(others: list[Path]) -> dict[str, Path]:
    """Return what is to lie on the board: name -> file here."""
    files = {f"{HALF}/{path.relative_to(FIRMWARE)}": path for path in FIRMWARE.rglob("*.mpy")}
    if not files:
        raise FlashError("there is no compiled firmware: say `make firmware`")
    files |= {path.name: path for path in BOOT.iterdir()}
    if others:
        files[CONFIGURATION] = others[0]
        files |= {path.name: path for path in others[1:]}
    return files


def _compare(files: dict[str, Path], said: str) -> None:
    found = dict(line.split() for line in said.splitlines())
    for name, path in files.items():
        if found.get(name) != hashlib.sha256(path.read_bytes()).hexdigest():
            raise FlashError(f"{name} is not on the board as it was sent: flash again")


def _on_board(port: str, job: str) -> str:
    """Run a job of on_board.py there and return what it says."""
    return _mpremote(port, "exec", f"{ON_BOARD.read_text()}\n{job}()\n").replace("\r", "").strip()


def _mpremote(port: str, *words: str) -> str:
    # `resume`: a board that is started anew would start the firmware that is to be replaced.
    command = [str(MPREMOTE), "connect", port, "resume", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        why = (done.stderr or done.stdout).strip().splitlines()[-1]
        raise FlashError(f"{why}; hold BOOT and press RESET, so that the prompt is free")
    return done.stdout


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except FlashError as error:
        sys.exit(f"flash: {error}")
