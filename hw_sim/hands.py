"""Hands and faults: the one table of everything that can be done to the simulated machines.

`table(room, extra)` makes it runnable; the desk gives rows of its own for what it alone can do:
network, power, servers.
"""

import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from hw_sim.boxport import Box
from hw_sim.command import Row, Table
from hw_sim.machines import BookcaseTwins, BoxedTwins, KioskTwins, ReturnTwins
from hw_sim.world.places import Belt, Bin, Compartment, Copy, Place, Tray
from hw_sim.world.radio import Radio
from hw_sim.world.truth import HandError, World

CARD = re.compile(r"SG\d{8}")  # What the QR code of a card says.
TAP_MS = 600  # How long a card lies on a card reader.
REBOUND_MS = 300  # From the shut of a door that bounces to its springing open.


@dataclass
class Room:
    """Everything within reach: the truth, the air, and the machines that run."""

    world: World
    radio: Radio
    machines: dict[str, BoxedTwins | KioskTwins]
    sleep: Callable[[float], Awaitable[None]]
    struck: Counter[str] = field(default_factory=Counter)  # Faults that come true when ordered.

    def fired(self) -> Counter[str]:
        """Return how often each fault came true: of lines, of the radio, of doors and books."""
        lines = (machine.fired() for machine in self.machines.values())
        return sum(lines, self.struck + self.radio.fired)


def table(room: Room, extra: Iterable[Row] = ()) -> Table:
    return Table(room, (*ROWS, *extra))


# How a row reaches what it acts on.


def machine(room: Room, device: str) -> BoxedTwins | KioskTwins:
    if device not in room.machines:
        raise HandError(f"There is no {device} here; say machines.")
    return room.machines[device]


def bookcase(room: Room, device: str) -> BookcaseTwins:
    found = machine(room, device)
    if not isinstance(found, BookcaseTwins):
        raise HandError(f"{device} has no doors.")
    return found


def kiosk(room: Room, device: str) -> KioskTwins:
    found = machine(room, device)
    if not isinstance(found, KioskTwins):
        raise HandError(f"{device} is no kiosk: it has no tray and no keys.")
    return found


def slot(room: Room, device: str) -> ReturnTwins:
    found = machine(room, device)
    if not isinstance(found, ReturnTwins):
        raise HandError(f"{device} is no 24-hour return: it has no flap.")
    return found


def box(room: Room, device: str) -> Box:
    found = machine(room, device)
    if not isinstance(found, BoxedTwins):
        raise HandError(f"{device} is a kiosk: nobody looks into its box.")
    return found.box


def _world(method: Callable[..., Any]) -> Callable[..., Any]:
    return lambda room, *given: method(room.world, *given)


def _bookcase(method: Callable[..., Any]) -> Callable[..., Any]:
    return lambda room, device, *given: method(bookcase(room, device), *given)


def _kiosk(method: Callable[..., Any]) -> Callable[..., Any]:
    return lambda room, device, *given: method(kiosk(room, device), *given)


def _slot(method: Callable[..., Any]) -> Callable[..., Any]:
    return lambda room, device, *given: method(slot(room, device), *given)


def _box(method: Callable[..., Any]) -> Callable[..., Any]:
    return lambda room, device, *given: method(box(room, device), *given)


def _wire(fault: str) -> Callable[..., None]:
    """Return an act that sets a fault of the line to a part."""

    def act(room: Room, device: str, part: str, value: int) -> None:
        setattr(machine(room, device).part(part).port.wire, fault, value)

    return act


# Hands that are more than one movement.


async def _tap(room: Room, device: str, uid: str, for_ms: int = TAP_MS) -> None:
    """Lay a card with a chip on the card reader, and take it away again."""
    cards = bookcase(room, device).cards
    cards.lay(bytes.fromhex(uid))
    await room.sleep(for_ms / 1000)
    cards.take_away()


def _drop(room: Room, device: str, barcode: str, other: str = "") -> None:
    slot(room, device).drop(*filter(None, (barcode, other)))


def _scan(room: Room, device: str, text: str) -> None:
    """Whoever holds a card to the scanner has come, unless somebody stands at an open door."""
    if CARD.fullmatch(text) and not room.world.open_doors(device):
        room.world.come(device, text)
    machine(room, device).scan(text)


def _leave(room: Room, device: str) -> None:
    machine(room, device).leave()
    room.world.go(device)


async def _rebound(room: Room, device: str, door: int, after_ms: int = REBOUND_MS) -> None:
    bookcase(room, device).shut(door)
    await room.sleep(after_ms / 1000)
    bookcase(room, device).spring_open(door)


# Faults that are not of a line.


def _deaf(room: Room, device: str, part: str) -> None:
    machine(room, device).part(part).port.wire.deaf = True


def _hearing(room: Room, device: str, part: str) -> None:
    machine(room, device).part(part).port.wire.deaf = False


def _jam(room: Room, device: str, door: int) -> None:
    bookcase(room, device).jam(door, on=True)
    room.struck["jam"] += 1


def _free(room: Room, device: str, door: int) -> None:
    bookcase(room, device).jam(door, on=False)
    bookcase(room, device).stick(door, "free")


def _stick(room: Room, device: str, door: int, sense: str) -> None:
    bookcase(room, device).stick(door, sense)
    room.struck["stick"] += 1


def _miss(room: Room, barcode: str, rounds: int) -> None:
    room.radio.missing[room.world.copy(barcode).barcode] += rounds


def _dead(room: Room, barcode: str) -> None:
    room.world.kill(barcode)
    room.struck["dead"] += 1


def _foreign(room: Room, device: str, door: int, tag: str = "") -> str:
    copy = room.world.put_foreign(device, door, tag)
    room.struck["foreign"] += 1
    return f"{copy.barcode} {copy.tag}"


# Looks.


def _machines(room: Room) -> list[str]:
    return [f"{device} {_summary(room, one)}" for device, one in sorted(room.machines.items())]


def _summary(room: Room, one: BoxedTwins | KioskTwins) -> str:
    if isinstance(one, ReturnTwins):
        fills = ", ".join(f"{fill} %" for fill in one.plc.fills)
        return f"24-hour return, bins {fills} full"
    if isinstance(one, KioskTwins):
        if one.role != "selfcheck":
            return f"kiosk, {one.role}"
        return f"kiosk, {len(room.world.at(Tray(one.device)))} copies on the tray"
    assert isinstance(one, BookcaseTwins)
    inside = [room.world.at(place) for place in _compartments(one)]
    return f"bookcase, {one.doors} doors, {sum(map(len, inside))} copies"


def _look(room: Room, device: str) -> list[str]:
    one = machine(room, device)
    visitor = room.world.visitors.get(device)
    lines = [f"{device}: {visitor or 'nobody'} is in front of it"]
    if isinstance(one, KioskTwins):
        return lines + _shelf(room, Tray(device), "on the tray")
    shown = {name: value for name, value in one.screen.shown.items() if value}
    lines.append("screen: " + (", ".join(f"{n} {v}" for n, v in shown.items()) or "dark"))
    if isinstance(one, ReturnTwins):
        at: list[Place] = [Belt(device)]
        at += [Bin(device, n + 1) for n in range(len(one.plc.fills))]
        for holder in at:
            lines += _shelf(room, holder, str(holder))
        return [*lines, f"lamp: {one.box.light[0]}"]
    assert isinstance(one, BookcaseTwins)
    for place in _compartments(one):
        stands = "open" if room.world.doors[place].open else "shut"
        lines += _shelf(room, place, f"door {place.door}, {stands}")
    return [*lines, f"lamp: {one.box.light[0]}"]


def _shelf(room: Room, place: Place, heading: str) -> list[str]:
    copies = room.world.at(place)
    count = f"{len(copies)} of {room.world.capacity[place]}"
    return [f"{heading}: {count}", *(f"  {_named(room, copy)}" for copy in copies)]


def _where(room: Room, barcode: str) -> str:
    return f"{_named(room, room.world.copy(barcode))} is in {room.world.where(barcode)}"


def _story(room: Room, barcode: str) -> list[str]:
    room.world.copy(barcode)
    return [f"{happening.at_ms} {happening.text}" for happening in room.world.story(barcode)]


def _faults(room: Room) -> list[str]:
    return [f"{fault:<10}{count:>6}" for fault, count in sorted(room.fired().items())]


def _named(room: Room, copy: Copy) -> str:
    dead = " (dead chip)" if copy.barcode in room.world.dead else ""
    return f"{copy.barcode} {copy.title}{dead}"


def _compartments(one: BookcaseTwins) -> list[Compartment]:
    return [Compartment(one.device, door) for door in range(1, one.doors + 1)]


# fmt: off
ROWS = (
    Row("hand", "scan", "DEVICE TEXT", "hold a card or a book to the scanner", _scan),
    Row("hand", "choose", "BOOKCASE DOOR", "touch a door on the screen",
        _bookcase(BookcaseTwins.choose)),
    Row("hand", "key", "KIOSK KEYS", "press keys, one after the other", _kiosk(KioskTwins.press)),
    Row("hand", "roll", "KIOSK COUNT", "put a roll of so many lines into the printer; 0: none",
        _kiosk(KioskTwins.put_roll)),
    Row("hand", "tap", "BOOKCASE UID [MS]", "lay a card with a chip on the card reader",
        _tap),
    Row("hand", "code", "BOOKCASE TEXT", "type a pick-up code at a locker",
        _bookcase(BookcaseTwins.type_code)),
    Row("hand", "drop", "RETURN BARCODE [OTHER]", "put a copy that is in hands, or two, in",
        _drop),
    Row("hand", "empty", "RETURN BIN", "staff empty a bin", _slot(ReturnTwins.empty)),
    Row("hand", "clear", "RETURN", "staff free a jammed belt", _slot(ReturnTwins.clear)),
    Row("hand", "pin", "BOOKCASE TEXT", "staff type a PIN on the screen",
        _bookcase(BookcaseTwins.type_pin)),
    Row("hand", "task", "BOOKCASE TEXT", "staff touch a task on the screen, for all doors",
        _bookcase(BookcaseTwins.task)),
    Row("hand", "leave", "DEVICE", "touch leave, and walk away", _leave),
    Row("hand", "pull", "BOOKCASE DOOR", "pull at a door: a released one opens",
        _bookcase(BookcaseTwins.pull)),
    Row("hand", "shut", "BOOKCASE DOOR", "shut a door", _bookcase(BookcaseTwins.shut)),
    Row("hand", "rebound", "BOOKCASE DOOR [MS]", "shut a door so that it springs open again",
        _rebound),
    Row("hand", "force", "BOOKCASE DOOR", "open a door against its lock",
        _bookcase(BookcaseTwins.force)),
    Row("hand", "take", "BOOKCASE DOOR BARCODE [CARD]", "take a copy out", _world(World.take)),
    Row("hand", "put", "BOOKCASE DOOR BARCODE", "put a copy that is in hands in",
        _world(World.put)),
    Row("hand", "move", "BOOKCASE DOOR TO BARCODE", "move a copy into another compartment",
        _world(World.shift)),
    Row("hand", "lay", "KIOSK BARCODE", "lay a copy that is in hands on the tray",
        _world(World.lay)),
    Row("hand", "lift", "KIOSK BARCODE [CARD]", "take a copy off the tray", _world(World.lift)),
    Row("hand", "pick", "BARCODE [CARD]", "take a copy from a library's shelf",
        _world(World.pick)),
    Row("hand", "shelve", "BARCODE SITE", "put a copy that is in hands on a shelf",
        _world(World.shelve)),
    Row("hand", "told", "BARCODE CARD", "note what a kiosk said: lent to, or - returned",
        _world(World.tell)),
    Row("fault", "deaf", "DEVICE PART", "nothing gets through to a part and from it", _deaf),
    Row("fault", "hearing", "DEVICE PART", "it does again", _hearing),
    Row("fault", "noise", "DEVICE PART COUNT", "bytes of noise before each message; 0 ends it",
        _wire("noise")),
    Row("fault", "cut", "DEVICE PART COUNT", "so many messages lose their second half",
        _wire("cut")),
    Row("fault", "checksum", "DEVICE PART COUNT", "so many messages have one wrong bit",
        _wire("garble")),
    Row("fault", "chop", "DEVICE PART STATE", "each byte arrives alone", _wire("chop")),
    Row("fault", "delay", "DEVICE PART MS", "each message is late; 0 ends it",
        _wire("delay_ms")),
    Row("fault", "jam", "BOOKCASE DOOR", "the lock does not release", _jam),
    Row("fault", "stick", "BOOKCASE DOOR SENSE", "the sensor says open or shut, always", _stick),
    Row("fault", "free", "BOOKCASE DOOR", "lock and sensor work again", _free),
    Row("fault", "snag", "RETURN", "what is on the belt next gets stuck", _slot(ReturnTwins.jam)),
    Row("fault", "full", "RETURN BIN PERCENT", "a bin is so full",
        _slot(ReturnTwins.fill_bin)),
    Row("fault", "halt", "RETURN STATE", "the emergency stop is pressed, or released",
        _slot(ReturnTwins.stop_belt)),
    Row("fault", "warm", "DEVICE CELSIUS", "how warm it is in its box", _box(Box.warm)),
    Row("fault", "ring", "DEVICE CONTACT STATE", "a contact of its box opens: water and such",
        _box(Box.ring)),
    Row("fault", "mute", "DEVICE PART STATE", "climate or clock says nothing", _box(Box.mute)),
    Row("fault", "miss", "BARCODE ROUNDS", "its own antenna does not hear it so many rounds",
        _miss),
    Row("fault", "dead", "BARCODE", "its chip dies", _dead),
    Row("fault", "foreign", "BOOKCASE DOOR [TAG]", "a foreign book is put in; TAG: its number",
        _foreign),
    Row("look", "machines", "", "all machines that run", _machines),
    Row("look", "look", "DEVICE", "what is truly there: doors, copies, screen", _look),
    Row("look", "receipts", "KIOSK", "what its printer has printed",
        _kiosk(KioskTwins.receipts)),
    Row("look", "where", "BARCODE", "where a copy truly is", _where),
    Row("look", "story", "BARCODE", "what truly happened to a copy",
        _story),
    Row("look", "faults", "", "how often each fault came true", _faults),
)
# fmt: on
