"""A pty before a twin's TCP port, for a program that opens only a serial device by its path."""

import asyncio
import os
import tty

READ_SIZE = 256


class PtyLine:
    """`path` is the serial device; speed and parity that a program sets on it change nothing."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._near, self._far = -1, -1
        self._writer: asyncio.StreamWriter | None = None
        self._speaker: asyncio.Task[None] | None = None

    async def start(self) -> str:
        """Plug it in; return the path, which is there until `stop`."""
        reader, self._writer = await asyncio.open_connection(*self._target)
        self._near, self._far = os.openpty()
        # Bytes as they are: no echo, no line ends.  Our own end of the program's side stays open,
        # so that programs may come and go.
        tty.setraw(self._far)
        asyncio.get_running_loop().add_reader(self._near, self._heard)
        self._speaker = asyncio.create_task(self._speak(reader))
        return os.ttyname(self._far)

    async def stop(self) -> None:
        if not self._writer or not self._speaker:
            return
        asyncio.get_running_loop().remove_reader(self._near)
        self._speaker.cancel()
        self._writer.close()
        for end in (self._near, self._far):
            os.close(end)
        self._writer = None

    def _heard(self) -> None:
        assert self._writer
        self._writer.write(os.read(self._near, READ_SIZE))

    async def _speak(self, reader: asyncio.StreamReader) -> None:
        while data := await reader.read(READ_SIZE):
            os.write(self._near, data)
