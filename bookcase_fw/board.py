"""The wiring of the reference board, an ESP32-S3; the desk's stand-in is hw_sim/upy/board.py.

    UART 0    scanner, 9600 baud                      TX 43  RX 44
    UART 1    lock board, RS-485, its own baud rate   TX 17  RX 18
    UART 2    all UHF readers through an analogue     TX 15  RX 16
              switch, 115200 baud                     the antenna's number less one on 4 and 5
    USB       panel; log lines there are noise to it, which its decoder drops

The partition `journal` is raw flash; the configuration is a file written at commissioning, with the
name and password of the wireless network (`wifi`) in addition.
"""

import asyncio
import json
import sys
import time

import esp32
import machine
import network

from bookcase_fw import certificates

TICKS_PERIOD_MS = 1 << 30  # time.ticks_ms starts again there.
LISTS_SECTORS = 800  # At the end of the partition: two banks for 160,000 readers.
HOME = ""  # The folder of an update's halves: /firmware and /config.
CONFIG_PATH = "/bookcase.json"
WATCHDOG_MS = 8000
_CAUSES = (
    (machine.PWRON_RESET, "power"),
    (machine.WDT_RESET, "watchdog"),
    (machine.HARD_RESET, "reset"),
    (machine.SOFT_RESET, "reset"),
)

_switch = (machine.Pin(4, machine.Pin.OUT), machine.Pin(5, machine.Pin.OUT))
_watchdog = machine.WDT(timeout=WATCHDOG_MS)
_station = network.WLAN(network.WLAN.IF_STA)


def config_text() -> str:
    with open(CONFIG_PATH) as file:
        return file.read()


def flash():
    """Return the raw flash of journal, notes and lists."""
    return esp32.Partition.find(esp32.Partition.TYPE_DATA, label="journal")[0]


def ticks_ms():
    return time.ticks_ms()


def rtc_ms() -> int:
    """Return 0: the clock does not run without power."""
    return 0


def reset_cause() -> str:
    for cause, word in _CAUSES:
        if machine.reset_cause() == cause:
            return word
    return "unknown"


async def lock_port(baud: int) -> tuple:
    return _stream(machine.UART(1, baudrate=baud, tx=17, rx=18))


async def scanner_port() -> tuple:
    return _stream(machine.UART(0, baudrate=9600, tx=43, rx=44))


async def panel_port() -> tuple:
    return asyncio.StreamReader(sys.stdin.buffer), asyncio.StreamWriter(sys.stdout.buffer, {})


async def antenna_port(number: int) -> tuple:
    """Return the readers' line; what is written switches it to this antenna before."""
    reader, writer = _stream(machine.UART(2, baudrate=115200, tx=15, rx=16, rxbuf=2048))
    return reader, _Switched(writer, number)


def close_port(_port: tuple):
    """A line on this board has no end."""


async def connect(server: list, tls: dict) -> tuple:
    """Return (reader, writer) to the MQTT server; raises OSError.  See `tls` in config.py."""
    if not _station.isconnected():
        if _station.status() != network.STAT_CONNECTING:
            _station.active(True)
            name, password = json.loads(config_text())["wifi"]
            _station.connect(name, password)
        raise OSError("no network")
    host, port = server
    if not tls:
        return await asyncio.open_connection(host, port)
    context = certificates.context(tls)
    return await asyncio.open_connection(host, port, ssl=context, server_hostname=host)


def feed():
    _watchdog.feed()


def restart():
    machine.reset()


class _Switched:
    """Turns the analogue switch before anything is written: rounds follow one another."""

    def __init__(self, writer, number: int):
        self._writer, self._number = writer, number

    def write(self, data: bytes):
        for bit, pin in enumerate(_switch):
            pin.value((self._number - 1) >> bit & 1)
        self._writer.write(data)

    async def drain(self):
        await self._writer.drain()


def _stream(uart: machine.UART) -> tuple:
    stream = asyncio.StreamReader(uart)
    return stream, stream
