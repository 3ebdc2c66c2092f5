"""A TCP connection in memory: two ends of the shape that asyncio streams have, and a way to cut."""

import asyncio


class End:
    """One end, reader and writer in one.  After `cut` both ends read their end."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._arrived = asyncio.Event()
        self.ended = False
        self.other = self

    async def read(self, n: int) -> bytes:
        """Return up to n bytes as soon as there are any; b"" when the connection has ended."""
        while not self._data and not self.ended:
            self._arrived.clear()
            await self._arrived.wait()
        data = bytes(self._data[:n])
        del self._data[:n]
        return data

    def write(self, data: bytes) -> None:
        if self.ended:
            raise ConnectionResetError("the connection has ended")
        self.other._data += data
        self.other._arrived.set()

    async def drain(self) -> None:
        pass

    def close(self) -> None:
        """End both directions; what was written before can still be read."""
        for end in (self, self.other):
            end.ended = True
            end._arrived.set()

    async def wait_closed(self) -> None:
        pass

    def cut(self) -> None:
        """End both directions at once: what is under way is lost."""
        self._data.clear()
        self.other._data.clear()
        self.close()


def pipe() -> tuple[End, End]:
    left, right = End(), End()
    left.other, right.other = right, left
    return left, right
