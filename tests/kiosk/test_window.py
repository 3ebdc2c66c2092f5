"""The whole kiosk as a process on a real X display: touched, scanned, keyed, pictured, ended."""

import asyncio
import http.server
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hw_sim.devices.gm65 import Scanner
from hw_sim.devices.keypad import Keypad
from hw_sim.devices.r200 import Reader
from hw_sim.devices.twin import Twin
from hw_sim.serialport import SerialPort

LIMIT_S = 30  # Only a test that fails waits so long.
TAG = "E28011700000020F1A2B3C4D"


class Lines:
    """What a process says, line by line; waits for the one that matters."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.said: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        assert process.stdout
        self._thread = threading.Thread(target=self._read, args=(process.stdout,), daemon=True)
        self._thread.start()

    def until(self, part: str) -> None:
        end_s = time.monotonic() + LIMIT_S
        try:
            while part not in (line := self._lines.get(timeout=end_s - time.monotonic())):
                self.said.append(line)
        except (queue.Empty, ValueError):
            raise AssertionError(f"{part!r} was not said, but {self.said}")

    def _read(self, stream: Any) -> None:
        for line in stream:
            self._lines.put(line)


class Twins:
    """The three devices on TCP, on a loop of their own."""

    def __init__(self) -> None:
        self.on_tray: list[tuple[str, int]] = []
        self.tray = Reader(lambda: list(self.on_tray))
        self.scanner, self.keypad = Scanner(), Keypad()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def url(self, twin: Twin) -> str:
        port = SerialPort(twin)
        future = asyncio.run_coroutine_threadsafe(port.start(), self._loop)
        return "socket://{}:{}".format(*future.result(LIMIT_S))

    def do(self, act: Any, *arguments: Any) -> None:
        self._loop.call_soon_threadsafe(act, *arguments)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(LIMIT_S)


class Pictures(http.server.BaseHTTPRequestHandler):
    taken: queue.Queue[bytes] = queue.Queue()

    def do_PUT(self) -> None:
        self.taken.put(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def display() -> Iterator[str]:
    reading, writing = os.pipe()
    command = [
        "Xvfb",
        "-displayfd",
        str(writing),
        "-screen",
        "0",
        "1080x1920x24",
        "-nolisten",
        "tcp",
    ]
    server = subprocess.Popen(command, pass_fds=(writing,), stderr=subprocess.DEVNULL)
    os.close(writing)
    with os.fdopen(reading) as said:
        yield f":{said.readline().strip()}"
    server.terminate()
    server.wait(LIMIT_S)


@pytest.fixture
def web() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pictures)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_finger_and_a_keypad_return_a_book_on_a_real_display(
    tmp_path: Path, display: str, web: str
) -> None:
    twins = Twins()
    path = tmp_path / "kiosk.json"
    path.write_text(json.dumps({
        "device": "kx01", "key": "11" * 32, "district_key": "22" * 32, "mqtt": ["127.0.0.1", 9],
        "data": str(tmp_path / "data"), "web": web, "tray": twins.url(twins.tray),
        "scanner": twins.url(twins.scanner), "keypad": twins.url(twins.keypad),
        "panel": {"diagonal_in": 21.5, "viewing_mm": 600},
    }))  # fmt: skip
    environment = {**os.environ, "DISPLAY": display, "PYTHONUNBUFFERED": "1"}
    environment.pop("SDL_VIDEODRIVER", None)
    kiosk = subprocess.Popen(
        [sys.executable, "-m", "kiosk", "--config", str(path)],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        said = Lines(kiosk)
        said.until("ready")
        assert Pictures.taken.get(timeout=LIMIT_S).startswith(b"\x89PNG")

        touch(display, 800, 1500)  # The right one of the two large choices: return.
        said.until("name='tray'")
        twins.on_tray.append((TAG, -50))
        said.until("name='review'")
        twins.do(twins.keypad.press, "go")
        said.until("name='result'")
        twins.do(twins.keypad.press, "go")
        said.until("name='take'")
        twins.on_tray.clear()
        said.until("name='goodbye'")

        assert not [line for line in said.said if "Traceback" in line]
        kiosk.send_signal(signal.SIGTERM)
        assert kiosk.wait(LIMIT_S) == 0
    finally:
        kiosk.kill()
        kiosk.wait()
        twins.stop()


def touch(display: str, x: int, y: int) -> None:
    command = ["xdotool", "mousemove", str(x), str(y), "click", "1"]
    subprocess.run(command, env={**os.environ, "DISPLAY": display}, check=True)
