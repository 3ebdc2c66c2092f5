"""Ports of this machine: a free one, the next free one, and whether somebody answers there."""

import asyncio
import contextlib
import secrets
import socket

HOST = "127.0.0.1"
TRIES_MAX = 100
FIRST, COUNT = 12_000, 20_000  # Below the ports of connections, which begin at 32,768.
POLL_S = 0.02


def free() -> int:
    """Return a port that nobody has; it may be taken again by the time it is used.

    Seldom, since it is none of those that the system gives to connections.
    """
    return next_free(FIRST + secrets.randbelow(COUNT))


def next_free(wanted: int) -> int:
    """Return the wanted port, or the next one that is free; 0 wants any.

    Raises OSError when a hundred in a row are taken.
    """
    if not wanted:
        return free()
    for port in range(wanted, min(wanted + TRIES_MAX, 65536)):
        with contextlib.suppress(OSError), socket.create_server((HOST, port)):
            return port
    raise OSError(f"Ports {wanted} to {wanted + TRIES_MAX - 1} are all taken.")


async def answers(host: str, port: int, timeout_s: float = 10.0) -> None:
    """Wait until somebody accepts connections there; raises TimeoutError."""
    async with asyncio.timeout(timeout_s):
        while True:
            try:
                _reader, writer = await asyncio.open_connection(host, port)
            except OSError:
                await asyncio.sleep(POLL_S)
                continue
            writer.close()
            return
