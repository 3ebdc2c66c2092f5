"""Starts the firmware on the desk as the board does: compiled files, and this folder's board.py.

A script's own folder is the first place where MicroPython looks for a module.
"""

import bookcase_fw.main  # noqa: F401
