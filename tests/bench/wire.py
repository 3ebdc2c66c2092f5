"""P13: what a bookcase on 4G sends and receives in a month, TLS and TCP headers included.

The real firmware, Mosquitto with certificates and the service; a wire between that counts.  Idle,
the durations of the 4G profile run QUICKER times as fast, so that a minute is hours; sessions run
as in life, and what was idle in between is taken off.  A month has 30 days of 50 sessions, and one
new connection a day.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bookcase_fw.tables.link import PROFILES, TIMINGS
from hw_sim.desk import eyes, keys
from hw_sim.machines import BookcaseTwins
from hw_sim.world import radio, sample
from hw_sim.world.places import Compartment
from tests.bench import figures
from tests.bench.stage import SIZE
from tests.deploy.parts import HOST, asked, files_of, firmware, mqtt_server, service, until

GOAL_MB = 15
DAYS, SESSIONS_A_DAY, CONNECTIONS_A_DAY = 30, 50, 1
QUICKER = 240
IDLE_S = 60 * SIZE
SETTLE_S = 8.0  # For the counts of a start, which belong to the connection.
SESSION_COUNT = max(2, int(20 * SIZE))
HEADER_SIZE = 52  # Of IPv4 and TCP with timestamps; each packet is answered by such an empty one.
PACKET_SIZE_MAX = 1448
CARD, DEVICE, DOOR = "SG00000001", "bc01", 1
SERVED = "SELECT served FROM device_state WHERE online = 1 AND served = session"
MB = 1_000_000


class Wire:
    """Passes every byte on to a port of this machine, and counts what a network would carry."""

    def __init__(self, target: int) -> None:
        self.size = 0
        self._target = target

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind = await asyncio.open_connection("127.0.0.1", self._target)
        self.size += 3 * HEADER_SIZE  # The handshake of TCP.
        await asyncio.gather(self._carry(reader, behind[1]), self._carry(behind[0], writer))

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(4096):
            packets = -(-len(data) // PACKET_SIZE_MAX)
            self.size += len(data) + 2 * HEADER_SIZE * packets
            writer.write(data)
            await writer.drain()
        writer.close()


class Month:
    """Bytes of each thing that a month is made of."""

    connection = idle_hour = session = 0.0

    def total(self) -> float:
        a_day = CONNECTIONS_A_DAY * self.connection + 24 * self.idle_hour
        return DAYS * (a_day + SESSIONS_A_DAY * self.session)


def measure() -> None:
    month = Month()
    slow = TIMINGS | PROFILES["4g"]
    quick = {name: slow[name] // QUICKER for name in ("keep_alive_ms", "beat_ms", "greet_ms")}
    with tempfile.TemporaryDirectory(prefix="shugui-bench-") as folder:
        asyncio.run(_idle(Path(folder), month, quick))
    with tempfile.TemporaryDirectory(prefix="shugui-bench-") as folder:
        asyncio.run(_sessions(Path(folder), month))
    note = (
        f"{DAYS} days of {SESSIONS_A_DAY} sessions; {IDLE_S * QUICKER / 3600:.1f} h idle at "
        f"{QUICKER} times the speed, {SESSION_COUNT} sessions of two books in life; headers of TCP "
        f"and an answer to each packet counted as {HEADER_SIZE} bytes each"
    )
    figures.report("P13", "4G profile, a month", month.total() / MB, "MB",
                   goal=GOAL_MB, better="lower", note=note)  # fmt: skip
    for name in ("connection", "idle_hour", "session"):
        words = "4G profile, " + name.replace("idle_hour", "an idle hour")
        figures.report("P13", words, getattr(month, name), "bytes", goal=None, better="lower")


async def _idle(folder: Path, month: Month, quick: dict[str, int]) -> None:
    async with _bookcase(folder, quick) as (wire, _twins):
        month.connection = wire.size
        await asyncio.sleep(SETTLE_S)
        before = wire.size
        await asyncio.sleep(IDLE_S)
        month.idle_hour = (wire.size - before) / (IDLE_S * QUICKER / 3600)


async def _sessions(folder: Path, month: Month) -> None:
    async with _bookcase(folder, {}) as (wire, twins):
        look = eyes.on(twins.screen)
        before = wire.size
        for number in range(SESSION_COUNT):
            await _session(twins, look, take=number % 2 == 0)
        month.session = (wire.size - before) / SESSION_COUNT


async def _session(twins: BookcaseTwins, look: eyes.Eyes, *, take: bool) -> None:
    """A reader takes two books, or brings them back."""
    world = twins._world
    await look.see("welcome", timeout_s=60)
    twins.scan(CARD)
    await look.see("choose")
    twins.choose(DOOR)
    await look.see("opening")
    twins.pull(DOOR)
    await look.see("open")
    inside = world.at(Compartment(DEVICE, DOOR))
    for copy in inside[:2] if take else world.in_hands_near(DEVICE):
        if take:
            world.take(DEVICE, DOOR, copy.barcode, CARD)
        else:
            world.put(DEVICE, DOOR, copy.barcode)
    twins.shut(DOOR)
    await look.see("done", "again", timeout_s=60)
    twins.leave()


@asynccontextmanager
async def _bookcase(
    folder: Path, timings: dict[str, int]
) -> AsyncIterator[tuple[Wire, BookcaseTwins]]:
    """A served bookcase on the 4G profile, behind a wire that counts."""
    secrets = keys.load_or_make(folder, [DEVICE])
    world = sample.load(lambda: 0, devices=[DEVICE])
    twins = BookcaseTwins(DEVICE, 4, world, radio.Radio(world, radio.load(), 1))
    async with mqtt_server(folder) as server, service(folder, server, secrets):
        wire = Wire(server)
        between = await asyncio.start_server(wire.serve, HOST, 0)
        port = between.sockets[0].getsockname()[1]
        files = files_of(folder / "certificates", DEVICE, "der")
        machine = firmware(folder, secrets, files, twins, port, profile="4g", timings=timings)
        await machine.start()
        try:
            await until(lambda: asked(folder, SERVED), "it is served")
            yield wire, twins
        finally:
            await machine.stop()
            between.close()
