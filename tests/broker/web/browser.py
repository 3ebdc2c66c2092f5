"""A real Chromium, driven over its debugging pipe: opens a page, asks it, takes its picture."""

import base64
import fcntl
import json
import os
import shutil
import signal
import tempfile
from pathlib import Path
from typing import Any

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--remote-debugging-pipe",
)  # fmt: skip
READ_SIZE = 1 << 16


class BrowserError(Exception):
    """Chromium is missing, ended, or refused a command."""


class Browser:
    """One page of one browser.  `complaints` collects what its console said of errors."""

    def __init__(self) -> None:
        program = shutil.which("chromium")
        if program is None:
            raise BrowserError("chromium is not installed: apt-get install chromium")
        self.complaints: list[str] = []
        self._number = 0
        self._buffer = b""
        self._events: list[dict[str, Any]] = []
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        command = [program, *FLAGS, f"--user-data-dir={self._profile.name}", "about:blank"]
        self._process, self._out, self._in = _start(command)
        self._session = ""
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        attached = self._ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self._ask(f"{domain}.enable")

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *_error: object) -> None:
        os.kill(self._process, signal.SIGTERM)
        os.waitpid(self._process, 0)
        os.close(self._out)
        os.close(self._in)
        self._profile.cleanup()

    def size(self, width: int, height: int) -> None:
        self._ask("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=False)  # fmt: skip

    def media(self, kind: str = "", **features: str) -> None:
        """Pretend to be another medium, such as print, or to prefer something."""
        wanted = [
            {"name": name.replace("_", "-"), "value": value} for name, value in features.items()
        ]
        self._ask("Emulation.setEmulatedMedia", media=kind, features=wanted)

    def open(self, address: str) -> None:
        """Open a page and wait until it and its fonts have loaded."""
        self._events.clear()
        self._ask("Page.navigate", url=address)
        while not any(event["method"] == "Page.loadEventFired" for event in self._events):
            self._note(self._receive())
        self.ask("document.fonts.ready.then(() => true)")

    def ask(self, expression: str) -> Any:
        """Return the value of an expression in the page; a promise's, once it is kept."""
        answer = self._ask(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in answer:
            raise BrowserError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def until(self, expression: str) -> Any:
        """Wait until an expression is true; look again at each frame that the page draws."""
        return self.ask(
            "new Promise((done, fail) => { const end = Date.now() + 15000; const look = () => {"
            f" const value = ({expression}); if (value) done(value);"
            " else if (Date.now() > end) fail(new Error('never came true'));"
            " else setTimeout(look, 20); }; look(); })"
        )

    def press(self, key: str) -> None:
        for kind in ("keyDown", "keyUp"):
            text = {"text": key} if kind == "keyDown" and len(key) == 1 else {}
            self._ask("Input.dispatchKeyEvent", type=kind, key=key, **text)

    def picture(self, path: Path, *, whole: bool = False) -> None:
        """Save what is seen as PNG, or the whole page."""
        answer = self._ask("Page.captureScreenshot", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(answer["data"]))

    def _ask(self, method: str, **params: Any) -> dict[str, Any]:
        self._number += 1
        command = {"id": self._number, "method": method, "params": params}
        if self._session:
            command["sessionId"] = self._session
        os.write(self._out, json.dumps(command).encode() + b"\0")
        while True:
            message = self._receive()
            if message.get("id") == self._number:
                break
            self._note(message)
        if "error" in message:
            raise BrowserError(f"{method}: {message['error']}")
        result: dict[str, Any] = message["result"]
        return result

    def _note(self, message: dict[str, Any]) -> None:
        method, params = message.get("method"), message.get("params", {})
        if method == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.complaints.append(params["entry"]["text"])
        if method == "Runtime.exceptionThrown":
            self.complaints.append(str(params["exceptionDetails"]))
        if method == "Runtime.consoleAPICalled" and params["type"] == "error":
            self.complaints.append(str(params["args"]))
        if method:
            self._events.append(message)

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            data = os.read(self._in, READ_SIZE)
            if not data:
                raise BrowserError("chromium ended")
            self._buffer += data
        line, _zero, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        return message


def _start(command: list[str]) -> tuple[int, int, int]:
    """Start a program that reads from 3 and writes to 4; return (process, our end of each)."""
    (theirs_in, ours_out), (ours_in, theirs_out) = os.pipe(), os.pipe()
    # High numbers, so that putting one in its place does not overwrite the other.
    high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 50) for end in (theirs_in, theirs_out)]
    quiet = os.open(os.devnull, os.O_RDWR)
    places = ((high[0], 3), (high[1], 4), (quiet, 0), (quiet, 1), (quiet, 2))
    actions = [(os.POSIX_SPAWN_DUP2, end, place) for end, place in places]
    process = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
    for end in (theirs_in, theirs_out, *high, quiet):
        os.close(end)
    return process, ours_out, ours_in
