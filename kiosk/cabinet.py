"""The machine behind a screen that is led: it tells the controller what was touched."""

from collections.abc import Callable, Mapping
from typing import Any

from kiosk.core.events import Effect, Tell
from kiosk.core.model import Timings, World
from kiosk.loop import Loop


class Cabinet(Loop):
    """It has no journal: what happens at the doors, the controller writes down."""

    def __init__(
        self,
        *,
        role: str = "bookcase",
        doors: int,
        low: tuple[int, ...] = (),
        texts: Mapping[str, Mapping[str, str]],
        timings: Timings,
        uptime_ms: Callable[[], int],
    ) -> None:
        world = World(role=role, doors=doors, low=low, timings=timings)
        super().__init__(world=world, texts=texts, uptime_ms=uptime_ms)
        # Set before the first step: says a message of wire.PANEL.
        self.tell: Callable[[str, Mapping[str, Any]], None] = _nobody

    def carry(self, effect: Effect) -> None:
        assert isinstance(effect, Tell), effect
        self.tell(effect.name, effect.fields)

    def faulted(self, part: str, on: bool) -> None:
        """The controller sees by itself that its panel is gone; of a keypad the log tells."""

    def settled(self) -> None:
        """There is nobody to whom its state is told."""


def _nobody(_name: str, _fields: Mapping[str, Any]) -> None:
    pass
