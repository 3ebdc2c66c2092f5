"""What all drivers share: a port, a decoder, and an end to every wait."""

import asyncio
from collections import namedtuple

READ_SIZE = 256
SETTLE_MAX = 50  # Reads after which a line that never falls silent is taken as it is.

# How long a driver waits, in seconds: for an answer; for silence that ends what comes in several
# frames; after a try without an answer, for silence that says that none is on its way; and for the
# rest of a frame, before it is taken to be cut (at 9600 baud a byte takes 1 ms).
Waits = namedtuple("Waits", ("answer_s", "quiet_s", "late_s", "gap_s"))
WAITS = Waits(answer_s=0.3, quiet_s=0.06, late_s=0.5, gap_s=0.25)


class Line:
    """One end of a serial line.  A port is (reader, writer); when it ends, `error` is raised."""

    def __init__(self, port: tuple, decoder, error, waits: Waits):
        self._reader, self._writer = port
        self._decoder = decoder
        self._error = error
        self._waits = waits
        self.late = False  # Whether an answer that was given up may still come.

    @property
    def noise_count(self) -> int:
        """Bytes of noise dropped since the start."""
        return self._decoder.noise_count

    async def send(self, data: bytes):
        try:
            self._writer.write(data)
            await self._writer.drain()
        except OSError as error:
            raise self._error("the line cannot be written: %r" % (error,))

    async def frames(self) -> list:
        """Return the next frames, at least one; a frame that was cut does not hold up others."""
        while True:
            try:
                if self._decoder.waits():
                    data = await asyncio.wait_for(self._read(), self._waits.gap_s)
                else:
                    data = await self._read()
                frames = self._decoder.feed(data)
            except asyncio.TimeoutError:
                frames = self._decoder.flush()
            if frames:
                return frames

    async def hear(self, wait_s: float) -> list:
        """Return the frames that come next, or [] when none came in so many seconds."""
        try:
            return await asyncio.wait_for(self.frames(), wait_s)
        except asyncio.TimeoutError:
            return self._decoder.flush()

    async def answer(self, wanted) -> tuple | None:
        """Return the first frame that is wanted, or None when none came in time."""
        try:
            return await asyncio.wait_for(self._first(wanted), self._waits.answer_s)
        except asyncio.TimeoutError:
            self.late = True
            return None

    async def settle(self):
        """Let answers go by that were given up, if any: they tell of the world as it was."""
        for _read in range(SETTLE_MAX if self.late else 0):
            if not await self.hear(self._waits.late_s):
                break
        self.late = False

    async def _first(self, wanted) -> tuple:
        while True:
            for frame in await self.frames():
                if wanted(frame):
                    return frame

    async def _read(self) -> bytes:
        try:
            data = await self._reader.read(READ_SIZE)
        except OSError as error:
            raise self._error("the line cannot be read: %r" % (error,))
        if not data:
            raise self._error("the line has ended")
        return data
