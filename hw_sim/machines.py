"""A bookcase's and a kiosk's parts as twins on TCP ports, their doors and air tied to the world.

What people do at a machine comes through here, so that a door of the lock board and the world's
door always stand alike.  A part's name is its name on the wire: lock, reader.2, scanner, panel,
tray, keypad.
"""

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from bookcase_fw.codecs import keypad
from hw_sim.devices.doors import Doors
from hw_sim.devices.gm65 import Scanner
from hw_sim.devices.kerong import Cu16, Cu48
from hw_sim.devices.keypad import Keypad
from hw_sim.devices.panel import Screen
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


class BookcaseTwins(Parts):
    def __init__(
        self, device: str, doors: int, world: World, radio: Radio, lock: Doors | None = None
    ) -> None:
        self.doors = doors
        self.lock: Doors = lock or LockBoard(doors)
        self.scanner = Scanner()
        self.screen = Screen()
        self._world = world
        readers = {
            f"reader.{door}": Reader(lambda door=door: radio.hear(device, door))
            for door in range(1, doors + 1)
        }
        ends = {"scanner": self.scanner, "panel": self.screen}
        super().__init__(device, {"lock": self.lock, **readers, **ends})
        for door in world.open_doors(device):
            self.lock.force_door(door)

    async def start(self) -> dict[str, Address | list[Address]]:
        """Return `ports` of the device's configuration."""
        at = await self._listen()
        antennas = [at[f"reader.{door}"] for door in range(1, self.doors + 1)]
        ends = {name: at[name] for name in ("lock", "scanner", "panel")}
        return {**ends, "antennas": antennas}

    # Hands.

    def scan(self, text: str) -> None:
        self.scanner.show(text)

    def choose(self, door: int) -> None:
        self._fitted(door)
        self.screen.choose(door)

    def leave(self) -> None:
        self.screen.leave()

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
