"""A wire that can be cut: a TCP port in front of a machine's or a server's, passing every byte on.

A wire that is not `up` behaves as networks do: `cut` ends the connections, and new ones at once;
the others keep the connection and hold back what is said on it until the wire is up again.
"""

import asyncio
import contextlib
import socket
import struct

# mode    (it passes what the machine says, what the machine is told)
MODES = {
    "up": (True, True),
    "cut": (False, False),
    "hole": (False, False),
    "mute": (False, True),
    "deaf": (True, False),
}
CHUNK_SIZE = 1 << 16


class Proxy:
    """`port` is where the machine connects; `target` is where it means to."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.target = target
        self.port = 0
        self.mode = "up"
        self.delay_s = 0.0  # By which everything is late, in both directions.
        self._server: asyncio.Server | None = None
        self._passing = (asyncio.Event(), asyncio.Event())
        self._lines: set[asyncio.Task[None]] = set()

    async def start(self) -> int:
        """Listen on a free port of this machine, and return it."""
        self.set("up")
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self.port

    async def stop(self) -> None:
        self.set("cut")
        if self._server:
            self._server.close()
            await asyncio.gather(*self._lines, return_exceptions=True)
            await self._server.wait_closed()

    def set(self, mode: str) -> None:
        """Change the wire's mode, a word of MODES; it holds from this moment."""
        self.mode = mode
        for event, passes in zip(self._passing, MODES[mode], strict=True):
            if passes:
                event.set()
            else:
                event.clear()
        if mode == "cut":
            for line in self._lines:
                line.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._lines.add(task)
        try:
            if self.mode != "cut":
                await self._connect(reader, writer)
            writer.close()
        except (OSError, asyncio.CancelledError):
            _abort(writer)
        finally:
            self._lines.discard(task)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(*self.target)
        ways = {
            asyncio.create_task(self._pass(self._passing[0], reader, far_writer)),
            asyncio.create_task(self._pass(self._passing[1], far_reader, writer)),
        }
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            far_writer.close()
        finally:
            for way in ways:
                way.cancel()
            if self.mode == "cut":
                _abort(far_writer)

    async def _pass(
        self, passing: asyncio.Event, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Pass bytes on in one direction until either end is gone; held ones wait, in order.

        The end itself is held back too: behind a hole nobody hears that the other is gone.
        """
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(CHUNK_SIZE):
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                await passing.wait()
                writer.write(data)
                await writer.drain()
        await passing.wait()


def _abort(writer: asyncio.StreamWriter) -> None:
    """End a connection as a broken wire does: with a reset, and nothing more is sent."""
    link: socket.socket | None = writer.get_extra_info("socket")
    if link:
        with contextlib.suppress(OSError):
            link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
