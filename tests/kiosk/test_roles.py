"""One program, many machines: what each role needs of its configuration, and what it is told."""

import http.server
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bookcase_fw import sign
from kiosk.config import ConfigError, load
from kiosk.core.events import Inside, Near, Neighbours, Stocked
from kiosk.core.roles import ROLES
from kiosk.services.asked import Asked
from kiosk.services.neighbours import neighbours
from kiosk.services.shelf import stocked

KEY = bytes(range(32))
LIMIT_S = 20
FULL = {
    "device": "kx01", "key": "11" * 32, "district_key": "22" * 32, "mqtt": ["127.0.0.1", 9],
    "data": "data", "tray": "socket://t:1", "scanner": "socket://s:1", "keypad": "socket://k:1",
    "printer": "socket://p:1", "controller": "socket://c:1", "doors": 4,
}  # fmt: skip


def written(folder: Path, without: str = "", **fields: Any) -> Path:
    path = folder / "kiosk.json"
    path.write_text(json.dumps({n: v for n, v in FULL.items() if n != without} | fields))
    return path


@pytest.mark.parametrize(("role", "parts"), [(name, role.parts) for name, role in ROLES.items()])
def test_a_role_opens_its_own_parts(tmp_path: Path, role: str, parts: tuple[str, ...]) -> None:
    loaded = load(written(tmp_path), role)

    assert (loaded.role, tuple(loaded.ports)) == (role, parts)


def test_without_a_role_the_configuration_names_it(tmp_path: Path) -> None:
    assert load(written(tmp_path)).role == "selfcheck"
    assert load(written(tmp_path, role="return24")).role == "return24"


@pytest.mark.parametrize(
    ("role", "without", "said"),
    [
        ("selfcheck", "tray", "tray is missing: a selfcheck needs it"),
        ("selfcheck", "mqtt", "mqtt is missing"),
        ("selfcheck", "district_key", "district_key wants hexadecimal digits"),
        ("return24", "tray", "tray is missing: a return24 needs it"),
        ("bookcase", "controller", "controller is missing: a bookcase needs it"),
    ],
)
def test_what_a_role_misses_is_named(tmp_path: Path, role: str, without: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        load(written(tmp_path, without=without), role)


def test_a_keypad_may_be_missing(tmp_path: Path) -> None:
    assert "keypad" not in load(written(tmp_path, without="keypad")).ports


def test_a_role_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such role: opera"):
        load(written(tmp_path, role="opera"))


def test_check_names_each_part_that_does_not_answer(tmp_path: Path) -> None:
    path = written(tmp_path, data=str(tmp_path), tray="socket://127.0.0.1:9")
    command = [sys.executable, "-m", "kiosk", "check", "--config", str(path)]

    said = subprocess.run(command, capture_output=True, text=True, timeout=60)

    assert said.returncode == 1
    lines = {line.split()[0]: line.split()[1] for line in said.stdout.splitlines()}
    assert (lines["fonts"], lines["data"], lines["tray"]) == ("ok", "ok", "FAILS")


# --- what is inside a bookcase, from the service -----------------------------------------------


class Service(http.server.BaseHTTPRequestHandler):
    asked: queue.Queue[tuple[str, str, str]] = queue.Queue()
    answer = b"[]"

    def do_GET(self) -> None:
        self.asked.put((self.path, self.headers["X-Time-Ms"], self.headers["X-Signature"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def web() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def shelf_of(web: str, folder: Path, told: "queue.Queue[Any]") -> Asked:
    return Asked(
        "copies", web=web, device="bc01", key=KEY, folder=folder, wall_ms=lambda: 5,
        understand=stocked, post=told.put,
    )  # fmt: skip


def test_neighbours_are_understood_in_the_order_of_the_service() -> None:
    rows = [
        {"device": "bc02", "kind": "bookcase", "place_zh": "商场", "place_en": "Mall", "metres": 0},
        {"device": "kx02", "kind": "kiosk", "place_zh": "分馆", "place_en": "Branch", "metres": 80},
    ]

    assert neighbours(json.dumps(rows).encode()) == Neighbours(
        (Near("bc02", "商场", "Mall", 0), Near("kx02", "分馆", "Branch", 80))
    )


def test_the_shelf_is_asked_for_and_kept_for_a_night_without_a_network(
    tmp_path: Path, web: str
) -> None:
    copies = [
        {"barcode": "MH00000002", "tag": "E2", "door": 2, "title": "活着", "author": "余华"},
        {"barcode": "MH00000001", "tag": "E1", "door": 1, "title": "三体", "class": "I247.55"},
    ]
    Service.answer = json.dumps(copies).encode()
    expected = Stocked((Inside("E1", 1, "三体", "", "I247.55"), Inside("E2", 2, "活着", "余华")))
    told: queue.Queue[Stocked] = queue.Queue()

    shelf = shelf_of(web, tmp_path, told)
    shelf.start()
    assert told.get(timeout=LIMIT_S) == expected
    path, time, signature = Service.asked.get(timeout=LIMIT_S)
    shelf.stop()
    shelf.join(LIMIT_S)

    assert (path, time) == ("/v1/machines/bc01/copies", "5")
    assert signature == sign.hexadecimal(sign.hmac(KEY, b"5\n/v1/machines/bc01/copies"))
    later = shelf_of("http://127.0.0.1:9", tmp_path, told)
    later.start()
    assert told.get(timeout=LIMIT_S) == expected
    later.stop()
    later.join(LIMIT_S)


@pytest.mark.parametrize("answer", [b"", b"{}", b"[1]", b'[{"tag": 1}]', b"\xff"])
def test_an_answer_that_is_not_understood_changes_nothing(
    tmp_path: Path, web: str, answer: bytes
) -> None:
    Service.answer = answer
    told: queue.Queue[Stocked] = queue.Queue()
    shelf = shelf_of(web, tmp_path, told)

    shelf.start()
    Service.asked.get(timeout=LIMIT_S)
    shelf.stop()
    shelf.join(LIMIT_S)

    assert told.empty()
    assert not (tmp_path / "copies.json").exists()
