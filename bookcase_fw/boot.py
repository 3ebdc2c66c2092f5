"""Flashed as /main.py and never replaced: chooses the halves of this start, and starts.

While the BOOT button is held at a start nothing does: the prompt is free, for mpremote.
"""

import sys

import machine
from halves import Halves  # pyright: ignore[reportMissingImports]  # The copy beside this file.

WATCHDOG_MS = 8000

if machine.Pin(0, machine.Pin.IN, machine.Pin.PULL_UP).value():
    # A half that hangs before it feeds the watchdog was a failed start as well.
    machine.WDT(timeout=WATCHDOG_MS)
    Halves("/config").choose()
    sys.path.insert(0, Halves("/firmware").choose())
    import bookcase_fw.main  # noqa: F401
