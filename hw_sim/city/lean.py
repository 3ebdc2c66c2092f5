"""What CPython does faster than the firmware's own way, with the same outcome.  A run has millions.

asyncio's `wait_for` is as from Python 3.12 on: no task for each wait.  The CRC of UHF frames is the
same polynomial in C.
"""

import asyncio
import binascii
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from bookcase_fw.codecs import crc

T = TypeVar("T")
_WAIT_FOR, _XMODEM = asyncio.wait_for, crc.xmodem


@contextmanager
def lean() -> Iterator[None]:
    """Let asyncio wait, and codecs reckon, so."""
    asyncio.wait_for = _wait_for  # type: ignore[assignment]
    crc.xmodem = _xmodem
    try:
        yield
    finally:
        asyncio.wait_for, crc.xmodem = _WAIT_FOR, _XMODEM


async def _wait_for(awaited: Awaitable[T], timeout: float | None) -> T:
    if timeout is not None and timeout <= 0:
        return await _WAIT_FOR(awaited, timeout)
    async with asyncio.timeout(timeout):
        return await awaited


def _xmodem(data: bytes, value: int = 0) -> int:
    return binascii.crc_hqx(data, value)
