"""Where facts are measured: Mosquitto, a database and the service as processes, on a new ledger."""

import asyncio
import os
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import psycopg

from hw_sim.desk import config, keys, mosquitto, ports
from hw_sim.desk.process import Process
from tests.bench import district
from tests.postgres import Postgres

SIZE = float(os.environ.get("SIZE", "1"))  # Of a bar that can be tried small: SIZE=0.01.
KINDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
_BROKER = (sys.executable, "-m", "broker")


class Stage:
    """`url` is that of an empty PostgreSQL database, or "" for a file."""

    def __init__(self, folder: Path, names: Sequence[str], url: str) -> None:
        self.names = names
        self.secrets = keys.load_or_make(folder / "keys", list(names))
        self.port = ports.free()
        self.folder = folder
        self._url = url
        self._config = folder / "service.json"
        self.server = Process(
            "mosquitto", mosquitto.command(folder / "mosquitto"), folder / "mosquitto.log"
        )
        serve = [*_BROKER, "serve", "--config", str(self._config)]
        self.service = Process("service", serve, folder / "service.log")

    async def prepare(self) -> None:
        """Write what the programs read, and load the library."""
        district.write(self.folder / "library", self.names, self.secrets)
        await mosquitto.prepare(self.folder / "mosquitto", self.port, self.secrets)
        here = ("127.0.0.1", self.port), ("127.0.0.1", ports.free())
        settings = config.service(self.folder / "service", *here, self.secrets, embedded=False)
        config.write(self._config, settings | {"database": self._url})
        load = [*_BROKER, "load", str(self.folder / "library"), "--config", str(self._config)]
        await Process("load", load, self.folder / "load.log").run()

    async def start(self) -> None:
        """Start the server, and the service when it answers; return when machines are served."""
        await self.server.start()
        await ports.answers("127.0.0.1", self.port)
        await self.service.start("ready")

    async def kill(self) -> None:
        """As kill -9 does."""
        await asyncio.gather(self.server.kill(), self.service.kill())

    async def stop(self) -> None:
        await self.service.stop()
        await self.server.stop()

    def count(self, table: str) -> int:
        """Return how many rows there are."""
        question = f"SELECT count(*) FROM {table}"
        if not self._url:
            with sqlite3.connect(self.folder / "service" / "ledger.sqlite") as ledger:
                return int(ledger.execute(question).fetchone()[0])
        with psycopg.connect(self._url) as connection:
            row = connection.execute(question.encode()).fetchone()
            assert row
            return int(row[0])

    def all_are_there(self, bar: str, facts: int) -> None:
        """Every session of two copies is in the inbox, and half of them began two loans."""
        rows, loans = self.count("inbox"), self.count("loan")
        if rows != facts or loans != facts:
            raise SystemExit(f"{bar}: {facts} facts were acknowledged; {rows} rows, {loans} loans")


@asynccontextmanager
async def running(folder: Path, names: Sequence[str], url: str) -> AsyncIterator[Stage]:
    """A stage that is served, ended afterwards whatever happens."""
    stage = Stage(folder, names, url)
    await stage.prepare()
    try:
        await stage.start()
        yield stage
    finally:
        await stage.stop()


@contextmanager
def empty_database(kind: str) -> Iterator[str]:
    """Yield the address of an empty database; PostgreSQL is started for it, durable as in life."""
    if kind == "sqlite":
        yield ""
        return
    with Postgres(durable=True) as server:
        yield server.empty()
