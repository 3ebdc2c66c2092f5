"""Real MQTT servers for tests: Mosquitto and amqtt as processes on one port, killed and restarted.

Neither keeps anything over a restart, as the default deployments do not.
"""

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

START_S = 20

MOSQUITTO_CONFIG = """\
user root
listener {port} 127.0.0.1
allow_anonymous true
persistence false
set_tcp_nodelay true
log_dest file {folder}/mosquitto.log
"""


class Server:
    """An MQTT server on a free port of this machine; a context manager that ends it."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._log = folder / "server.out"
        self._command = self._prepare(folder)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start on the same port as before and return when it accepts connections."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)
        until_s = time.monotonic() + START_S
        while time.monotonic() < until_s and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.01)
        raise RuntimeError(f"no MQTT server: {self._log.read_text()}")

    def kill(self) -> None:
        """End it as kill -9 does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def terminate(self) -> None:
        """Let it end in good order: it closes its connections."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()

    def freeze(self, still: bool = True) -> None:
        """Let it hang with its connections open, or go on."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP if still else signal.SIGCONT)

    def _prepare(self, folder: Path) -> list[str]:
        raise NotImplementedError


class Mosquitto(Server):
    def _prepare(self, folder: Path) -> list[str]:
        config = folder / "mosquitto.conf"
        config.write_text(MOSQUITTO_CONFIG.format(port=self.port, folder=folder))
        return ["mosquitto", "-c", str(config)]


class Amqtt(Server):
    def _prepare(self, folder: Path) -> list[str]:
        return [sys.executable, "-m", "tests.mqtt_servers", str(self.port)]


SERVERS = {"mosquitto": Mosquitto, "amqtt": Amqtt}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _serve_amqtt(port: int) -> None:
    import asyncio

    from amqtt.broker import Broker

    config = {
        "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
        "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
    }

    async def serve() -> None:
        await Broker(config).start()
        await asyncio.Event().wait()

    asyncio.run(serve())


if __name__ == "__main__":
    _serve_amqtt(int(sys.argv[1]))
