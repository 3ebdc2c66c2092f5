"""A twin on a TCP port, as a serial line that a machine or a kiosk opens.

Bytes pass as they are, through the wire's faults.  One client at a time: a newer one takes the
line over, since a machine that was killed does not say goodbye.  What a twin says while nobody is
connected is lost.  All twins are moved from the loop that serves them.
"""

import asyncio

from hw_sim.devices.twin import Twin
from hw_sim.plug import Plug
from hw_sim.wires import Wire

READ_SIZE = 4096  # More than any message has: a fault of a wire is of whole ones.


class SerialPort:
    def __init__(self, twin: Twin, wire: Wire | None = None) -> None:
        self.wire = wire or Wire()
        self.address = ("", 0)  # Where it listens, once it was started.
        self.connected = asyncio.Event()  # Whether somebody would hear the twin now.
        self._end = Plug(twin, self.wire)
        self._server: asyncio.Server | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._speaker: asyncio.Task[None] | None = None

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> tuple[str, int]:
        """Listen; return the address.  Port 0 lets the system choose one."""
        self._server = await asyncio.start_server(self._serve, host, port)
        self.address = self._server.sockets[0].getsockname()[:2]
        return self.address

    async def stop(self) -> None:
        """Unplug: the client reads the end of its line, and nobody is let in until `start`."""
        if self._server:
            self._server.close()
            self._server = None
        self._part()
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._part()
        self._end.forget()
        self._writer = writer
        self.connected.set()
        self._speaker = asyncio.create_task(self._speak(writer))
        try:
            while data := await reader.read(READ_SIZE):
                self._end.write(data)
        except ConnectionError:
            pass
        if self._writer is writer:
            self._part()

    async def _speak(self, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                writer.write(await self._end.read(READ_SIZE))
                await writer.drain()
        except ConnectionError:
            pass

    def _part(self) -> None:
        """Let the client go that is connected."""
        if self._speaker:
            self._speaker.cancel()
        if self._writer:
            self._writer.close()
        self._speaker = self._writer = None
        self.connected.clear()
