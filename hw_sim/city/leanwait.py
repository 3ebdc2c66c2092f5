"""asyncio's `wait_for` as it is from Python 3.12 on: no task for each wait.  A run has millions."""

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")
_WAIT_FOR = asyncio.wait_for


@contextmanager
def lean() -> Iterator[None]:
    """Let asyncio wait so."""
    asyncio.wait_for = _wait_for  # type: ignore[assignment]
    try:
        yield
    finally:
        asyncio.wait_for = _WAIT_FOR


async def _wait_for(awaited: Awaitable[T], timeout: float | None) -> T:
    if timeout is not None and timeout <= 0:
        return await _WAIT_FOR(awaited, timeout)
    async with asyncio.timeout(timeout):
        return await awaited
