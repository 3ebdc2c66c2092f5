"""Starts the firmware on the desk as bookcase_fw/boot.py does on the board.

A script's own folder is the first place where MicroPython looks for a module; the chosen half is
the second, before what the machine came with.
"""

import os
import sys

from halves import Halves  # pyright: ignore[reportMissingImports]  # The copy that is never replaced.

HOME = os.getenv("SG_HOME") or "."

Halves(HOME + "/config").choose()
sys.path.insert(1, Halves(HOME + "/firmware").choose())
import bookcase_fw.main  # noqa: E402, F401
