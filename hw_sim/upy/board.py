"""The desk's wiring, as the configuration in SG_CONFIG says: TCP to devices, flash in a file.

Stands in for bookcase_fw/board.py under MicroPython's unix port.  What is written to flash reaches
the file only when it is synced, so that killing the process is a power cut.
"""

import asyncio
import json
import os
import socket
import sys
import time

from bookcase_fw import certificates

TICKS_PERIOD_MS = 1 << 62  # On 64 bits time.ticks_ms does not start again.
EXIT_RESTART = 77  # Whoever started us starts us again.
SECTOR_SIZE, SECTOR_COUNT = 4096, 152
LISTS_SECTORS = 64  # Of these, at the end: two banks for 12,800 readers.
HOME = os.getenv("SG_HOME") or "."  # The folder of an update's halves.
CAUSE_VARIABLE = "SG_CAUSE"  # Why we were started, a word of wire's presence; power when not said.


def config_text() -> str:
    path = os.getenv("SG_CONFIG")
    if not path:
        raise OSError("SG_CONFIG names no configuration")
    with open(path) as file:
        return file.read()


def flash():
    """Return the flash in the file that the configuration names; a new file is blank flash."""
    return _Flash(_CONFIG["flash"])


def ticks_ms():
    return time.ticks_ms()


def reset_cause() -> str:
    return os.getenv(CAUSE_VARIABLE) or "power"


async def port(part: str, _baud: int) -> tuple:
    return await _port(_CONFIG["ports"][part])


def bus():
    """Return the box's own bus, as machine.I2C: climate and clock."""
    return _box


def contacts(names: list) -> dict:
    """Return of each contact whether it is closed."""
    return {name: bool(_box.ask("contact", name)) for name in names}


def light(light: str, tone: int):
    _box.ask("light", light, tone)


def close_port(port: tuple):
    port[1].close()


async def connect(server: list, tls: dict) -> tuple:
    """Return (reader, writer) to the MQTT server; raises OSError.  See `tls` in config.py."""
    if not tls:
        return await _port(server)
    host, port = server
    context = certificates.context(tls)
    return await asyncio.open_connection(host, port, ssl=context, server_hostname=host)


def feed():
    """There is no watchdog: whoever started us watches."""


def restart():
    sys.exit(EXIT_RESTART)


async def _port(address: list) -> tuple:
    host, number = address
    return await asyncio.open_connection(host, number)


class _Box:
    """I2C, contacts and lamp over one line of JSON a question (hw_sim/boxport.py)."""

    def __init__(self):
        self._file = None

    def writeto(self, address: int, data: bytes):
        self.ask("writeto", address, data.hex())

    def readfrom(self, address: int, size: int) -> bytes:
        return bytes.fromhex(self.ask("readfrom", address, size))

    def writeto_mem(self, address: int, register: int, data: bytes):
        self.ask("writeto_mem", address, register, data.hex())

    def readfrom_mem(self, address: int, register: int, size: int) -> bytes:
        return bytes.fromhex(self.ask("readfrom_mem", address, register, size))

    def ask(self, *question):
        """Return the answer; raises OSError as a bus does where nobody acknowledges."""
        if not self._file:
            self._file = _dialled(_CONFIG["ports"]["box"])
        self._file.write(json.dumps(question).encode() + b"\n")
        answer = self._file.readline()
        if not answer:
            self._file = None
            raise OSError("the box is gone")
        said = json.loads(answer)
        if "error" in said:
            raise OSError(said["error"])
        return said["answer"]


def _dialled(address: list):
    """Return a line that waits for its answers, as a bus does."""
    line = socket.socket()
    line.connect(socket.getaddrinfo(*address)[0][-1])
    return line


class _Flash:
    """NOR flash: programming clears bits.  Changed sectors wait in memory until a sync."""

    def __init__(self, path: str):
        # A file that is new, or of a smaller flash, is blank beyond its end.
        with open(path, "ab") as file:
            while file.seek(0, 2) < SECTOR_COUNT * SECTOR_SIZE:
                file.write(b"\xff" * SECTOR_SIZE)
        self._file = open(path, "r+b")
        # (sector, offset, data) of every program, and (sector, 0, None) of every erase, in order.
        self._pending: list = []

    def readblocks(self, sector: int, data: bytearray, offset: int = 0):
        self._file.seek(sector * SECTOR_SIZE + offset)
        self._file.readinto(data)
        for changed, start, written in self._pending:
            if changed == sector:
                _overlay(data, offset, start, written)

    def writeblocks(self, sector: int, data: bytes, offset: int = 0):
        self._pending.append((sector, offset, bytes(data)))

    def ioctl(self, operation: int, argument: int) -> int:
        if operation == 3:
            self._sync()
        if operation == 6:
            self._pending.append((argument, 0, None))
        return {4: SECTOR_COUNT, 5: SECTOR_SIZE}.get(operation, 0)

    def _sync(self):
        while self._pending:
            sector, offset, written = self._pending[0]
            size = len(written) if written else SECTOR_SIZE
            held = bytearray(size)
            self._file.seek(sector * SECTOR_SIZE + offset)
            self._file.readinto(held)
            _overlay(held, offset, offset, written)
            self._file.seek(sector * SECTOR_SIZE + offset)
            self._file.write(held)
            self._pending.pop(0)
        self._file.flush()  # On the unix port this is fsync.


def _overlay(data: bytearray, offset: int, start: int, written: "bytes | None"):
    """Do to bytes that stand at an offset what was written at another, or an erase (None)."""
    if written is None:
        data[:] = b"\xff" * len(data)
        return
    first = max(offset, start)
    for place in range(first, min(offset + len(data), start + len(written))):
        data[place - offset] &= written[place - start]


_CONFIG = json.loads(config_text())
_box = _Box()
