"""A line in memory with a twin at its other end and the wire's faults; on both interpreters."""

import asyncio

from hw_sim.devices.twin import Twin
from hw_sim.wires import Wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Plug:
    """The end that a driver gets: reader and writer in one."""

    def __init__(self, twin: Twin, wire: Wire) -> None:
        self._twin, self._wire = twin, wire
        self._pieces: list[bytes] = []
        self._arrived = asyncio.Event()
        self._ended = False
        self._tasks: set[asyncio.Task[None]] = set()
        twin.plug(self._to_driver, self._later)

    async def read(self, n: int = -1) -> bytes:
        """Return what came, one piece at a time, or b"" when the line was unplugged."""
        while not self._pieces and not self._ended:
            self._arrived.clear()
            await self._arrived.wait()
        if self._ended:
            return b""
        piece = self._pieces.pop(0)
        if 0 <= n < len(piece):
            self._pieces.insert(0, piece[n:])
            piece = piece[:n]
        return piece

    def write(self, data: bytes) -> None:
        self._carry(data, lambda piece: self._to_driver(self._twin.feed(piece)))

    async def drain(self) -> None:
        await asyncio.sleep(0)

    def unplug(self) -> None:
        """End the line: the driver reads its end."""
        self._ended = True
        self._arrived.set()

    def forget(self) -> None:
        """Drop what was said and not read yet."""
        self._pieces = []

    def _to_driver(self, data: bytes) -> None:
        self._carry(data, self._arrive)

    def _arrive(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self._arrived.set()

    def _carry(self, data: bytes, arrive: "Callable[[bytes], None]") -> None:
        pieces = self._wire.carry(data)

        def deliver() -> None:
            for piece in pieces:
                arrive(piece)

        if pieces and self._wire.delay_ms:
            self._later(self._wire.delay_ms, deliver)
        else:
            deliver()

    def _later(self, ms: int, call: "Callable[[], None]") -> None:
        # Garbage collection takes a task to which nobody points.
        task = asyncio.create_task(self._after(ms, call))
        self._tasks = {one for one in self._tasks if not one.done()} | {task}

    async def _after(self, ms: int, call: "Callable[[], None]") -> None:
        await asyncio.sleep(ms / 1000)
        call()


def plug(twin: Twin, wire: Wire | None = None) -> tuple[Plug, Plug]:
    """Return the port, as (reader, writer), of a line with a twin at its other end."""
    end = Plug(twin, wire or Wire())
    return end, end
