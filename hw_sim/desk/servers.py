"""The service and, where it is a program of its own, the MQTT server: loaded, started, killed."""

import hashlib
import json
import secrets
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

from hw_sim.desk import config, mosquitto, ports
from hw_sim.desk.keys import Keys, write_private
from hw_sim.desk.process import Process

STAFF = "manager"  # The account of whoever sits at this district.
ANSWER_TIMEOUT_S = 10.0
# The service is on this machine: no proxy that the environment names stands between.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Servers:
    """Addresses are chosen once, so that a server comes back where it was."""

    def __init__(
        self, folder: Path, keys: Keys, *, external: bool, web_port: int, say: Callable[[str], None]
    ) -> None:
        self.mqtt = (ports.HOST, ports.free())
        self.web = (ports.HOST, ports.next_free(web_port))
        self._folder = folder
        self._keys = keys
        self._say = say
        self._config = folder / "service.json"
        command = [sys.executable, "-m", "broker", "serve", "--config", str(self._config)]
        self.service = Process("service", command, folder / "logs" / "service.log", say=say)
        self.server = self._mosquitto() if external else None

    @property
    def url(self) -> str:
        return f"http://{self.web[0]}:{self.web[1]}"

    @property
    def token(self) -> str:
        """The console's: the service makes it at its first start."""
        told: dict[str, str] = json.loads((self._folder / "data" / "console.json").read_text())
        return told["token"]

    def let_staff_in(self) -> str:
        """Make an account that manages all, and return its new password.  The service must run."""
        password = secrets.token_hex(6)
        self._tell(f"/v1/staff/{STAFF}", {"role": "manager"})
        self._tell(f"/v1/staff/{STAFF}/password", {"password": password})
        return password

    async def start(self, sample: Path) -> None:
        """Load the library when it is not yet, and serve."""
        values = config.service(
            self._folder / "data", self.mqtt, self.web, self._keys, embedded=not self.server
        )
        config.write(self._config, values)
        await self._load(sample)
        if self.server:
            await mosquitto.prepare(self._folder / "mosquitto", self.mqtt[1], self._keys)
        await self.serve()

    async def serve(self) -> None:
        """Switch on what is off, and return when it serves."""
        if self.server:
            await self.server.start()
            await ports.answers(*self.mqtt)
        await self.service.start("ready ")

    async def stop(self) -> None:
        await self.service.stop()
        if self.server:
            await self.server.stop()

    async def kill_service(self) -> None:
        await self.service.kill()

    async def kill_server(self) -> None:
        """Kill the MQTT server: the service itself, where that has it inside."""
        await (self.server or self.service).kill()

    def _tell(self, path: str, said: dict[str, str]) -> None:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(
            self.url + path, data=json.dumps(said).encode(), headers=headers, method="PUT"
        )
        with _OPENER.open(request, timeout=ANSWER_TIMEOUT_S):
            pass

    def _mosquitto(self) -> Process:
        command = mosquitto.command(self._folder / "mosquitto")
        return Process("mosquitto", command, self._folder / "logs" / "mosquitto.log", say=self._say)

    async def _load(self, sample: Path) -> None:
        """Import the sample library with the keys, once for each edition of it."""
        tables = sorted(sample.glob("*.csv"))
        edition = hashlib.sha256(b"".join(table.read_bytes() for table in tables)).hexdigest()
        marker = self._folder / "loaded"
        if marker.exists() and marker.read_text() == edition:
            return
        self._say("first run: the sample library is loaded into the ledger")
        folder = self._folder / "library"
        folder.mkdir(exist_ok=True, mode=0o700)
        for table in tables:
            (folder / table.name).write_bytes(table.read_bytes())
        write_private(folder / "keys.csv", (self._folder / "keys" / "keys.csv").read_text())
        command = [sys.executable, "-m", "broker", "load", str(folder)]
        command += ["--config", str(self._config)]
        loaded = await Process("load", command, self._folder / "logs" / "load.log").run()
        counts = [word.partition(".csv=") for word in loaded.split()]
        self._say("loaded: " + ", ".join(f"{count} {name}" for name, _, count in counts))
        marker.write_text(edition)
