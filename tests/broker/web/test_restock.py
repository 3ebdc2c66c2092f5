"""Restock rounds over HTTP, and on a shelver's phone."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from fastapi.testclient import TestClient

from broker.desk.requests import Answer
from broker.ledger import database
from broker.ledger.read import Reader
from broker.live import Hub
from broker.web.app import create_app
from broker.web.parts import DeskJob
from tests.broker.desk import Desk
from tests.broker.restock.test_rounds import BEGIN_MS, House
from tests.broker.staff.accounts import InTurn, link, staff_over
from tests.broker.web.browser import Browser, BrowserError
from tests.broker.web.conftest import TOKEN

ALIVE = "document.getElementById('pulse').classList.contains('alive')"


class Branch:
    """A branch with copies on its shelves, two bookcases, and the application over it."""

    def __init__(self, folder: Path, url: str) -> None:
        self.house = House(Desk(folder, url))
        self.hub = Hub()
        self.engine = database.open_reader(folder, url)
        self.turn = InTurn(self.house.db)
        self.staff = staff_over(self.house.db, self.engine, lambda: BEGIN_MS, self.turn)
        self.app = create_app(
            read=Reader(self.engine),
            hub=self.hub,
            send_order=lambda *_order: "",
            at_desk=self.at_desk,
            token=TOKEN,
            timezone="Asia/Shanghai",
            device_key=lambda _device: None,
            now_ms=lambda: BEGIN_MS,
            staff=self.staff,
        )

    def at_desk(self, job: DeskJob) -> Answer:
        with self.turn.lock:
            answer: Answer = self.house.do(lambda: job(self.house.desk.exchange.desk, BEGIN_MS))
            return answer

    def close(self) -> None:
        self.hub.close()
        self.engine.dispose()
        self.house.db.close()


@pytest.fixture
def branch(tmp_path: Path, database_url: str) -> Iterator[Branch]:
    made = Branch(tmp_path / "data", database_url)
    yield made
    made.close()


@pytest.fixture
def staff(branch: Branch) -> Iterator[TestClient]:
    with TestClient(branch.app, base_url="http://127.0.0.1") as client:
        client.headers["Authorization"] = f"Bearer {TOKEN}"
        yield client


@pytest.fixture
def address(branch: Branch) -> Iterator[str]:
    """The application behind a real socket."""
    config = uvicorn.Config(branch.app, log_level="warning", timeout_graceful_shutdown=3)
    server = uvicorn.Server(config)
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    branch.hub.close()
    server.should_exit = True
    thread.join(timeout=20)
    listening.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with Browser() as browser:
        yield browser


def begin(staff: TestClient, key: str = "begin-round-1") -> int:
    body = {"bag": "A", "site": "lib01", "devices": ["bc02"]}
    answer = staff.post("/v1/rounds", json=body, headers={"Idempotency-Key": key})
    assert answer.status_code == 201, answer.text
    number: int = answer.json()["round"]
    return number


def test_bookcases_say_what_they_want(staff: TestClient) -> None:
    wishes = staff.get("/v1/restock/lib01").json()

    devices = {wish["place"]["device"] for wish in wishes}
    assert devices == {"bc01", "bc02"}
    assert all(wish["keep_free"] > 0 for wish in wishes)


def test_a_round_is_begun_once_loaded_and_ended(staff: TestClient) -> None:
    number = begin(staff)
    assert begin(staff) == number
    barcode = "MH00000001"

    scan = {"barcode": barcode}
    loaded = staff.post(
        f"/v1/rounds/{number}/load", json=scan, headers={"Idempotency-Key": "load-0001"}
    )

    assert loaded.status_code == 200, loaded.text
    found = staff.get(f"/v1/rounds/{number}").json()
    assert (found["loaded"], found["inside"]) == (1, [barcode])
    assert "bag" in staff.get(f"/v1/copies/{barcode}").json()["movements"][0]["words_en"]
    ended = staff.post(f"/v1/rounds/{number}/close", headers={"Idempotency-Key": "end-0001"})
    assert ended.status_code == 200
    again = staff.post(
        f"/v1/rounds/{number}/load", json=scan, headers={"Idempotency-Key": "load-0002"}
    )
    assert again.status_code == 409
    assert "closed" in again.json()["detail"]


def arrived(browser: Browser, path: str) -> None:
    """The question itself is lost while the browser goes from page to page."""
    for _attempt in range(50):
        try:
            browser.until(f"location.pathname === '{path}' && {ALIVE}")
            return
        except BrowserError:
            continue
    raise AssertionError(f"never came to {path}")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_shelvers_pages_fit_a_phone(
    chromium: Browser, address: str, branch: Branch, language: str
) -> None:
    chromium.open(f"{address}/?key={link(branch.staff, 'shelver')}&lang={language}")
    chromium.until(ALIVE)
    chromium.complaints.clear()
    chromium.size(360, 740)

    chromium.open(f"{address}/restock?lang={language}")
    chromium.until(ALIVE)
    assert chromium.ask("document.documentElement.scrollWidth") == 360
    chromium.ask("document.querySelectorAll('input[name=device]').forEach(i => i.checked = true)")
    chromium.ask("document.querySelector('form.shelver').submit()")
    arrived(chromium, "/restock/1")

    assert chromium.ask("document.documentElement.scrollWidth") == 360
    assert chromium.ask("document.querySelector('input[name=barcode]') !== null")
    assert chromium.complaints == []
