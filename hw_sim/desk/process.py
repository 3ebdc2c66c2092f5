"""One program of the desk: in a group of its own, its output in a file, ended with all it started.

A program that ends by itself is started again and that is said.  `kill` is the cut of its power:
nothing of it runs on, and it stays off until `start`.  When the desk itself is killed, the kernel
ends its programs.
"""

import asyncio
import contextlib
import os
import shutil
import signal
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from asyncio.subprocess import Process as Running
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]  # Of the checkout: every program starts there.
GRACE_S = 5.0  # From the wish to end to the end.
PAUSE_S = (0.5, 30.0)  # Before a program that crashed is started again: first, longest.
CALM_S = 60.0  # A program that ran so long before it ended has not crashed "again".
READY_S = 60.0
OUTPUT_S = 0.2  # For the rest of the output; a child of its own may hold the line open.
TAIL_LINES = 12
EXIT_RESTART = 77  # A program of ours that ends so wants to be started again.
# What a machine's program is told of why it starts again; at the first time it is told nothing.
CAUSE, CAUSE_ASKED, CAUSE_CRASHED = "SG_CAUSE", "reset", "watchdog"
EXIT_OF_START = {126: "cannot be run", 127: "is not there"}


class ProcessError(Exception):
    """A program did not do what it must at its start.  The message says what it said last."""


class Process:
    """`say` is told, in words, what happens to it that nobody asked for, `on_line` what it says."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        environment: Mapping[str, str] | None = None,
        say: Callable[[str], None] = lambda text: None,
        on_line: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.name = name
        self.restarts = 0
        self._command = [*_mortal(), *command]
        self._log = log
        self._environment = {**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})}
        self._say = say
        self._running: Running | None = None
        self._keeper: asyncio.Task[str] | None = None
        self._off = asyncio.Event()
        self._output = _Output(log, on_line)

    @property
    def pid(self) -> int:
        """Its process number, which is its group's too; 0 while it is off."""
        return self._running.pid if self._running else 0

    async def start(self, ready: str = "", timeout_s: float = READY_S) -> str:
        """Start it, and return the line of its output that begins with `ready`; "" waits for none.

        Raises ProcessError when it ends or is silent instead; it is off then.
        """
        if self._keeper:
            return ""
        self._off.clear()
        line = self._output.line(ready) if ready else None
        await self._spawn()
        self._keeper = asyncio.create_task(self._keep())
        return await self._ready(line, timeout_s) if line else ""

    async def run(self) -> str:
        """Start it, wait for its end, return its last line; raises ProcessError for a failure."""
        await self._spawn()
        try:
            code = await self._ended()
        finally:
            self._signal(signal.SIGKILL)
            self._running = None
        if code:
            raise ProcessError(self._problem(f"{self.name} {_end_in_words(code)}"))
        return self._output.tail[-1] if self._output.tail else ""

    async def stop(self, grace_s: float = GRACE_S) -> None:
        """Ask it to end, and make it when it does not."""
        self._off.set()
        self._signal(signal.SIGTERM)
        if self._keeper:
            await asyncio.wait({self._keeper}, timeout=grace_s)
        await self.kill()

    async def kill(self) -> None:
        """End it and what it started at once, as a cut of the power does."""
        self._off.set()
        self._signal(signal.SIGKILL)
        if self._keeper:
            await asyncio.wait({self._keeper})
            self._keeper = None

    async def _spawn(self, environment: Mapping[str, str] | None = None) -> None:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._running = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=STDOUT,
                cwd=ROOT,
                env={**self._environment, **(environment or {})},
                start_new_session=True,
            )
        except OSError as error:
            raise ProcessError(f"{self.name} cannot be started: {error}.") from error

    async def _ready(self, line: asyncio.Future[str], timeout_s: float) -> str:
        assert self._keeper
        either: set[asyncio.Future[str]] = {line, self._keeper}
        await asyncio.wait(either, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        if line.done():
            return line.result()
        end = self._keeper.result() if self._keeper.done() else ""
        await self.kill()
        words = end or f"was not ready after {timeout_s:.0f} s"
        raise ProcessError(self._problem(f"{self.name} {words}"))

    def _problem(self, text: str) -> str:
        return "\n".join([f"{text}; its output is in {self._log}", *self._output.tail])

    async def _keep(self) -> str:
        """Run it, and again, until nobody wants it any more or it fails at its start."""
        loop = asyncio.get_running_loop()
        pause_s = PAUSE_S[0]
        while True:
            started_s = loop.time()
            code = await self._ended()
            self._signal(signal.SIGKILL)  # What it started may still be there.
            self._running = None
            words = _end_in_words(code)
            if self._off.is_set() or self._output.is_awaited():
                return words
            self.restarts += 1
            if code == EXIT_RESTART:
                self._say(f"{self.name} starts anew, as it was told")
                await self._spawn({CAUSE: CAUSE_ASKED})
                continue
            self._say(f"{self.name} {words}; it is started again")
            if loop.time() - started_s > CALM_S:
                pause_s = PAUSE_S[0]
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._off.wait(), pause_s)
                return words
            pause_s = min(pause_s * 2, PAUSE_S[1])
            await self._spawn({CAUSE: CAUSE_CRASHED})

    async def _ended(self) -> int:
        """Copy its output until it ends; return its status."""
        assert self._running
        assert self._running.stdout
        copying = asyncio.create_task(self._output.copy(self._running.stdout))
        try:
            return await self._running.wait()
        finally:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(copying, OUTPUT_S)

    def _signal(self, number: signal.Signals) -> None:
        if self._running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._running.pid, number)


class _Output:
    """What a program says: into the log, its last lines kept, one of them waited for."""

    def __init__(self, log: Path, on_line: Callable[[str], None]) -> None:
        self._on_line = on_line
        self.tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._log = log
        self._rest = ""
        self._waiting: tuple[str, asyncio.Future[str]] | None = None

    def line(self, start: str) -> asyncio.Future[str]:
        """Return what will be the next line that begins so."""
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting = start, future
        return future

    def is_awaited(self) -> bool:
        return self._waiting is not None

    async def copy(self, output: asyncio.StreamReader) -> None:
        self._rest = ""
        with self._log.open("ab") as log:
            while data := await output.read(1 << 16):
                log.write(data)
                log.flush()
                *lines, self._rest = (self._rest + data.decode("utf-8", "replace")).split("\n")
                for line in lines:
                    self._heard(line)

    def _heard(self, line: str) -> None:
        self.tail.append(line)
        self._on_line(line)
        if self._waiting and line.startswith(self._waiting[0]):
            if not self._waiting[1].done():
                self._waiting[1].set_result(line)
            self._waiting = None


def _mortal() -> list[str]:
    """Return what makes the kernel kill a program when the desk is gone, however it went."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []


def _end_in_words(code: int) -> str:
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return EXIT_OF_START.get(code, f"ended with status {code}")
