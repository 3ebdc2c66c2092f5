"""Notes: the latest value of a few named things, through power cuts, on a ring of their own.

A value is JSON.  Each writing appends it to the ring, in parts where it is long; it counts when its
last part is there, so a cut leaves the old value or the new one.  A note that has come to stand in
the way, in the oldest sectors, is written again at the front.
"""

import json

from bookcase_fw.ring import Ring

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PART_SIZE = 512
RESERVE = 2


class NotesFull(Exception):
    """The notes together are longer than their flash holds.  The old value stays."""


class Notes:
    def __init__(self, flash):
        self._ring = Ring(flash, bytes(12))
        self._places: dict = {}  # Name -> (ring number of the first part, parts).
        self._recover()

    def load(self, name: str, default: "Any" = None) -> "Any":
        """Return a note's value, or the default when it was never written."""
        if name not in self._places:
            return default
        number, count = self._places[name]
        text = b""
        for part in range(count):
            data = self._ring.read(number + part)
            if data is None:
                return default
            text += data[data.index(b" ") + 1 :]
        return json.loads(text.decode())

    def save(self, name: str, value: object):
        """Replace a note's value; it is durable.  Raises NotesFull."""
        text = json.dumps(value).encode()
        self._make_room(len(text))
        self._append(name, text)

    def tend(self):
        """Erase the next sector beforehand.  To be called when there is time: it takes long."""
        self._ring.tend()

    def _append(self, name: str, text: bytes):
        count = (len(text) + PART_SIZE - 1) // PART_SIZE
        number = self._ring.last + 1
        for part in range(count):
            head = "%s/%d/%d " % (name, part, count)
            self._ring.append(head.encode() + text[part * PART_SIZE : (part + 1) * PART_SIZE])
        self._places[name] = (number, count)
        self._release()

    def _make_room(self, size: int):
        # A part may leave the rest of a sector unused; one sector is begun already.
        room = (self._ring.sector_count - RESERVE - 1) * self._ring.sector_size - size - size // 2
        for _note in range(len(self._places) + 1):
            if self._ring.held(self._ring.released + 1) <= room:
                return
            name = min(self._places, key=lambda name: self._places[name][0])
            self._append(name, json.dumps(self.load(name)).encode())
        raise NotesFull("no room for %d bytes" % size)

    def _release(self):
        self._ring.released = min(number for number, _count in self._places.values()) - 1

    def _recover(self):
        begun = (0, "", 0)  # (number of the first part, name, parts so far) of an unfinished one.
        for number in range(self._ring.oldest(), self._ring.last + 1):
            data = self._ring.read(number)
            if data is None:
                continue
            name, part, count = data[: data.index(b" ")].decode().split("/")
            if part == "0":
                begun = (number, name, 0)
            if begun == (number - int(part), name, int(part)):
                begun = (begun[0], name, int(part) + 1)
                if int(part) + 1 == int(count):
                    self._places[name] = (begun[0], int(count))
        if self._places:
            self._release()
