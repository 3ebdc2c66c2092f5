"""The servers of a soak: several services on one PostgreSQL and Mosquitto, each behind wires.

Every service reaches the database and the MQTT server through wires of its own, so that one may be
cut off while the others are not.  Machines have their own wires, as on any desk.
"""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from hw_sim.desk import config, mosquitto, ports
from hw_sim.desk.keys import Keys
from hw_sim.desk.process import Process, ProcessError
from hw_sim.desk.proxy import Proxy
from hw_sim.desk.servers import Servers
from hw_sim.soak.postgres import Postgres

STARTS_MAX, AGAIN_S = 20, 1.0


class Member:
    """One service with its wires."""

    def __init__(self, process: Process, path: Path, mqtt: Proxy, database: Proxy) -> None:
        self.process = process
        self.path = path  # Of its configuration.
        self.mqtt = mqtt
        self.database = database


class District(Servers):
    """The first service is the one that is asked over HTTP."""

    def __init__(
        self,
        folder: Path,
        keys: Keys,
        *,
        external: bool,
        web_port: int,
        say: Callable[[str], None],
        services: int,
    ) -> None:
        super().__init__(folder, keys, external=True, web_port=web_port, say=say)
        self.postgres = Postgres(folder, folder / "logs")
        self.members = [
            self._member(self.service, self._config),
            *(self._another(number) for number in range(2, services + 1)),
        ]

    async def start(self, sample: Path) -> None:
        await self.postgres.start()
        await mosquitto.prepare(self._folder / "mosquitto", self.mqtt[1], self._keys)
        for number, member in enumerate(self.members, 1):
            wires = [await wire.start() for wire in (member.mqtt, member.database)]
            web = self.web if number == 1 else (ports.HOST, ports.free())
            data = self._folder / ("data" if number == 1 else f"data{number}")
            at = (ports.HOST, wires[0])
            values = config.service(data, at, web, self._keys, embedded=False)
            config.write(member.path, values | {"database": Postgres.url(wires[1])})
        await self._load(sample)
        await self.serve()

    async def serve(self) -> None:
        """Switch on what is off, and return when all serve."""
        await self.postgres.start()
        assert self.server
        await self.server.start()
        await ports.answers(*self.mqtt)
        for member in self.members:
            await self.serve_again(member.process)

    async def serve_again(self, service: Process) -> None:
        """Start a service, and again when it cannot reach its database, as systemd does."""
        for _try in range(STARTS_MAX):
            try:
                await service.start("ready ")
                return
            except ProcessError:
                await asyncio.sleep(AGAIN_S)
        await service.start("ready ")

    async def stop(self) -> None:
        for member in self.members:
            await member.process.stop()
        for member in self.members:
            await member.mqtt.stop()
            await member.database.stop()
        assert self.server
        await self.server.stop()
        await self.postgres.process.stop()

    def _another(self, number: int) -> Member:
        path = self._folder / f"service{number}.json"
        command = [sys.executable, "-m", "broker", "serve", "--config", str(path)]
        log = self._folder / "logs" / f"service{number}.log"
        return self._member(Process(f"service{number}", command, log, say=self._say), path)

    def _member(self, process: Process, path: Path) -> Member:
        database = (ports.HOST, self.postgres.port)
        return Member(process, path, Proxy(self.mqtt), Proxy(database))
