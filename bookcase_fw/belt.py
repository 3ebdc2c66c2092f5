"""The PLC of a 24-hour return and the reader over its belt: what they tell becomes events, what is
ordered reaches them, and when one of them is dead nothing more comes in.
"""

import asyncio

from bookcase_fw.devices import Device, Down
from bookcase_fw.drivers.conveyor import LOST, ConveyorError
from bookcase_fw.gate import GATES

FULL_PERCENT = 95  # Of a bin: nothing more falls into it.
# What the PLC tells -> the table's event; what is not here changes nothing.
_EVENTS = {
    "entered": "entered",
    "at_reader": "at_reader",
    "two_books": "two_things",
    "given_back": "given_back",
    "dropped": "dropped",
}
_OLD_MS = 655350  # What is older than the PLC can say is at least so old.


class Belt:
    def __init__(self, target, app, openers: dict):
        """target hears the events of tables/conveyor.py."""
        self._target, self._app = target, app
        self._gate = GATES[app.config.reader]
        self._plc = Device("belt", openers["belt"], (ConveyorError,), app.fault)
        self._reader = Device("reader.1", openers["reader.1"], self._gate.errors, app.fault)
        self.devices = [self._plc, self._reader]
        self.fills: list = []  # How full each bin is, in percent.
        self._orders: list = []  # (name, value), in order, for the PLC.
        self._checks = False  # Whether what lies on the belt is asked for.
        self._is_in, self._jammed, self._is_full = False, False, False

    @property
    def full(self) -> tuple:
        """Numbers of the bins that have no room."""
        return tuple([n + 1 for n, fill in enumerate(self.fills) if fill >= FULL_PERCENT])

    def order(self, name: str, value: int = 0):
        self._orders.append((name, value))

    def check(self):
        """Say at the next look whether the belt is occupied or empty."""
        self._checks = True

    async def things(self) -> list:
        """Return gate.Thing of what lies there; raises Down."""
        return await self._read(self._gate.things)

    async def secure(self, thing) -> bool:
        """Write a chip's security bit; say whether it stands; raises Down."""
        return await self._read(lambda reader: self._gate.secure(reader, thing))

    async def watch(self):
        """Hear the PLC, for ever, and let the reader prove that it lives when it was dead."""
        while True:
            self._app.beat("belt")
            wait = "poll_ms"
            try:
                if not self._reader.works:
                    await self.things()
                await self._plc.call(self._poll)
            except Down:
                self._tell_in(False)
                wait = "retry_ms"
            await asyncio.sleep(self._app.config.timings[wait] / 1000)

    async def _read(self, use):
        try:
            return await self._reader.call(use)
        except Down:
            # However soon it lives again: whoever waited for it has gone out, and comes in anew.
            self._is_in = False
            raise

    async def _poll(self, plc):
        """Carry out what was ordered, then tell what has happened."""
        while self._orders:
            await plc.order(*self._orders[0])
            self._orders.pop(0)
        events = await plc.events()
        head = await plc.head()
        if events and events[0].name == LOST:
            self._tell_in(False)
        for event in events:
            if event.name in _EVENTS:
                self._post(_EVENTS[event.name], self._stamp(event.age_ms))
        if events:
            # What they caused is on flash when the queue has run empty.
            await self._app.settled()
            await plc.take(events[-1].number)
        self._tell_head(head)

    def _tell_head(self, head):
        if head.fills != tuple(self.fills):
            self._tell_bins(list(head.fills))
        jammed = "jammed" in head.states
        if jammed != self._jammed:
            self._jammed = jammed
            self._post("jam" if jammed else "cleared")
        self._tell_in("stopped" not in head.states and self._reader.works)
        is_full = bool(self.fills) and len(self.full) == len(self.fills)
        if is_full != self._is_full:
            self._is_full = is_full
            self._post("full" if is_full else "room")
        if self._checks:
            self._checks = False
            lies_there = "occupied" in head.states
            self._post("occupied" if lies_there else "full" if is_full else "empty")

    def _tell_bins(self, fills: list):
        before, self.fills = self.full, fills
        for number in before:
            if number not in self.full:
                self._app.fault("bin.%d" % number, False, "")
        for number in self.full:
            if number not in before:
                self._app.fault("bin.%d" % number, True, "it is full")

    def _tell_in(self, is_in: bool):
        if is_in != self._is_in:
            self._is_in = is_in
            self._post("in" if is_in else "out")

    def _post(self, event: str, data=None):
        self._app.post(self._target, event, data)

    def _stamp(self, age_ms: int) -> tuple:
        """Return the stamp of what happened so long ago; -1 is longer than is known."""
        ago_ms = _OLD_MS if age_ms < 0 else age_ms
        boot, uptime_ms, wall_ms, quality = self._app.clock.stamp()
        return boot, uptime_ms - ago_ms, wall_ms - ago_ms if wall_ms else 0, quality
