"""A serial line in memory: two ports that hear each other.  Runs under both interpreters.

Each port is a pair (reader, writer) of the shape that asyncio streams have.
"""

import asyncio


class _End:
    def __init__(self):
        self._data = b""
        self._arrived = asyncio.Event()
        self.other = self

    async def read(self, n: int = -1) -> bytes:
        while not self._data:
            self._arrived.clear()
            await self._arrived.wait()
        size = len(self._data) if n < 0 else n
        data, self._data = self._data[:size], self._data[size:]
        return data

    def write(self, data: bytes):
        self.other._data += bytes(data)
        self.other._arrived.set()

    async def drain(self):
        await asyncio.sleep(0)

    def close(self):
        pass

    async def wait_closed(self):
        pass


def cable() -> tuple:
    """Return the two ends of a line, each as (reader, writer)."""
    left, right = _End(), _End()
    left.other, right.other = right, left
    return (left, left), (right, right)
