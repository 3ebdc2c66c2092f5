"""A ledger with an afternoon in it, the application over it, and a client with the token."""

import dataclasses
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient

from broker.desk.requests import Answer
from broker.ledger import database
from broker.ledger.read import Reader
from broker.live import Hub
from broker.staff.office import Staff
from broker.staff.openings import Openings
from broker.web.app import Refused, create_app
from broker.web.parts import DeskJob
from tests.broker.staff.accounts import link, staff_over
from tests.broker.web import library

TOKEN = "sesame-open"
KEY = bytes(range(32))


@dataclasses.dataclass
class House:
    """The application and what it works with."""

    app: FastAPI
    hub: Hub
    library: library.Library
    orders: list[tuple[str, str, int]]
    staff: Staff

    def key(self, role: str = "manager") -> str:
        """Return the key of a link that signs somebody in."""
        return link(self.staff, role)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    afternoon = library.afternoon(tmp_path)
    engine = database.open_reader(tmp_path)
    hub, orders = Hub(), list[tuple[str, str, int]]()

    def send_order(device: str, op: str, door: int, _staff: str, _reason: str) -> str:
        if device == "bc03":
            raise Refused("stale_session")
        orders.append((device, op, door))
        return "o1"

    def at_desk(_job: DeskJob) -> Answer:
        raise AssertionError("this house has no desk")

    staff = staff_over(afternoon.db, engine, lambda: library.NOW_MS)
    app = create_app(
        read=Reader(engine),
        hub=hub,
        send_order=send_order,
        at_desk=at_desk,
        token=TOKEN,
        timezone="Asia/Shanghai",
        device_key=lambda device: KEY if device == "kx01" else None,
        now_ms=lambda: library.NOW_MS,
        staff=staff,
        openings=Openings(
            do=staff.do, open_door=lambda *_asked: "o1", now_ms=lambda: library.NOW_MS
        ),
    )
    yield House(app, hub, afternoon, orders, staff)
    hub.close()
    engine.dispose()
    afternoon.close()


@pytest.fixture
def stranger(house: House) -> Iterator[TestClient]:
    with TestClient(house.app, base_url="http://127.0.0.1", follow_redirects=False) as client:
        yield client


@pytest.fixture
def staff(stranger: TestClient) -> TestClient:
    stranger.headers["Authorization"] = f"Bearer {TOKEN}"
    return stranger


@pytest.fixture
def address(house: House) -> Iterator[str]:
    """The application behind a real socket."""
    config = uvicorn.Config(house.app, log_level="warning", timeout_graceful_shutdown=3)
    server = uvicorn.Server(config)
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    house.hub.close()
    server.should_exit = True
    thread.join(timeout=20)
    listening.close()
    assert not thread.is_alive()


@pytest.fixture
def visitor(address: str) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with httpx.Client(base_url=address, headers=headers, timeout=10) as client:
        yield client
