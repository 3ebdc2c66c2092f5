"""A kiosk's serial lines as tasks: kiosk/devices without threads.  Same codecs, same presence."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Protocol

from bookcase_fw.codecs import gm65, keypad, r200
from hw_sim.plug import Plug
from kiosk.core import scan
from kiosk.core.events import Faulted, Key, Seen
from kiosk.devices.presence import Presence

__all__ = ["AWAKE_S", "PARTS", "scan"]

AWAKE_S = 20.0  # After a hand did something here the tray is asked for so long.
ROUND_S = 0.4  # The product's rounds come every 0.1 s.
PAUSE_S = 0.25  # A frame or text that pauses longer was cut.
SILENT_MAX = 10
READ_SIZE = 2048

Post = Callable[[Any], None]


class Place(Protocol):
    """What is needed of a kiosk."""

    async def until_awake(self) -> None: ...
    def hears(self, text: str) -> Any: ...


async def _scanner(reader: Plug, _writer: Plug, place: Place, post: Post) -> None:
    def hear(frame: Any) -> None:
        if isinstance(frame, gm65.Text):
            post(place.hears(frame.text))

    await _listen(reader, gm65.Decoder(), hear)


async def _keypad(reader: Plug, _writer: Plug, _place: Place, post: Post) -> None:
    await _listen(reader, keypad.Decoder(), lambda frame: post(Key(frame)))


async def _tray(reader: Plug, writer: Plug, place: Place, post: Post) -> None:
    """Round after round while somebody is here; what lies there stays known through a fault."""
    decoder, presence = r200.Decoder(), Presence()
    silent, fails = 0, False
    while True:
        await place.until_awake()
        writer.write(r200.encode("command", "inventory"))
        await asyncio.sleep(ROUND_S)
        data = await _heard(reader)
        frames = decoder.feed(data) if data else decoder.flush()
        silent = 0 if frames else silent + 1
        if fails != (silent >= SILENT_MAX):
            fails = not fails
            post(Faulted("tray", fails))
        if not frames:
            continue
        heard = {r200.heard(frame)[0] for frame in frames if frame.kind == "notice"}
        if presence.round(heard):
            post(Seen(presence.tags))


PARTS: dict[str, Callable[[Plug, Plug, Place, Post], Coroutine[Any, Any, None]]] = {
    "tray": _tray,
    "scanner": _scanner,
    "keypad": _keypad,
}


async def _listen(reader: Plug, decoder: Any, hear: Callable[[Any], None]) -> None:
    while data := await reader.read(READ_SIZE):
        for frame in decoder.feed(data):
            hear(frame)
        while rest := await _heard(reader, PAUSE_S):
            for frame in decoder.feed(rest):
                hear(frame)
        for frame in decoder.flush():
            hear(frame)


async def _heard(reader: Plug, within_s: float = 0.01) -> bytes:
    """Return what is there to read; b"" when nothing comes."""
    data = b""
    with suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            while piece := await reader.read(READ_SIZE):
                data += piece
    return data
