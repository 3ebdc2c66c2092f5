"""Door sessions in the lab under MicroPython, on a clock that jumps; says what heap and flash took.

heap_program FLASH COUNT STEP     a JSON line when the parts stand, and every STEP sessions

In five of six sessions something goes wrong: FAULTS.
"""

# ruff: noqa: E402, PTH123, SIM115
import gc

gc.threshold(1024)  # The lab and its twins are no part of the firmware: they must leave no holes.


import asyncio
import asyncio.core
import json
import sys
import time

from bookcase_fw.clock import Clock
from bookcase_fw.config import COLLECT_BYTES, TIMINGS
from bookcase_fw.uplink import Uplink
from hw_sim.devices import panel
from hw_sim.plug import plug
from hw_sim.wires import Wire
from tests.device import lab

SECTOR_SIZE, JOURNAL_SECTORS, NOTES_SECTORS = 4096, 64, 24
SECTOR_COUNT = JOURNAL_SECTORS + NOTES_SECTORS + lab.LISTS_SECTORS
BLANK = b"\xff" * 256
LOOK_S = 0.05  # Of the jumping clock, between two looks of the lab.
# What goes wrong in a session, in turn: on the lines of lock board and antennas, or at a door.
FAULTS = ("", "garble", "cut", "noise", "rebound", "dead_antenna")
MESSAGES = 2  # So many are garbled or cut, or so many bytes of noise come before each.


class Clockwork:
    """Time passes when every task waits, and then at once: takes the place of asyncio's poller.

    It is never behind the real one, by which MicroPython's queue of tasks stamps those that are
    ready: stamped with the future they would wait.
    """

    now_ms = 0

    def ticks(self) -> int:
        self.now_ms = max(self.now_ms, time.ticks_ms())
        return self.now_ms

    def wait_io_event(self, ms: int):
        if ms < 0:
            raise OSError("deadlock: every task waits for another")
        self.now_ms += ms

    def remove(self, _task):
        pass


class Flash:
    """A flash in a file, without syncs; counts what is programmed and erased."""

    def __init__(self, path: str):
        self.erases = self.programmed_size = 0
        self._file = open(path, "w+b")
        for _page in range(SECTOR_COUNT * SECTOR_SIZE // len(BLANK)):
            self._file.write(BLANK)

    def readblocks(self, sector: int, data: bytearray, offset: int = 0):
        self._file.seek(sector * SECTOR_SIZE + offset)
        self._file.readinto(data)

    def writeblocks(self, sector: int, data: bytes, offset: int = 0):
        self.programmed_size += len(data)
        self._file.seek(sector * SECTOR_SIZE + offset)
        self._file.write(data)

    def ioctl(self, operation: int, argument: int) -> int:
        if operation == 6:
            self.erases += 1
            self._file.seek(argument * SECTOR_SIZE)
            for _page in range(SECTOR_SIZE // len(BLANK)):
                self._file.write(BLANK)
        return {4: SECTOR_COUNT, 5: SECTOR_SIZE}.get(operation, 0)


class Service(lab.Service):
    """Takes every record and keeps none."""

    def kick(self):
        if self.journal and self.journal.last > self.journal.acked:
            self.journal.acknowledge(self.journal.last)

    async def ask(self, op: str, wait_ms: int = 0, **fields):
        await asyncio.sleep(0)
        return self.answer


async def nowhere() -> tuple:
    raise OSError("there is no server here")


def say(**figures):
    gc.collect()
    print(json.dumps(figures | {"heap": gc.mem_alloc()}))


class Place(lab.Lab):
    """A lab whose lines have faults."""

    def __init__(self, flash: Flash):
        super().__init__(**TIMINGS)
        self.flash, self.service = flash, Service()
        self.wires = {id(twin): Wire() for twin in [self.board] + self.antennas}
        lab.plug = lambda twin: plug(twin, self.wires.get(id(twin)))

    async def session(self, number: int):
        fault = FAULTS[number % len(FAULTS)]
        # A reader who finds the door out of service comes again.
        await self.until(lambda: self.app.may_choose(1))
        await self.come()
        self.antennas[1].deaf = fault == "dead_antenna"
        for wire in self.wires.values():
            wire.garble = wire.cut = wire.noise = 0
            if fault in ("garble", "cut", "noise"):
                setattr(wire, fault, MESSAGES)
        await self.open(1)
        (self.take if number % 2 else self.put)(1, 1, 2)
        await self.shut(1)
        if fault == "rebound":
            self.board.force_door(1)
            await self.shows("open")
            await self.shut(1)
        self.screen.leave()
        await self.shows("welcome")


async def sessions(flash: Flash, count: int, step: int):
    place = Place(flash)
    say(at="parts")
    await place.start()
    clock = Clock(1, lab.now_ms, 1 << 30)
    uplink = Uplink(
        connect=nowhere,
        clock=clock,
        device="bc01",
        key=lab.KEY,
        journal=place.app.journal,
        dice=lambda n: n // 2,
        log=lambda line: None,
    )
    asyncio.create_task(uplink.run())
    for number in range(1, count + 1):
        await place.session(number)
        if number % step == 0:
            say(at="sessions", count=number, erases=flash.erases, size=flash.programmed_size)
    assert place.app.journal.acked >= count


gc.threshold(COLLECT_BYTES)  # As main.py has it.
clockwork = Clockwork()
asyncio.core.ticks = asyncio.ticks = clockwork.ticks
asyncio.core._io_queue = clockwork
lab.STEP_S = LOOK_S
lab.JOURNAL_SECTORS, lab.NOTES_SECTORS = JOURNAL_SECTORS, NOTES_SECTORS
panel.HISTORY_MAX = 2
asyncio.run(sessions(Flash(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
