"""What flash.py lets the board do: clear what it is going to write, and say what is there."""

import binascii
import hashlib
import os
import sys

REPLACED = ("firmware", "config", "main.py", "halves.mpy")
IS_FOLDER = 0x4000


def wipe():
    """Remove the firmware, what was changed from afar, and which halves are in force."""
    for name in os.listdir():
        if name in REPLACED:
            _remove(name)
    print("MicroPython %d.%d.%d" % sys.implementation.version[:3], sys.platform)


def hashes(folder: str = ""):
    """Print each file's path and SHA-256."""
    for name in os.listdir(folder or "."):
        path = folder + name
        if os.stat(path)[0] & IS_FOLDER:
            hashes(path + "/")
        else:
            print(path, _hash(path))


def _remove(path: str):
    if os.stat(path)[0] & IS_FOLDER:
        for name in os.listdir(path):
            _remove(path + "/" + name)
        os.rmdir(path)
    else:
        os.remove(path)


def _hash(path: str) -> str:
    found = hashlib.sha256()
    with open(path, "rb") as file:
        while True:
            piece = file.read(512)
            if not piece:
                return binascii.hexlify(found.digest()).decode()
            found.update(piece)
