"""A bookcase in memory with everything fitted: card reader, climate, clock, contacts, lamp."""

from bookcase_fw import wiring
from bookcase_fw.drivers.box import BoxClock, ClimateSensor
from bookcase_fw.drivers.cardreader import CardReader
from bookcase_fw.drivers.line import Waits
from bookcase_fw.tables import inputs
from hw_sim.devices import i2c, pn532
from tests.device.lab import Lab, opener

SEARCH = Waits(answer_s=0.5, quiet_s=0.002, late_s=0.002, gap_s=0.002)  # It searches for 60 ms.
START_S = 1795244526  # What its clock says when it is first switched on.


class Fitted(Lab):
    FIELDS = {"fitted": ["scanner", "card", "climate", "clock", "light"], "card_form": "hex8"}

    def __init__(self, **timings):
        super().__init__(**({"climate_ms": 10, "contacts_ms": 4} | timings))
        self.cards = pn532.Reader()
        self.sensor, self.clock = i2c.Sensor(), i2c.Clock(START_S)
        self.bus = i2c.Bus({0x44: self.sensor, 0x68: self.clock})
        self.open_contacts = []  # Names of contacts that are open now: their alarm.
        self.lamp = []  # (light, tone) as they were set.

    def openers(self) -> dict:
        return super().openers() | {
            "card": opener(self.cards, CardReader, form=self.config.card_form, waits=SEARCH),
            "climate": _on_bus(ClimateSensor(self.bus)),
            "clock": _on_bus(BoxClock(self.bus)),
            "contacts": lambda: {name: name not in self.open_contacts for name in inputs.NAMES},
            "light": lambda light, tone: self.lamp.append((light, tone)),
        }

    def box_clock_ms(self) -> int:
        return wiring.box_clock_ms(self.config, Board(self.bus))

    def now_s(self) -> int:
        """What the clock in the box says."""
        return BoxClock(self.bus).read()

    async def faults(self, *parts: str):
        """Wait until exactly these parts stand in the state."""
        await self.until(lambda: self.service.state.get("faults") == sorted(parts), repr(parts))


class Board:
    """As much of a board as has a bus."""

    def __init__(self, bus: i2c.Bus):
        self._bus = bus

    def bus(self) -> i2c.Bus:
        return self._bus


def _on_bus(driver):
    async def open_it():
        return driver, lambda: None

    return open_it
