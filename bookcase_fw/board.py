"""The wiring of the reference board, an ESP32-S3; the desk's stand-in is hw_sim/upy/board.py.

    UART 0    scanner, or card reader                 TX 43  RX 44
    UART 1    lock boards, or a 24-hour return's      TX 17  RX 18
              PLC: RS-485, their own baud rate
    UART 2    all UHF readers through an analogue     TX 15  RX 16
              switch, or one HF reader                the antenna's number less one on 4 and 5
    I2C 0     climate sensor and clock                SDA 8  SCL 9
    contacts  closed to ground when all is well       mains 10  water 11  tamper 12  smoke 13
    lamp      red 38  green 39  blue 40               beeper 41
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

_UARTS = {"scanner": 0, "card": 0, "lock": 1, "belt": 1, "reader": 2}
_PINS = ((43, 44), (17, 18), (15, 16))  # TX, RX.
_COLOURS = {"off": "", "red": "r", "green": "g", "blue": "b", "amber": "rg", "white": "rgb"}

_plugged: dict = {}  # UART -> the part that has it.
_contacts = {
    name: machine.Pin(pin, machine.Pin.IN, machine.Pin.PULL_UP)
    for name, pin in (("power", 10), ("water", 11), ("tamper", 12), ("smoke", 13))
}
_lamps = [(colour, machine.Pin(pin, machine.Pin.OUT)) for colour, pin in zip("rgb", (38, 39, 40))]
_beeper = machine.PWM(machine.Pin(41), duty_u16=0)
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


def reset_cause() -> str:
    for cause, word in _CAUSES:
        if machine.reset_cause() == cause:
            return word
    return "unknown"


async def port(part: str, baud: int) -> tuple:
    """Return (reader, writer) of the line to a part, a word of wire.PARTS with .number.

    What is written to a reader switches the line to it before.  Raises OSError: the scanner and the
    card reader have one plug, so one of them is fitted.
    """
    name, _dot, number = part.partition(".")
    if name == "panel":
        return (
            asyncio.StreamReader(sys.stdin.buffer),
            asyncio.StreamWriter(sys.stdout.buffer, {}),
        )
    uart = _UARTS[name]
    if _plugged.get(uart, name) != name:
        raise OSError("%s: the plug is taken by %s" % (part, _plugged[uart]))
    _plugged[uart] = name
    tx, rx = _PINS[uart]
    reader, writer = _stream(machine.UART(uart, baudrate=baud, tx=tx, rx=rx, rxbuf=2048))
    return (reader, _Switched(writer, int(number))) if number else (reader, writer)


def bus() -> machine.I2C:
    """Return the box's own bus: climate and clock."""
    return machine.I2C(0, sda=machine.Pin(8), scl=machine.Pin(9))


def contacts(names: list) -> dict:
    """Return of each contact whether it is closed."""
    return {name: not _contacts[name].value() for name in names}


def light(light: str, tone: int):
    """Set the lamp, a word of tables/signals.py, and the beeper in Hz; 0 is silence."""
    for colour, pin in _lamps:
        pin.value(colour in _COLOURS[light])
    if tone:
        _beeper.freq(tone)
    _beeper.duty_u16(32768 if tone else 0)


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
