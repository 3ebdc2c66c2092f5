"""A folder for one desk at a time, and a fresh one where it is wanted."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hw_sim.desk.process import ProcessError

LOCK = "lock"


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Make the folder where it is missing, and keep other desks out of it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / LOCK).open("a+") as file:
        try:
            # The kernel lets go of it however this process ends.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            other = file.read() or "unknown"
            raise ProcessError(
                f"Another desk (process {other}) works in {folder}: end it, or choose --folder."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def clear(folder: Path) -> None:
    """Throw away what a desk left in its folder; a folder that is no desk's is left alone."""
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not (folder / LOCK).exists():
        raise ProcessError(f"{folder} is not a desk's folder: nothing was removed.")
    with hold(folder):
        for entry in folder.iterdir():
            if entry.name != LOCK:
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
