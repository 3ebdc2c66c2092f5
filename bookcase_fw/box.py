"""The box that the machine lives in: its climate, its contacts, its clock; what rings, and since.

What is not fitted is not asked for.  A part that is silent is a fault of its own; what it said last
holds no longer: a dead sensor neither rings nor keeps others from ringing.
"""

import asyncio

from bookcase_fw.devices import Device, Down
from bookcase_fw.drivers.box import BoxError
from bookcase_fw.tables import climate as limits
from bookcase_fw.tables.inputs import Inputs

# Contact -> its word in wire.PARTS.
_PARTS = {"power": "mains"}
_CLOCK_OFF_S = 2  # A clock that is off by more is set.


class Box:
    """`changed()` is called when what rings has changed."""

    def __init__(self, openers: dict, *, clock, timings: dict, report, changed):
        """openers: see App: climate, clock, contacts, each only where it is fitted."""
        self._clock, self._timings = clock, timings
        self._report, self._changed = report, changed
        self._sensor = _device("climate", openers, report)
        self._box_clock = _device("clock", openers, report)
        self._contacts = openers.get("contacts", _closed)
        self._inputs = Inputs()
        self._climate: tuple = ()
        self._hot: tuple = ()  # Names of tables/climate.py that ring.
        self._told: tuple = ()  # What was reported to ring.

    @property
    def alarms(self) -> tuple:
        """What rings, words of wire.PARTS; empty when all is well."""
        words = [_PARTS.get(name, name) for name in self._inputs.on]
        return tuple(words + [name for name in self._hot if name not in words])

    @property
    def lends(self) -> bool:
        """Whether loans may begin: a box that was opened rings, and goes on lending."""
        return not any(name != "tamper" for name in self.alarms)

    @property
    def opens(self) -> bool:
        """Whether doors may be opened: without mains there may be no power to finish."""
        return "mains" not in self.alarms

    @property
    def signal(self) -> str:
        """What is to be heard and seen of it: a word of tables/signals.py, or nothing."""
        return "alarm" if any(name != "mains" for name in self.alarms) else ""

    def health(self) -> dict:
        """Fields of a beat."""
        if not self._climate:
            return {}
        return {"celsius_100": self._climate[0], "humidity_10": self._climate[1]}

    def tasks(self) -> list:
        """Return what runs for ever, as far as it is fitted."""
        return [self._watch()] + ([self._measure(self._sensor)] if self._sensor else [])

    async def set_clock(self):
        """Set the clock that runs without power, when the service's time is known and it is off."""
        if not self._box_clock:
            return
        now_s = self._clock.wall_ms() // 1000
        try:
            await self._box_clock.call(lambda clock: _set(clock, now_s))
        except Down:
            pass  # It was reported.

    async def _measure(self, sensor: Device):
        while True:
            try:
                self._climate = await sensor.call(lambda driver: driver.measure())
                self._hot = limits.step(self._hot, self._climate)
            except Down:
                self._climate, self._hot = (), ()
            self._tell()
            await asyncio.sleep(self._timings["climate_ms"] / 1000)

    async def _watch(self):
        while True:
            if self._inputs.step(self._clock.uptime_ms(), self._contacts()):
                self._tell()
            await asyncio.sleep(self._timings["contacts_ms"] / 1000)

    def _tell(self):
        before, self._told = self._told, self.alarms
        if before == self._told:
            return
        for name in before:
            if name not in self._told:
                self._report(name, False, "")
        for name in self._told:
            if name not in before:
                self._report(name, True, "")
        self._changed()


def _closed() -> dict:
    """No contact is fitted."""
    return {}


async def _set(clock, now_s: int):
    there_s = clock.read()
    if abs(there_s - now_s) > _CLOCK_OFF_S:
        clock.set(now_s)


def _device(part: str, openers: dict, report) -> "Device | None":
    return Device(part, openers[part], (BoxError,), report) if part in openers else None
