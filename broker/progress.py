"""Tells on standard error how far a command is."""

import sys
from collections.abc import Callable


def progress() -> Callable[[str, int, int], None]:
    """Return what tells how far it is: in place on a terminal, elsewhere a line for each tenth."""
    told = ("", 0)

    def tell(name: str, done: int, total: int) -> None:
        nonlocal told
        here = (name, done * 10 // max(1, total))
        if sys.stderr.isatty() or (done and here != told):
            end = "\r" if sys.stderr.isatty() and done < total else "\n"
            print(f"{name}: {done} of {total}", end=end, file=sys.stderr, flush=True)
        told = here

    return tell
