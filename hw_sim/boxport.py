"""A machine's box on a TCP port: I2C, contacts, lamp and beeper, a line of JSON a question.

    ["writeto", 68, "2400"]           {"answer": null}, or {"error": "…"} where nobody acknowledges
    ["readfrom", 68, 6]               {"answer": "6566…"}
    ["contact", "water"]              {"answer": true}: it is closed
    ["light", "green", 660]           {"answer": null}

The firmware's stand-in board (upy/board.py) asks, and waits as a bus lets it wait.
"""

import asyncio
import json
from typing import Any

from bookcase_fw.codecs import ds3231, sht3x
from hw_sim.devices import i2c
from hw_sim.world.truth import HandError

CONTACTS = ("power", "water", "tamper", "smoke")
PARTS = ("climate", "clock")


class Box:
    """`light` is what is seen and heard now."""

    def __init__(self, unix_s: int) -> None:
        self.sensor, self.clock = i2c.Sensor(), i2c.Clock(unix_s)
        self.light: tuple[str, int] = ("off", 0)
        self._open: set[str] = set()  # Contacts that ring.
        self._bus = i2c.Bus({sht3x.ADDRESS: self.sensor, ds3231.ADDRESS: self.clock})
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self) -> tuple[str, int]:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()[:2]
        return host, port

    async def stop(self) -> None:
        if self._server:
            self._server.close()
        for writer in self._writers:
            writer.close()

    # Hands and faults.

    def warm(self, celsius: int) -> None:
        self.sensor.climate = sht3x.Climate(celsius * 100, self.sensor.climate.permille)

    def ring(self, contact: str, on: bool) -> None:
        """Open a contact of CONTACTS, which is its alarm, or close it."""
        if contact not in CONTACTS:
            raise HandError(f"A contact is {', '.join(CONTACTS)}.")
        (self._open.add if on else self._open.discard)(contact)

    def mute(self, part: str, on: bool) -> None:
        """Let a part of PARTS be silent, or speak again."""
        if part not in PARTS:
            raise HandError(f"On the bus there are {', '.join(PARTS)}.")
        if part == "climate":
            self.sensor.deaf = on
        else:
            self.clock.deaf = on

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while line := await reader.readline():
                writer.write(json.dumps(self._answer(json.loads(line))).encode() + b"\n")
                await writer.drain()
        except ConnectionError:
            pass  # The machine's power was cut.
        finally:
            self._writers.discard(writer)
            writer.close()

    def _answer(self, question: list[Any]) -> dict[str, Any]:
        word, *given = question
        try:
            return {"answer": getattr(self, f"_{word}")(*given)}
        except OSError as error:
            return {"error": str(error)}

    def _contact(self, name: str) -> bool:
        return name not in self._open

    def _light(self, light: str, tone: int) -> None:
        self.light = (light, tone)

    def _writeto(self, address: int, data: str) -> None:
        self._bus.writeto(address, bytes.fromhex(data))

    def _readfrom(self, address: int, size: int) -> str:
        return self._bus.readfrom(address, size).hex()

    def _writeto_mem(self, address: int, register: int, data: str) -> None:
        self._bus.writeto_mem(address, register, bytes.fromhex(data))

    def _readfrom_mem(self, address: int, register: int, size: int) -> str:
        return self._bus.readfrom_mem(address, register, size).hex()
