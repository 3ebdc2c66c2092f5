"""A district on the desk: every real program, the world around it, and the control of both.

    async with Desk(folder, bookcases=2, kiosks=0) as desk:
        await desk.hands("scan bc01 SG00000001")
        ...
        report = await desk.oracle.settle(timeout_s=20)

The folder keeps what outlives a run: keys, the ledger, flash images, the world.  One desk holds it
at a time.  Leaving ends every program, also when starting failed half way.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from hw_sim import control, hands, machines
from hw_sim.desk import config, eyes, keep, keys
from hw_sim.desk.eyes import Eyes
from hw_sim.desk.hold import hold
from hw_sim.desk.people import PACES, People
from hw_sim.desk.ports import next_free
from hw_sim.desk.process import Process, ProcessError
from hw_sim.desk.rows import rows
from hw_sim.desk.servers import Servers
from hw_sim.desk.station import Station, firmware
from hw_sim.ledger import Service
from hw_sim.machines import KioskTwins
from hw_sim.oracle import Oracle
from hw_sim.world import radio, sample
from hw_sim.world.truth import Happening

SERVED_TIMEOUT_S = 60.0
POLL_S = 0.1


class Plan(NamedTuple):
    """What stands on the desk."""

    bookcases: int
    kiosks: int
    catalogues: int
    glass: int
    lockers: int
    returns: int
    readers: str
    seed: int
    mqtt: str
    web_port: int
    control_port: int
    timings: config.Timings
    kiosk_timings: config.Timings


def _silent(*_said: object) -> None:
    pass


class Desk:
    """`say` hears of what the desk does, `tell` of all that truly happens.

    `readers` is a word of people.PACES, `mqtt` is embedded or mosquitto.  Of a port that is taken
    the next free one is used; 0 wants any.  `timings` override constants, in ms.  `servers` makes
    the servers, where they are not the usual ones.
    """

    def __init__(
        self,
        folder: Path,
        *,
        bookcases: int = 3,
        kiosks: int = 1,
        catalogues: int = 0,
        glass: int = 0,
        lockers: int = 0,
        returns: int = 0,
        readers: str = "none",
        seed: int = 1,
        mqtt: str = "embedded",
        web_port: int = 0,
        control_port: int = 0,
        timings: config.Timings | None = None,
        kiosk_timings: config.Timings | None = None,
        servers: Callable[..., Servers] = Servers,
        say: Callable[[str], None] = _silent,
        tell: Callable[[Happening], None] = _silent,
    ) -> None:
        self.plan = Plan(
            bookcases=bookcases,
            kiosks=kiosks,
            catalogues=catalogues,
            glass=glass,
            lockers=lockers,
            returns=returns,
            readers=readers,
            seed=seed,
            mqtt=mqtt,
            web_port=web_port,
            control_port=control_port,
            timings=timings or {},
            kiosk_timings=kiosk_timings or {},
        )
        self.stations: dict[str, Station] = {}
        self._eyes: dict[str, Eyes] = {}
        self._make_servers = servers
        self._folder = folder.resolve()
        self._say = say
        self._tell = tell
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            stack.enter_context(hold(self._folder))
            await self._furnish(stack)
            await self._start(stack)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    async def hands(self, line: str) -> list[str]:
        """Carry out a line of the table of hands and faults; raises HandError."""
        return await self.table.run(line)

    def eyes(self, device: str) -> Eyes:
        """Return what somebody in front of a machine sees."""
        return self._eyes[device]

    async def served(self, timeout_s: float = SERVED_TIMEOUT_S) -> None:
        """Wait until every machine is served and ready; raises ProcessError."""
        waiting = set(self.stations)
        end_s = time.monotonic() + timeout_s
        while waiting:
            rows = await self.service.get("/v1/machines")
            waiting -= {row["device"] for row in rows if _ready(row)}
            if waiting and time.monotonic() > end_s:
                names = ", ".join(sorted(waiting))
                logs = self._folder / "logs"
                raise ProcessError(f"Not served after {timeout_s:.0f} s: {names}; see {logs}.")
            await asyncio.sleep(POLL_S if waiting else 0)

    # How it is put together.

    async def _furnish(self, stack: AsyncExitStack) -> None:
        """Set up the world, with its machines' parts, and the servers, all of it still."""
        listed = sample.rows(sample.FOLDER, "machines")
        self.keys = keys.load_or_make(self._folder / "keys", [row["device"] for row in listed])
        path = self._folder / "world.json"
        self.world = sample.load(now_ms)
        keep.load(path, self.world)
        self._keeper = keep.Keeper(path, self.world, self._tell)
        stack.callback(self._keeper.save)
        self.radio = radio.Radio(self.world, radio.load(), self.plan.seed)
        self.servers = self._make_servers(
            self._folder,
            self.keys,
            external=self.plan.mqtt == "mosquitto",
            web_port=self.plan.web_port,
            say=self._say,
        )
        plan = self.plan
        counts = {"bc": plan.bookcases, "gc": plan.glass, "pl": plan.lockers, "rt": plan.returns}
        counts |= {"kx": plan.kiosks, "oc": plan.catalogues}
        for name, count in counts.items():
            make = self._bookcase if name in config.MACHINES else self._kiosk
            for row in [row for row in listed if row["device"][:2] == name][:count]:
                self.stations[row["device"]] = make(row)

    async def _start(self, stack: AsyncExitStack) -> None:
        """Start the servers, then all machines at once, then the people."""
        stack.push_async_callback(self.servers.stop)
        self._say("starting the service")
        await self.servers.start(sample.FOLDER)
        self.service = Service(self.servers.url, self.servers.token)
        self._say(f"starting {len(self.stations)} machines")
        stations = self.stations.values()
        stack.push_async_callback(_together, [station.stop for station in stations])
        await _together([station.start for station in stations])
        twins = {name: station.twins for name, station in self.stations.items()}
        self.room = hands.Room(self.world, self.radio, twins, asyncio.sleep)
        self.table = hands.table(self.room, rows(self.world, self.stations, self.servers))
        self.oracle = Oracle(self.world, self.service, self.stations)
        server = control.Server(self.table.run)
        stack.push_async_callback(server.stop)
        self.control = await server.start(next_free(self.plan.control_port))
        await self.served()
        pace = PACES[self.plan.readers]
        self.people = People(self.room, self.table.run, self._eyes, pace, self.plan.seed)
        stack.push_async_callback(self.people.stop)
        self.people.start()

    def _bookcase(self, row: dict[str, str]) -> Station:
        device = row["device"]
        twins = machines.twins(device, config.fitting(device), self.world, self.radio)
        self._eyes[device] = eyes.on(twins.screen)
        flash = self._folder / "flash" / f"{device}.img"
        flash.parent.mkdir(exist_ok=True)
        path = self._folder / f"{device}.json"
        command, environment = firmware(path)
        process = self._process(device, command, environment)

        def configure(mqtt: config.Address, ports: config.Ports) -> None:
            timings = self.plan.timings
            phone = f"{self.servers.url}/phone"
            values = config.bookcase(row, mqtt, ports, self.keys, flash, timings)
            config.write(path, values | {"phone": phone})

        return Station(twins, self.servers.mqtt, process, configure)

    def _kiosk(self, row: dict[str, str]) -> Station:
        device = row["device"]
        twins = KioskTwins(device, self.world, self.radio, config.role(device))
        path = self._folder / f"{device}.json"
        command = [sys.executable, "-m", "kiosk", "run", "--config", str(path)]
        self._eyes[device] = Eyes()
        process = self._process(device, command, {})

        def configure(mqtt: config.Address, urls: config.Ports) -> None:
            data, web = self._folder / device, self.servers.url
            timings = self.plan.kiosk_timings
            config.write(path, config.kiosk(device, mqtt, urls, self.keys, data, web, timings))

        return Station(twins, self.servers.mqtt, process, configure)

    def _process(self, name: str, command: list[str], environment: dict[str, str]) -> Process:
        log = self._folder / "logs" / f"{name}.log"
        return Process(name, command, log, environment, self._say, self._eyes[name].hear)


def _ready(row: dict[str, Any]) -> bool:
    """Say whether a machine is served, and knows its readers without a network, too."""
    return bool(row["served"] and row["policy"])


async def _together(acts: Iterable[Callable[[], Awaitable[None]]]) -> None:
    """Do all of it at once, and all of it to its end; then raise what failed first."""
    results = await asyncio.gather(*(act() for act in acts), return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result


def now_ms() -> int:
    return time.time_ns() // 1_000_000
