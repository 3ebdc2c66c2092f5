"""What a desk tells on the terminal: one line for each thing that happens, aligned and quiet.

16:31:02  hands   SG00000012 took 《三体》 from bc01/2
16:31:05  ledger  《三体》 borrowed from bookcase bc01, door 2, by SG······12, due 19 December
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping
from typing import Any

import typer

from hw_sim.ledger import Service
from hw_sim.world.truth import Happening

POLL_S = 0.5
PAGE = 50  # Movements that are asked for at once; more than that at once are not all told.
DOORS = ("opened by", "was shut")  # Too much to tell, where hands and ledger speak anyway.


class Telling:
    """Writes lines.  `broken` is called when nobody listens any more: the pipe is gone."""

    def __init__(self, *, quiet: bool, broken: Callable[[], None]) -> None:
        self._quiet = quiet
        self._broken = broken
        self.titles: Mapping[str, str] = {}  # Barcode -> title.

    def line(self, text: str = "", *, attention: bool = False) -> None:
        """Write a line that is always told; colour only where a person must look."""
        try:
            typer.secho(text, fg=typer.colors.RED if attention else None)
        except OSError:
            self._broken()

    def field(self, name: str, text: str) -> None:
        self.line(f"  {name:<11}{text}")

    def desk(self, text: str) -> None:
        """Tell what the desk does by itself; a crash needs a look."""
        self._event("desk", text, attention="started again" in text)

    def happening(self, happening: Happening) -> None:
        """Tell what truly happened."""
        if self._quiet or any(word in happening.text for word in DOORS):
            return
        title = self.titles.get(happening.barcode, "")
        text = happening.text
        if title:
            text = text.replace(" it ", f" 《{title}》 ", 1)
        elif happening.device and happening.device not in text:
            text = f"{happening.device}: {text}"
        self._event("hands", text)

    async def ledger(self, service: Service) -> None:
        """Tell each movement of the ledger from now on, until cancelled."""
        last = max((row["id"] for row in await self._movements(service)), default=0)
        while True:
            await asyncio.sleep(POLL_S)
            rows = [row for row in await self._movements(service) if row["id"] > last]
            for row in reversed(rows):
                self._event("ledger", row["words_en"])
                last = max(last, row["id"])

    async def _movements(self, service: Service) -> list[dict[str, Any]]:
        with contextlib.suppress(OSError):  # It is away; it will be back, or the desk says so.
            found: list[dict[str, Any]] = await service.get(f"/v1/movements?limit={PAGE}")
            return found
        return []

    def _event(self, who: str, text: str, *, attention: bool = False) -> None:
        if not self._quiet or attention:
            self.line(f"{time.strftime('%H:%M:%S')}  {who:<7} {text}", attention=attention)
