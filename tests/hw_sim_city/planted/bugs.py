"""Bugs that somebody could make in firmware, service or simulator, and the seed that finds each.

Each is a change of one place in a copy of the tree.  A piece that is no longer there fails its
test: then the bug must be planted anew.  `python -m tests.hw_sim_city.planted` looks for seeds.
"""

from typing import NamedTuple


class Bug(NamedTuple):
    """`seed` is the first from 1 on that finds it; `rules`: it breaks one of them at least.

    CRASH stands for a run that ends in an exception; `kiosks` are in the run.
    """

    name: str
    path: str
    right: str
    wrong: str
    seed: int
    rules: tuple[str, ...]
    kiosks: int = 0


CRASH = "crash"
KIOSKS = 3

# fmt: off
BUGS = (
    # Firmware.
    Bug("an ack lets go of records that were not acknowledged",
        "bookcase_fw/upload.py",
        'journal.acknowledge(ack["number"])',
        "journal.acknowledge(journal.last)",
        3, ("S4", "Q3", "R2")),
    Bug("who opened last is charged for a door that nobody asked for",
        "bookcase_fw/doors.py",
        "        self._request = NOBODY\n        self._begin(None)\n\n    def _begin_rebound",
        "        self._begin(None)\n\n    def _begin_rebound",
        5, ("R1",)),
    Bug("what is heard through the glass is taken for returned",
        "bookcase_fw/count.py",
        "NEW, SURELY, NOT_NEW = 8.0, 14.0, -3.0",
        "NEW, SURELY, NOT_NEW = -9.0, -8.5, -9.5",
        1, ("R1", "R2", "Q1")),
    Bug("what was written to flash is not synced",
        "bookcase_fw/ring.py",
        "        self._flash.ioctl(_SYNC, 0)\n        self._offset += len(entry)",
        "        self._offset += len(entry)",
        2, ("Q3", "R2", "Q1", "Q2", "S4")),
    Bug("any card releases every door",
        "bookcase_fw/cabinet.py",
        '            self._app.post(door, "hurry")',
        "            self.release(door)",
        1, ("S1",)),
    Bug("a copy that was taken stays among what is known to be inside",
        "bookcase_fw/count.py",
        "for tag in self._before if tag not in taken}",
        "for tag in self._before}",
        1, ("R1",)),
    Bug("taken and put are exchanged",
        "bookcase_fw/sessions.py",
        'return {"took": took, "put": put, "unsure": unsure}',
        'return {"took": put, "put": took, "unsure": unsure}',
        1, ("R2",)),
    Bug("every session is recorded at the first door",
        "bookcase_fw/doors.py",
        'body |= {"door": self.number, "end": end}',
        'body |= {"door": 1, "end": end}',
        1, ("Q1",)),
    # Service.
    Bug("what is put in is taken for removed",
        "broker/ledger/facts.py",
        '"session": (("took", "took"), ("put", "put"))',
        '"session": (("took", "took"), ("put", "removed"))',
        1, ("Q1",)),
    Bug("a count settles whatever compartment",
        "broker/ledger/facts.py",
        'return self._directory.compartment(device.id, cast(int, fact.body["door"]))',
        "return self._directory.compartment(device.id, 1)",
        1, ("Q1",)),
    Bug("a returned copy stays on loan",
        "broker/ledger/fold.py",
        '        life.end_loan("void" if quick else "returned", seen.happened_ms)\n        return',
        "        return",
        1, ("Q2", CRASH)),
    Bug("a late fact is taken for the newest",
        "broker/ledger/books.py",
        " and order(seen) > tail.newest",
        "",
        3, ("Q4", "R1", "R2", CRASH)),
    Bug("what comes after a gap is taken",
        "broker/ledger/inbox.py",
        "number > stream.number + 1:\n                break\n",
        "number > stream.number + 1:\n                stream.number = found.number - 1\n",
        3, ("Q3", "Q4", CRASH)),
    Bug("facts are folded by the time at which they arrived",
        "broker/ledger/clocks.py",
        "return min(offset_ms + stamp.uptime_ms, received_ms), True",
        "return received_ms, True",
        3, ("R1", "R2", "Q1", "Q2")),
    Bug("what readers do is taken for what staff do",
        "broker/ledger/facts.py",
        'if body.get("how") == "staff":\n            verb',
        'if body.get("how") != "nobody":\n            verb',
        1, ("R2",)),
    Bug("observations are folded machine by machine",
        "broker/ledger/sequence.py",
        "    return seen.happened_ms, seen.device, seen.number, seen.cause, seen.verb",
        "    return seen.device, seen.happened_ms, seen.number, seen.cause, seen.verb",
        1, ("R1", "R2", "Q1", "Q2", "Q4")),
    Bug("movements that no longer fit stay",
        "broker/ledger/books.py",
        "for number, held in reversed(standing[same:]):",
        "for number, held in reversed(standing[len(standing):]):",
        3, ("Q4", CRASH)),
    # Kiosk.
    Bug("what lay on the tray once lies there for ever",
        "kiosk/devices/presence.py",
        "for tag, bits in rounds.items() if bits}",
        "for tag, bits in rounds.items()}",
        1, ("Q2", "R1", "S3"), KIOSKS),
    Bug("a kiosk shows a return that it has not written",
        "kiosk/runtime.py",
        "self._journal.append(kind, dict(body), stamp, notes)",
        'kind == "returned" or self._journal.append(kind, dict(body), stamp, notes)',
        1, ("Q2",), KIOSKS),
    # Simulator.
    Bug("a book that was moved is also where it was",
        "hw_sim/world/truth.py",
        "fit(place)\n        self._contents[self.places[barcode]].discard(barcode)",
        "fit(place)",
        1, ("R1", "R2", "Q1", "Q2")),
    Bug("a power cut wipes the flash",
        "hw_sim/city/bookcase.py",
        "        flash._pages = self._pages\n",
        "",
        15, ("Q3", "R2", "Q1", "Q2", CRASH)),
    Bug("the service says what it has not committed",
        "hw_sim/city/service.py",
        '            if self._dies("before_commit", about):\n',
        '            self._exchange.settle()\n            self._say()\n'
        '            if self._dies("before_commit", about):\n',
        2, ("S4", "Q3")),
    Bug("an antenna tells its first round again and again",
        "hw_sim/devices/r200.py",
        "for tag, dbm in self._hear()]",
        "for tag, dbm in self.__dict__.setdefault(\"heard\", self._hear())]",
        1, ("R2", "Q1")),
)
# fmt: on
