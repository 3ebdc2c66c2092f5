"""How long the desk's journal takes to have a record durable, under MicroPython.

Prints a JSON list of ms, one a record; SG_CONFIG names the flash.  What is erased beforehand, when
there is time, is not in it.
"""

import json
import os
import time

import board

from bookcase_fw.journal import Journal
from bookcase_fw.ring import Part

COUNT = 400
NOTES_SECTORS = 24  # As main.py shares the flash out.
KEY = bytes(range(32))
TAG = "E28011606000020000%06d"
STAMP = (1, 1000, 1800000000000, 2)


def main():
    flash = board.flash()
    sectors = flash.ioctl(4, 0) - NOTES_SECTORS - board.LISTS_SECTORS
    journal = Journal(Part(flash, 0, sectors), KEY, os.urandom)
    body = {"id": "1.1", "reader": "a1" * 12, "how": "card", "door": 1, "end": "shut", "put": []}
    body |= {"took": [TAG % 1, TAG % 2], "due": 20261221, "left": 5, "rounds": 8}
    took_ms = []
    for _record in range(COUNT):
        start_us = time.ticks_us()
        number = journal.append("session", body, STAMP)
        took_ms.append(time.ticks_diff(time.ticks_us(), start_us) / 1000)
        journal.acknowledge(number)
        journal.tend()
    print(json.dumps(took_ms))


main()
