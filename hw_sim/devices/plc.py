"""A 24-hour return: flap, belt, scales and bins behind a PLC.  See bookcase_fw/codecs/plc.py."""

from bookcase_fw.codecs import modbus, plc
from bookcase_fw.codecs.plc import Event, Head
from hw_sim.devices.twin import Twin, broken

FULL = 95  # Percent from which a bin is full.
BOOK_PERCENT = 5
ONE_BOOK_G = 2500  # Heavier is more than one.


class Return(Twin):
    """One thing lies on the belt at a time; the flap lets nobody reach in while the belt runs.

    `now_ms` tells the time, by which events have their age.
    """

    def __init__(self, now_ms, bins: int = 3, station: int = 1):
        super().__init__(modbus.RequestDecoder())
        self._now_ms, self._station = now_ms, station
        self._start = 1
        self._holding = [0, 0, 0, 0]  # Taken, count of orders, order, value.
        self._events: list[tuple] = []  # (number, name, value, at_ms), those not taken.
        self._last = 0  # Number of the newest event.
        self._states: list[str] = []
        self.weight_g = 0  # Of what lies on the belt.
        self.fills = [0] * bins
        self.given_back = 0
        self.on_dropped = _nobody  # Called with the bin.
        self.on_given_back = _nobody
        # Faults, off by default.
        self.sticks = False  # What is on the belt jams when it is to go to a bin.
        self.wrong_checksum = False

    def answer(self, frame: modbus.Request) -> bytes:
        if frame.station != self._station:
            return b""
        sealed = self._reply(frame)
        return broken(sealed) if self.wrong_checksum else sealed

    # Hands.

    def open_flap(self) -> bool:
        """Push the flap; say whether it opens."""
        if "flap_locked" in self._states or "belt_runs" in self._states:
            return False
        self._states.append("flap_open")
        self._happen("flap_open")
        return True

    def put_in(self, weight_g: int):
        """Lay something on the belt through the open flap, and let the flap fall."""
        assert "flap_open" in self._states
        self._states.remove("flap_open")
        self.weight_g += weight_g
        self._states += [] if "occupied" in self._states else ["occupied"]
        self._happen("entered")
        self._happen("flap_shut")
        self._happen("weighed", self.weight_g // 10)
        if self.weight_g > ONE_BOOK_G:
            self._happen("two_books", self.weight_g // 10)
        self._happen("at_reader")

    def reach_in(self):
        self._happen("hand")

    def empty_bin(self, number: int):
        self.fills[number - 1] = 0
        self._happen("bin_emptied", number)

    @property
    def is_locked(self) -> bool:
        """Whether the flap stays shut."""
        return "flap_locked" in self._states

    def clear(self):
        """Free a jammed belt by hand, and say so at the service door."""
        if "jammed" in self._states:
            self._states.remove("jammed")
            self._happen("jam_cleared")

    def stop(self, on: bool):
        """Press the emergency stop, or release it."""
        if on and "stopped" not in self._states:
            self._states.append("stopped")
            self._happen("stopped")
        elif not on and "stopped" in self._states:
            self._states.remove("stopped")

    def power_cut(self):
        """Start anew: events that were not taken are forgotten, what lies on the belt is not."""
        self._start += 1
        self._events, self._last, self._holding = [], 0, [0, 0, 0, 0]

    # The serial side.

    def _reply(self, frame: modbus.Request) -> bytes:
        name, first = frame.name, frame.first
        if name == "read_input_registers":
            return self._told(name, self._inputs(), first, frame.value)
        if name == "read_registers":
            return self._told(name, self._holding, first, frame.value)
        if name == "write_register":
            values = [frame.value]
        elif name == "write_registers":
            values = list(modbus.words(frame.data))
        else:
            return modbus.encode_refused(self._station, name, "function")
        if first + len(values) > len(self._holding):
            return modbus.encode_refused(self._station, name, "place")
        orders = self._holding[plc.ORDER]
        self._holding[first : first + len(values)] = values
        self._forget()
        if self._holding[plc.ORDER] != orders:
            self._obey(*self._holding[plc.ORDER + 1 :])
        return modbus.encode_written(self._station, name, first, frame.value)

    def _told(self, name: str, registers: list, first: int, count: int) -> bytes:
        if first + count > len(registers) or not count:
            return modbus.encode_refused(self._station, name, "place")
        data = modbus.packed(registers[first : first + count])
        return modbus.encode_data(self._station, name, data)

    def _inputs(self) -> list:
        oldest = self._events[0][0] if self._events else 0
        newest = self._events[-1][0] if self._events else 0
        states = tuple([name for name in plc.STATES if name in self._states])
        fills = tuple(self.fills)
        head = Head(self._start, states, self.weight_g, fills, oldest, newest)
        registers = list(modbus.words(plc.encode_head(head)))
        registers += [0] * (plc.RING + plc.RING_EVENTS * plc.EVENT_SIZE - len(registers))
        for number, name, value, at_ms in self._events:
            event = Event(number, name, value, self._now_ms() - at_ms)
            at = plc.place(number)
            registers[at : at + plc.EVENT_SIZE] = modbus.words(plc.encode_event(event))
        return registers

    def _happen(self, name: str, value: int = 0):
        self._last = plc.after(self._last)
        kept = self._events[1 - plc.RING_EVENTS :]
        self._events = kept + [(self._last, name, value, self._now_ms())]

    def _forget(self):
        numbers = [event[0] for event in self._events]
        if self._holding[plc.TAKEN] in numbers:
            self._events = self._events[numbers.index(self._holding[plc.TAKEN]) + 1 :]

    def _obey(self, code: int, value: int):
        names = [name for name, number in plc.ORDERS if number == code]
        if names == ["lock"] and "flap_locked" not in self._states:
            self._states.append("flap_locked")
        elif names == ["unlock"] and "flap_locked" in self._states:
            self._states.remove("flap_locked")
        elif names == ["clear"]:
            self.clear()
        elif names == ["accept"] and "occupied" in self._states and 1 <= value <= len(self.fills):
            self._sort(value)
        elif names == ["give_back"] and "occupied" in self._states:
            self._leave_belt()
            self.given_back += 1
            self.on_given_back()
            self._happen("given_back")

    def _sort(self, number: int):
        if self.sticks:
            self._states += [] if "jammed" in self._states else ["jammed"]
            self._happen("jam")
            return
        self._leave_belt()
        self.on_dropped(number)
        self.fills[number - 1] = min(100, self.fills[number - 1] + BOOK_PERCENT)
        self._happen("dropped", number)
        if self.fills[number - 1] >= FULL:
            self._happen("bin_full", number)

    def _leave_belt(self):
        self.weight_g = 0
        self._states.remove("occupied")


def _nobody(*_said):
    pass
