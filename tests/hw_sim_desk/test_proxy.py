"""A wire that can be cut: what is said on it, and when it arrives."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from hw_sim.desk.proxy import Proxy


class Echo:
    """A server that answers each line in capitals, and remembers what it was told."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[bytes] = asyncio.Queue()
        self.ended: asyncio.Queue[None] = asyncio.Queue()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while line := await reader.readline():
                self.heard.put_nowait(line)
                writer.write(line.upper())
                await writer.drain()
        self.ended.put_nowait(None)
        writer.close()


@contextlib.asynccontextmanager
async def lab() -> AsyncIterator[tuple[Echo, Proxy]]:
    echo = Echo()
    server = await asyncio.start_server(echo.serve, "127.0.0.1", 0)
    proxy = Proxy(server.sockets[0].getsockname()[:2])
    await proxy.start()
    try:
        yield echo, proxy
    finally:
        await proxy.stop()
        server.close()


async def test_a_wire_that_is_up_passes_everything_both_ways() -> None:
    async with lab() as (_echo, proxy):
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"one\ntwo\n")

        assert await reader.readline() == b"ONE\n"
        assert await reader.readline() == b"TWO\n"


async def test_a_slow_wire_loses_nothing_and_changes_no_order() -> None:
    async with lab() as (_echo, proxy):
        proxy.delay_s = 0.01
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        for line in (b"one\n", b"two\n"):
            writer.write(line)
            await writer.drain()

        assert await reader.readline() == b"ONE\n"
        assert await reader.readline() == b"TWO\n"


async def test_a_cut_ends_the_connection_and_the_next_ones() -> None:
    async with lab() as (echo, proxy):
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"one\n")
        await reader.readline()

        proxy.set("cut")

        with pytest.raises(ConnectionResetError):
            await reader.readline()
        await echo.ended.get()
        with pytest.raises(ConnectionError):
            await say(proxy, b"two\n")


async def test_after_a_cut_the_same_port_works_again() -> None:
    async with lab() as (_echo, proxy):
        proxy.set("cut")
        proxy.set("up")

        assert await say(proxy, b"one\n") == b"ONE\n"


async def test_a_hole_holds_back_what_is_said_until_it_is_mended() -> None:
    async with lab() as (echo, proxy):
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"one\n")
        await reader.readline()

        proxy.set("hole")
        writer.write(b"two\n")
        await writer.drain()
        await turns()

        assert echo.heard.qsize() == 1

        proxy.set("up")
        assert await reader.readline() == b"TWO\n"


async def test_behind_a_hole_nobody_hears_that_the_other_is_gone() -> None:
    async with lab() as (echo, proxy):
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"one\n")
        await reader.readline()

        proxy.set("hole")
        writer.transport.abort()
        await turns()
        assert echo.ended.empty()

        proxy.set("up")
        await echo.ended.get()


async def test_a_deaf_machine_is_heard_and_gets_no_answer() -> None:
    async with lab() as (echo, proxy):
        proxy.set("deaf")
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"one\n")

        assert await echo.heard.get() == b"one\n"

        proxy.set("cut")
        with pytest.raises(ConnectionResetError):
            await reader.readline()


async def say(proxy: Proxy, line: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    writer.write(line)
    answer = await reader.readline()
    if not answer:
        raise ConnectionResetError
    return answer


async def turns() -> None:
    """Let everything that can happen now happen: many turns of the loop, no waiting."""
    for _turn in range(200):
        await asyncio.sleep(0)
