"""The machines' parts as twins on TCP ports, their doors, belts and air tied to the world.

What people do at a machine comes through here, so that a door of the lock board and the world's
door always stand alike.  A part's name is its name on the wire: lock, reader.2, scanner, panel,
tray, keypad.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from bookcase_fw.codecs import keypad
from hw_sim.boxport import Box
from hw_sim.devices.doors import Doors
from hw_sim.devices.gm65 import Scanner
from hw_sim.devices.kerong import Cu16, Cu48
from hw_sim.devices.keypad import Keypad
from hw_sim.devices.panel import Screen
from hw_sim.devices.plc import Return
from hw_sim.devices.pn532 import Reader as CardReader
from hw_sim.devices.printer import Printer
from hw_sim.devices.r200 import Reader
from hw_sim.devices.twin import Twin
from hw_sim.devices.wjl import LockBoard
from hw_sim.serialport import SerialPort
from hw_sim.world.radio import Radio
from hw_sim.world.truth import Door, HandError, World

Address = tuple[str, int]
# The lock boards by their name in a bookcase's configuration (bookcase_fw/drivers/locks.py).
LOCKS: dict[str, Callable[[int], Doors]] = {"wjl": LockBoard, "kerong": Cu48, "kerong_cu16": Cu16}
# What a kiosk has, by its role (kiosk/core/roles.py).
KIOSK_PARTS = {
    "selfcheck": ("tray", "scanner", "keypad", "printer"),
    "opac": ("scanner", "keypad"),
}
GO = ">"  # How a line of text writes the key that goes on; the other keys are their own bytes.


BOOK_G = 450


class Part(NamedTuple):
    twin: Twin
    port: SerialPort


class Parts:
    """What bookcases and kiosks share: parts that are plugged in together."""

    def __init__(self, device: str, twins: dict[str, Twin]) -> None:
        self.device = device
        self._parts = {name: Part(twin, SerialPort(twin)) for name, twin in twins.items()}

    @property
    def names(self) -> list[str]:
        return list(self._parts)

    def part(self, name: str) -> Part:
        if name not in self._parts:
            raise HandError(f"{self.device} has no {name}; it has {', '.join(self._parts)}.")
        return self._parts[name]

    def fired(self) -> Counter[str]:
        """Return how often each fault of a line came true, over all parts."""
        return sum((Counter(part.port.wire.fired) for part in self._parts.values()), Counter())

    async def stop(self) -> None:
        for part in self._parts.values():
            await part.port.stop()

    async def _listen(self) -> dict[str, Address]:
        return {name: await part.port.start() for name, part in self._parts.items()}


class BoxedTwins(Parts):
    """A machine in a box, with a screen; `start` returns `ports` of its configuration."""

    def __init__(self, device: str, twins: dict[str, Twin]) -> None:
        self.screen = Screen()
        self.box = Box(int(time.time()))
        super().__init__(device, {**twins, "panel": self.screen})

    async def start(self) -> dict[str, Address]:
        return {**await self._listen(), "box": await self.box.start()}

    async def stop(self) -> None:
        await super().stop()
        await self.box.stop()

    def leave(self) -> None:
        self.screen.leave()

    def scan(self, text: str) -> None:
        raise HandError(f"{self.device} has no scanner.")


class BookcaseTwins(BoxedTwins):
    """`antennas`: how many the compartments have, where that is not one each."""

    def __init__(
        self,
        device: str,
        doors: int,
        world: World,
        radio: Radio,
        lock: Doors | None = None,
        antennas: Sequence[int] = (),
    ) -> None:
        self.doors = doors
        self.lock: Doors = lock or LockBoard(doors)
        self.scanner = Scanner()
        self.cards = CardReader()
        self._world = world
        twins: dict[str, Twin] = {"lock": self.lock}
        for door, count in enumerate(antennas or [1] * doors, 1):
            for shelf in range(1, count + 1):
                twins[f"reader.{len(twins)}"] = Reader(_ear(radio, device, door, shelf, count))
        super().__init__(device, {**twins, "scanner": self.scanner, "card": self.cards})
        for door in world.open_doors(device):
            self.lock.force_door(door)

    # Hands.

    def scan(self, text: str) -> None:
        self.scanner.show(text)

    def choose(self, door: int) -> None:
        self._fitted(door)
        self.screen.choose(door)

    def type_pin(self, pin: str) -> None:
        self.screen.type_pin(pin)

    def task(self, word: str) -> None:
        self.screen.task(word)

    def type_code(self, code: str) -> None:
        """Type a pick-up code on the screen."""
        self.screen.type_code(code)

    def pull(self, door: int) -> None:
        """Pull at a door; the lock may hold it."""
        if self._fitted(door).open:
            raise HandError(f"Door {self.device}/{door} stands open already.")
        if not self.lock.pull_door(door):
            raise HandError(f"Door {self.device}/{door} is locked.")
        self._world.open_door(self.device, door)

    def force(self, door: int) -> None:
        self._world.open_door(self.device, door, forced=True)
        self.lock.force_door(door)

    def shut(self, door: int) -> None:
        self._world.shut_door(self.device, door)
        self.lock.shut_door(door)

    def spring_open(self, door: int) -> None:
        self._world.spring_open(self.device, door)
        self.lock.force_door(door)

    # Faults.

    def jam(self, door: int, on: bool) -> None:
        """Let the lock no longer release its door."""
        self._fitted(door)
        (self.lock.jammed.add if on else self.lock.jammed.discard)(door)

    def stick(self, door: int, sense: str) -> None:
        """Let a door's sensor always say `open` or `shut`, or be `free` again."""
        self._fitted(door)
        self.lock.stuck.pop(door, None)
        if sense != "free":
            self.lock.stuck[door] = sense == "shut"

    def _fitted(self, door: int) -> Door:
        return self._world.door(self.device, door)


class ReturnTwins(BoxedTwins):
    """A 24-hour return: its PLC and the reader over its belt; the world's books move with it."""

    def __init__(self, device: str, world: World, radio: Radio, bins: int) -> None:
        self._world = world
        self._bringer = ""  # Who put in what lies on the belt.
        self.plc = Return(_now_ms, bins)
        self.plc.on_dropped = self._fall
        self.plc.on_given_back = self._hand_back
        reader = Reader(lambda: radio.hear_belt(device))
        super().__init__(device, {"belt": self.plc, "reader.1": reader})

    # Hands.

    def drop(self, *barcodes: str) -> None:
        """Push the flap and put books on the belt, all at once."""
        if not self.plc.open_flap():
            raise HandError(f"The flap of {self.device} is shut.")
        for barcode in barcodes:
            self._bringer = self._world.drop(self.device, barcode)
        self.plc.put_in(BOOK_G * len(barcodes))

    def empty(self, number: int) -> None:
        """Staff take a bin's books away and put it back."""
        if not 1 <= number <= len(self.plc.fills):
            raise HandError(f"{self.device} has no bin {number}.")
        self.plc.empty_bin(number)

    def _fall(self, number: int) -> None:
        self._world.fall(self.device, number)

    def _hand_back(self) -> None:
        self._world.hand_back(self.device, self._bringer)

    def clear(self) -> None:
        """Staff free a jammed belt."""
        self.plc.sticks = False
        self.plc.clear()

    # Faults.

    def jam(self) -> None:
        """Let what lies on the belt next get stuck."""
        self.plc.sticks = True

    def fill_bin(self, number: int, percent: int) -> None:
        self.plc.fills[number - 1] = percent

    def stop_belt(self, on: bool) -> None:
        """Press the emergency stop, or release it."""
        self.plc.stop(on)


class KioskTwins(Parts):
    """A kiosk's parts; those that its role has not are not plugged in."""

    def __init__(self, device: str, world: World, radio: Radio, role: str = "selfcheck") -> None:
        self.role = role
        self.tray = Reader(lambda: radio.hear_tray(device))
        self.scanner = Scanner()
        self.keypad = Keypad()
        self.printer = Printer()
        self._world = world
        super().__init__(device, {part: getattr(self, part) for part in KIOSK_PARTS[role]})

    async def start(self) -> dict[str, str]:
        """Return the kiosk's ports as pyserial has them."""
        at = await self._listen()
        return {name: f"socket://{host}:{port}" for name, (host, port) in at.items()}

    def scan(self, text: str) -> None:
        self.scanner.show(text)

    def leave(self) -> None:
        """Walk away without a word: a kiosk notices by itself."""

    def press(self, keys: str) -> None:
        """Press keys one after the other, each by its byte, and `>` to go on."""
        words = {byte.decode(): word for word, byte in keypad.KEYS} | {GO: "go"}
        for key in keys:
            self.keypad.press(words[key])

    def put_roll(self, lines: int) -> None:
        """Put a roll of paper into the printer, with so many lines on it; 0 takes it out."""
        self.printer.change_roll(lines)

    def receipts(self) -> list[str]:
        """Return what the printer has printed, line by line."""
        return [
            line
            for receipt in self.printer.receipts
            for line in receipt.decode("gb18030", "replace").splitlines()
        ]


def twins(
    device: str, fitting: Mapping[str, Any], world: World, radio: Radio
) -> "BookcaseTwins | ReturnTwins":
    """Return the parts of a machine with our firmware, by the fields of its configuration."""
    if fitting["machine"] == "return":
        bins = max(number for number, _what, _value in fitting["bins"])
        return ReturnTwins(device, world, radio, bins)
    doors = int(fitting["doors"])
    lock = LOCKS[fitting["lock"]](doors)
    return BookcaseTwins(device, doors, world, radio, lock, fitting.get("antennas", ()))


def _ear(
    radio: Radio, device: str, door: int, shelf: int, shelves: int
) -> Callable[[], list[tuple[str, int]]]:
    """Return what an antenna of a compartment hears: its only one, or that of a shelf."""
    if shelves == 1:
        return lambda: radio.hear(device, door)
    return lambda: radio.hear_shelf(device, door, shelf, shelves)


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000
