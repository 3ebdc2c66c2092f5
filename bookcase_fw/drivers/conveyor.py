"""The driver of a 24-hour return's PLC: what happened, in order, and orders.  See codecs/plc.py."""

import asyncio

from bookcase_fw.codecs import modbus, plc
from bookcase_fw.drivers.line import WAITS, Line, Waits

TRIES_MAX = 3
LOST = "lost"  # The event that stands for those which the PLC could not keep.


class ConveyorError(Exception):
    """The PLC is silent, refuses, or its line has ended.  The next call asks again."""


class Conveyor:
    """A PLC.  An event is told again until it was taken: take it when its record is written."""

    def __init__(
        self,
        port: tuple,
        station: int = 1,
        bus: asyncio.Lock | None = None,
        waits: Waits = WAITS,
    ):
        self._line = Line(port, modbus.Decoder(), ConveyorError, waits)
        self._station = station
        self._bus = bus or asyncio.Lock()
        self._start = -1  # Number of the PLC's start at which we count.
        self._taken = 0  # Number of the last event that was taken in that start; 0 when none.
        self._lost = False  # Whether the PLC started anew and nobody took LOST yet.
        self._orders = 0  # How many the PLC has had.

    @property
    def noise_count(self) -> int:
        return self._line.noise_count

    async def head(self) -> plc.Head:
        """Return states, weight, fill of the bins, and which events there are."""
        data = await self._read("read_input_registers", plc.HEAD, plc.HEAD_SIZE)
        found = plc.head(data)
        if found is None:
            raise ConveyorError("the PLC has another table of registers")
        if found.start != self._start:
            self._lost = self._start != -1
            known = modbus.words(await self._read("read_registers", plc.TAKEN, 2))
            self._start, (self._taken, self._orders) = found.start, known
        return found

    async def events(self) -> list:
        """Return the events that were not taken, oldest first; each with its age when it was read.

        When the PLC had to forget some, or started anew, the first is named LOST: what lies on the
        belt is not known then.
        """
        head = await self.head()
        found = [plc.Event(0, LOST, 0, -1)] if self._lost or self._gap(head.oldest) else []
        number = head.oldest
        for _event in range(plc.RING_EVENTS if number else 0):
            if not self._was_taken(number):
                event = await self._event(number)
                found += [event] if event else []
            if number == head.newest:
                break
            number = plc.after(number)
        return found

    async def take(self, number: int):
        """Let the PLC forget an event and those before it; LOST, number 0, is before all others."""
        if number:
            await self._write("write_register", plc.TAKEN, (number,))
            self._taken = number
        self._lost = False

    async def order(self, name: str, value: int = 0):
        """Order once: the PLC does it when the count grows, so a repeated message is harmless."""
        if self._start < 0:
            await self.head()
        count = (self._orders + 1) & 0xFFFF
        await self._write("write_registers", plc.ORDER, (count, plc.order(name), value))
        self._orders = count

    def _gap(self, oldest: int) -> bool:
        """Say whether the oldest event there is comes later than the next after what was taken."""
        wanted = plc.after(self._taken) if self._taken else 1
        return oldest not in (0, wanted) and not self._was_taken(oldest)

    def _was_taken(self, number: int) -> bool:
        """Say whether an event is the last that was taken, or one before it."""
        ahead = (number - self._taken) % 0xFFFF
        return self._taken > 0 and (ahead == 0 or ahead > 0x7FFF)

    async def _event(self, number: int) -> plc.Event | None:
        """Return an event; None when the PLC wrote over it or it is of no kind that we know."""
        data = await self._read("read_input_registers", plc.place(number), plc.EVENT_SIZE)
        found = plc.event(data)
        return found if found and found.number == number else None

    async def _read(self, name: str, first: int, count: int) -> bytes:
        request = modbus.encode(self._station, name, first, count)
        answer = await self._ask(request, name, lambda frame: len(frame[2]) == 2 * count)
        return answer[2]

    async def _write(self, name: str, first: int, values: tuple):
        if name == "write_register":
            request = modbus.encode(self._station, name, first, values[0])
        else:
            data = modbus.packed(values)
            request = modbus.encode(self._station, name, first, len(values), data)
        await self._ask(request, name, lambda frame: frame[2] == first)

    async def _ask(self, request: bytes, name: str, fits) -> tuple:
        async with self._bus:
            await self._line.settle()
            for _try in range(TRIES_MAX):
                await self._line.send(request)
                answer = await self._line.answer(
                    lambda frame: (
                        frame[:2] == (self._station, name)
                        and (type(frame) is modbus.Refused or fits(frame))
                    )
                )
                if answer:
                    break
            else:
                raise ConveyorError("the PLC is silent: asked %d times" % TRIES_MAX)
        if type(answer) is modbus.Refused:
            raise ConveyorError("the PLC refuses %s: %s" % (name, answer[2]))
        return answer
