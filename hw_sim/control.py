"""The control line: one command a line over TCP on this machine, and its answer.

    ok                      done
    ok TEXT                 done, and one line to say
    ok:                     done; lines follow, and a line with a single dot ends them
    no: REASON              not done, and why

A line of an answer that starts with a dot is sent with one dot more.  `quit` ends the connection.
Commands are carried out one at a time, whoever sends them.
"""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable
from typing import Self

from hw_sim.world.truth import HandError

PORT = 7007  # Where `make run` listens, unless it is told otherwise.
LINE_SIZE_MAX = 4096
SAY_TIMEOUT_S = 60.0  # The slowest command, the start of a machine, takes a few seconds.

Run = Callable[[str], Awaitable[list[str]]]


class Server:
    """Listens on loopback and hands each line to `run`, which raises HandError to say no."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._turn = asyncio.Lock()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self, port: int = 0) -> tuple[str, int]:
        """Return (host, port); 0 asks the system for a free port."""
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", port, limit=LINE_SIZE_MAX
        )
        host, chosen = self._server.sockets[0].getsockname()[:2]
        return host, chosen

    async def stop(self) -> None:
        if self._server:
            self._server.close()
            for writer in self._writers:
                writer.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while (line := await _line(reader)) not in (None, "quit"):
                writer.write(await self._answer(line or ""))
                await writer.drain()
        except ConnectionError:
            pass  # Whoever asked has gone; what they asked for is done.
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _answer(self, line: str) -> bytes:
        async with self._turn:
            try:
                return encode(await self._run(line))
            except HandError as error:
                return f"no: {' '.join(str(error).split())}\n".encode()


class Client:
    """The other end, for coroutines."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def connect(cls, host: str, port: int) -> Self:
        return cls(*await asyncio.open_connection(host, port))

    async def say(self, line: str) -> list[str]:
        """Return the lines of the answer; raises HandError when it is no."""
        self._writer.write(_command(line))
        await self._writer.drain()
        answer = Answer()
        async with asyncio.timeout(SAY_TIMEOUT_S):
            while not answer.add(await self._reader.readline()):
                pass
        return answer.lines

    async def close(self) -> None:
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()


class BlockingClient:
    """The other end, for who does not mind to wait: the panel."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = socket.create_connection((host, port), timeout=SAY_TIMEOUT_S)
        self._file = self._socket.makefile("rb")

    def say(self, line: str) -> list[str]:
        """Return the lines of the answer; raises HandError when it is no."""
        self._socket.sendall(_command(line))
        answer = Answer()
        while not answer.add(self._file.readline()):
            pass
        return answer.lines

    def close(self) -> None:
        self._file.close()
        self._socket.close()


class Answer:
    """Collects an answer, line by line."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._many = False

    def add(self, data: bytes) -> bool:
        """Return whether the answer is whole; raises HandError when it says no."""
        if not data.endswith(b"\n"):
            raise ConnectionError("the control line was cut in the middle of an answer")
        line = data[:-1].decode()
        if self._many:
            self.lines += [line.removeprefix(".")] if line != "." else []
            return line == "."
        if line.startswith("no: "):
            raise HandError(line[4:])
        self.lines += [line[3:]] if line.startswith("ok ") else []
        self._many = line == "ok:"
        return not self._many


def encode(lines: list[str]) -> bytes:
    """Return the bytes of an answer that says yes."""
    whole = "\n".join(lines).splitlines()
    if len(whole) < 2:
        return " ".join(["ok", *whole]).encode() + b"\n"
    stuffed = ["." + line if line.startswith(".") else line for line in whole]
    return "\n".join(["ok:", *stuffed, ".", ""]).encode()


def _command(line: str) -> bytes:
    data = line.encode() + b"\n"
    if "\n" in line or len(data) > LINE_SIZE_MAX:
        raise HandError("A command is one line, and not a very long one.")
    return data


async def _line(reader: asyncio.StreamReader) -> str | None:
    """Return the next line; None at the end, or when a line is too long to be a command."""
    try:
        data = await reader.readline()
    except ValueError:
        return None
    return data.decode("utf-8", "replace").strip() if data.endswith(b"\n") else None
