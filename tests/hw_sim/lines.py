"""A room of small machines for tests, and the driver's end of a part's line, over TCP."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from bookcase_fw.codecs.stream import Decoder
from hw_sim.hands import Room
from hw_sim.machines import BookcaseTwins, BoxedTwins, KioskTwins, ReturnTwins
from hw_sim.world import radio
from hw_sim.world.radio import Radio
from tests.hw_sim.small import small_world

FRAME_TIMEOUT_S = 10.0


async def at_once(_seconds: float) -> None:
    """Wait for nothing: time in these rooms is told, not waited for."""


def small_room() -> Room:
    world = small_world()
    air = Radio(world, radio.load(), seed=1)
    machines: dict[str, BoxedTwins | KioskTwins] = {
        device: BookcaseTwins(device, 2, world, air) for device in ("bc01", "bc02")
    }
    machines["kx01"] = KioskTwins("kx01", world, air)
    machines["rt01"] = ReturnTwins("rt01", world, air, bins=2)
    return Room(world, air, machines, at_once)


@contextlib.asynccontextmanager
async def plugged_in(room: Room) -> AsyncIterator[None]:
    for machine in room.machines.values():
        await machine.start()
    try:
        yield
    finally:
        for machine in room.machines.values():
            await machine.stop()


class Line:
    """The end of a line where a driver would be."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    def send(self, data: bytes) -> None:
        self._writer.write(data)

    async def frame(self, decoder: Decoder) -> object:
        """Return the next frame that the decoder makes of what arrives."""
        async with asyncio.timeout(FRAME_TIMEOUT_S):
            while True:
                for frame in decoder.feed(await self._reader.read(256)):
                    return frame


@contextlib.asynccontextmanager
async def line(address: tuple[str, int]) -> AsyncIterator[Line]:
    reader, writer = await asyncio.open_connection(*address)
    try:
        yield Line(reader, writer)
    finally:
        writer.close()
