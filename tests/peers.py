"""What uplinks are tested against, as fixtures: real MQTT servers and the least of a service."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.mqtt_servers import SERVERS, Mosquitto, Server
from tests.tiny_service import TinyService

Services = Callable[[Server], TinyService]


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    with SERVERS[request.param](tmp_path) as server:
        yield server


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Server]:
    with Mosquitto(tmp_path) as server:
        yield server


def services(device: str, key: bytes) -> Iterator[Services]:
    """Yield what makes a service for this device; they are closed at the end."""
    made: list[TinyService] = []

    def make(server: Server) -> TinyService:
        made.append(TinyService(server.port, device, key))
        return made[-1]

    yield make
    for service in made:
        service.close()
