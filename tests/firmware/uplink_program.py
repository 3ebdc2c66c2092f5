"""A MicroPython process with the real journal and uplink, driven by lines on its standard input.

uplink_program PORT BOOT FLASH KEY     says "ready"; then a line each:
facts N        append facts until the journal's last number is N; "facts N"
ask MS         ask, and print the answer's `name`, or "nothing"
acked N        print "acked N" once N is acknowledged
figures        print state, last, acked, doubts and bytes of heap in use
trips N        print round trips per second of N publishes at QoS 1
state, stop
"""

# ruff: noqa: E402, PTH123, SIM115
import gc

gc.threshold(8192)  # Collected early, the heap keeps room in one piece.

import asyncio
import json
import random
import sys
import time

from bookcase_fw import orders
from bookcase_fw.clock import Clock
from bookcase_fw.journal import Journal, JournalFull
from bookcase_fw.uplink import Uplink

SECTOR_SIZE, SECTORS = 4096, 48
TIMINGS = {
    "pause_ms": 50,
    "pause_max_ms": 200,
    "state_ms": 100,
    "answer_ms": 1000,
    "beat_ms": 500,
    "keep_alive_ms": 4000,
}
STATE = {"config": 1, "policy": 0, "stock": [], "faults": [], "fill": 0, "lends": True}


class Flash:
    """A flash image in a file: what `writeblocks` returns from is on disk."""

    def __init__(self, path: str):
        try:
            self._file = open(path, "r+b")
        except OSError:
            self._file = open(path, "w+b")
            for sector in range(SECTORS):
                self.ioctl(6, sector)

    def readblocks(self, block: int, buffer: bytearray, offset: int = 0):
        self._file.seek(block * SECTOR_SIZE + offset)
        self._file.readinto(buffer)

    def writeblocks(self, block: int, buffer: bytes, offset: int = 0):
        self._file.seek(block * SECTOR_SIZE + offset)
        self._file.write(buffer)
        self._file.flush()

    def ioctl(self, op: int, block: int) -> int:
        if op == 6:
            for offset in range(0, SECTOR_SIZE, 256):
                self.writeblocks(block, b"\xff" * 256, offset)
        return {4: SECTORS, 5: SECTOR_SIZE}.get(op, 0)


def random_bytes(count: int) -> bytes:
    return bytes([random.getrandbits(8) for _ in range(count)])


async def until(condition):
    while not condition():
        await asyncio.sleep(0.01)


class Program:
    def __init__(self, port: int, boot: int, flash: str, key: bytes):
        random.seed(boot)
        self.journal = Journal(Flash(flash), key, random_bytes)
        self.clock = Clock(boot, time.ticks_ms, 1 << 29)
        self.uplink = Uplink(
            connect=lambda: asyncio.open_connection("127.0.0.1", port),
            clock=self.clock,
            log=lambda line: print("log", line),
            device="bc01",
            key=key,
            journal=self.journal,
            dice=random.randrange,
            on_order=self.order,
            on_want=lambda want, retained: print("want", want["revision"]),
            on_served=lambda served: print("served" if served else "unserved"),
            firmware="test",
            timings=TIMINGS,
        )

    def order(self, order: dict, retained: bool):
        now_ms = self.clock.uptime_ms()
        print("order", order["id"], orders.refusal(order, retained, self.uplink.session, now_ms))

    async def facts(self, last: str):
        while self.journal.last < int(last):
            body = {"part": "lock.1", "on": True, "text": "fact %d" % (self.journal.last + 1)}
            try:
                self.journal.append("fault", body, self.clock.stamp())
            except JournalFull:
                await asyncio.sleep(0.01)
            self.uplink.kick()
            await asyncio.sleep(0)
        print("facts", last)

    async def acked(self, number: str):
        await until(lambda: self.journal.acked >= int(number))
        print("acked", self.journal.acked)

    async def ask(self, wait_ms: str):
        answer = await self.uplink.ask("account", int(wait_ms), reader="r", how="card")
        print("answer", answer["name"] if answer else "nothing")

    async def figures(self):
        gc.collect()
        talk, journal = self.uplink.talk, self.journal
        figures = {"state": talk.state, "last": journal.last, "acked": journal.acked}
        print("figures", json.dumps(figures | {"doubts": talk.doubts, "heap": gc.mem_alloc()}))

    async def trips(self, count: str):
        start_ms = time.ticks_ms()
        for _ in range(int(count)):
            await self.uplink._link.publish("bench/bc01", b"x" * 100)
        print("trips", int(count) * 1000 // time.ticks_diff(time.ticks_ms(), start_ms))

    async def state(self):
        self.uplink.report(STATE)

    async def stop(self):
        self.uplink.stop()

    async def hear(self):
        stdin = asyncio.StreamReader(sys.stdin.buffer)
        while True:
            words = (await stdin.readline()).decode().split()
            if not words:
                return
            asyncio.create_task(getattr(self, words[0])(*words[1:]))

    async def run(self):
        asyncio.create_task(self.hear())
        print("ready", self.journal.last, self.journal.acked)
        await self.uplink.run()
        print("stopped")


asyncio.run(
    Program(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], bytes.fromhex(sys.argv[4])).run()
)
