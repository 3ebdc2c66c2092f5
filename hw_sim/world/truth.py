"""Where every copy truly is and how every door truly stands: what no machine can know for sure.

A copy is at exactly one place.  People's hands move it; a hand that is physically impossible (the
door is shut, the compartment is full, the copy is elsewhere) raises HandError with a sentence.
Everything that happens is written down with its time, so that a quarrel can be told as a story.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hw_sim.world.places import Belt, Bin, Compartment, Copy, Hands, Place, Shelf, Tray

CAPACITY = 12  # Copies in a compartment, where nothing else is said.
TRAY_CAPACITY = 10  # Copies in a pile on a kiosk's tray.
BELT_CAPACITY = 2  # What the opening of a 24-hour return lets through at once.
BIN_CAPACITY = 200


class HandError(Exception):
    """This cannot be done by anybody's hands now.  The message is a sentence that says why."""


@dataclass(slots=True)
class Door:
    """A door as it stands; while it is open, also who opened it and how."""

    open: bool = False
    opener: str = ""  # The card that the machine was asked with; "" when with none.
    forced: bool = False  # It was opened against the lock, with nobody asking.
    sprung: bool = False  # It was shut and sprang open by itself.


@dataclass(frozen=True, slots=True)
class Taking:
    """How a copy came into the hands that hold it now."""

    origin: Place
    opener: str = ""
    forced: bool = False
    sprung: bool = False


@dataclass(frozen=True, slots=True)
class Happening:
    at_ms: int  # Since 1970, UTC.
    barcode: str  # "" where it concerns no single copy.
    device: str  # "" where it concerns no machine.
    text: str


class World:
    """The truth.  Everything is public to look at; only the methods change it."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self.copies: dict[str, Copy] = {}
        self.doors: dict[Compartment, Door] = {}
        self.capacity: dict[Place, int] = {}
        self.places: dict[str, Place] = {}
        self.takings: dict[str, Taking] = {}  # Of the copies that are in hands.
        self.near: dict[str, str] = {}  # Barcodes in hands in front of a machine -> that machine.
        self.visitors: dict[str, str] = {}  # Machines -> card of the person in front.
        self.told: dict[str, str] = {}  # Barcodes -> card that a kiosk's screen named; see `tell`.
        self.dead: set[str] = set()  # Barcodes of copies whose chip is dead.
        self.moves: Counter[str] = Counter()  # Barcodes -> how often hands moved the copy.
        self.changes = (
            0  # Rises with all that an antenna may hear: what was reckoned holds so long.
        )
        self.held: defaultdict[str, set[str]] = defaultdict(set)  # Barcodes -> who ever had it.
        self.journal: list[Happening] = []
        self.on_happening: Callable[[Happening], None] = _nobody_listens
        self._now_ms = now_ms
        self._contents: defaultdict[Place, set[str]] = defaultdict(set)
        # Barcodes -> the opening of a door at which it was put in, and how its bringer had got it.
        self._brought: dict[str, tuple[Door, Taking | None]] = {}

    # Furnishing, before anybody comes.

    def add_bookcase(self, device: str, doors: int, capacity: int = CAPACITY) -> None:
        for door in range(1, doors + 1):
            self.doors[Compartment(device, door)] = Door()
            self.capacity[Compartment(device, door)] = capacity

    def add_kiosk(self, device: str, capacity: int = TRAY_CAPACITY) -> None:
        self.capacity[Tray(device)] = capacity

    def add_return(self, device: str, bins: int) -> None:
        self.capacity[Belt(device)] = BELT_CAPACITY
        for number in range(1, bins + 1):
            self.capacity[Bin(device, number)] = BIN_CAPACITY

    def add_copy(self, copy: Copy, place: Place) -> None:
        if copy.barcode in self.copies:
            raise HandError(f"{copy.barcode} exists already: one book is at one place.")
        self._must_fit(place)
        self.changes += 1
        self.copies[copy.barcode] = copy
        self.places[copy.barcode] = place
        self._contents[place].add(copy.barcode)

    def place_all(self, places: Mapping[str, Place]) -> None:
        """Put copies where they were, however full that makes a place; nothing is written down."""
        self.changes += 1
        for barcode, place in places.items():
            self._contents[self.where(barcode)].discard(barcode)
            self._contents[place].add(barcode)
            self.places[barcode] = place

    # Looking.

    def copy(self, barcode: str) -> Copy:
        if barcode not in self.copies:
            raise HandError(f"There is no copy {barcode}.")
        return self.copies[barcode]

    def where(self, barcode: str) -> Place:
        return self.places[self.copy(barcode).barcode]

    def at(self, place: Place) -> list[Copy]:
        return [self.copies[barcode] for barcode in sorted(self._contents[place])]

    def in_hands_near(self, device: str) -> list[Copy]:
        """Return the copies that somebody holds in front of a machine."""
        return [self.copies[code] for code in sorted(self.near) if self.near[code] == device]

    def story(self, barcode: str) -> list[Happening]:
        return [happening for happening in self.journal if happening.barcode == barcode]

    def door(self, device: str, door: int) -> Door:
        place = Compartment(device, door)
        if place not in self.doors:
            raise HandError(f"There is no door {place}.")
        return self.doors[place]

    def open_doors(self, device: str) -> list[int]:
        return [at.door for at, door in self.doors.items() if at.device == device and door.open]

    # People.

    def come(self, device: str, card: str) -> None:
        """A person with a card steps in front of a machine, with what they have in their hands."""
        left = [one for one, visitor in self.visitors.items() if one == device or visitor == card]
        for one in left:
            self.go(one)
        self.changes += 1
        self.visitors[device] = card
        for copy in self.at(Hands(card)):
            self.near[copy.barcode] = device

    def go(self, device: str) -> None:
        """Whoever is in front of a machine walks away, with what they have in their hands."""
        self.changes += 1
        self.visitors.pop(device, None)
        for copy in self.in_hands_near(device):
            del self.near[copy.barcode]

    # Doors.

    def open_door(self, device: str, number: int, forced: bool = False) -> None:
        door = self.door(device, number)
        if door.open:
            raise HandError(f"Door {device}/{number} stands open already.")
        opener = "" if forced else self.visitors.get(device, "")
        self.doors[Compartment(device, number)] = Door(True, opener, forced)
        how = "was forced open" if forced else f"was opened by {opener or 'somebody'}"
        self._write("", device, f"door {device}/{number} {how}")

    def shut_door(self, device: str, number: int) -> None:
        door = self.door(device, number)
        if not door.open:
            raise HandError(f"Door {device}/{number} is shut already.")
        self.doors[Compartment(device, number)] = Door(False, door.opener)
        self._write("", device, f"door {device}/{number} was shut")

    def spring_open(self, device: str, number: int) -> None:
        """A door that was just shut opens by itself; nobody asked for it."""
        door = self.door(device, number)
        if door.open:
            raise HandError(f"Door {device}/{number} stands open already.")
        self.doors[Compartment(device, number)] = Door(True, door.opener, sprung=True)
        self._write("", device, f"door {device}/{number} sprang open by itself")

    # Books.

    def take(self, device: str, number: int, barcode: str, card: str | None = None) -> None:
        """Take a copy out of a compartment; without a card, by whoever the door was opened for.

        Put in and taken out at one opening, it never was inside, as far as anybody can tell.
        """
        place = Compartment(device, number)
        door = self._open_door(place)
        self._must_be_at(barcode, place)
        self.told.pop(barcode, None)
        holder = Hands(door.opener if card is None else card)
        self._move(barcode, holder, f"{holder.card or 'a stranger'} took it from {place}")
        taking = Taking(place, door.opener, door.forced, door.sprung)
        opening, before = self._brought.get(barcode, (None, None))
        self.takings[barcode] = before if before and opening is door else taking
        self.held[barcode] |= {door.opener} - {""}
        self.near[barcode] = device

    def put(self, device: str, number: int, barcode: str) -> None:
        """Put a copy from somebody's hands into a compartment."""
        place = Compartment(device, number)
        door = self._open_door(place)
        card = self._holder(barcode)
        before = self.takings.get(barcode)
        self._move(barcode, place, f"{card or 'a stranger'} put it into {place}")
        self._brought[barcode] = (door, before)

    def add_stranger(self, barcode: str, card: str) -> None:
        """Somebody has a book in their hands that is not the library's."""
        tag = f"F1{len(self.copies):022X}"
        self.add_copy(Copy(barcode, tag, "a foreign book", foreign=True), Hands(card))

    def put_foreign(self, device: str, number: int, tag: str = "") -> Copy:
        """A stranger puts in a foreign book; with a tag of ours, that number is there twice."""
        place = Compartment(device, number)
        self._open_door(place)
        self._must_fit(place)
        count = sum(copy.foreign for copy in self.copies.values()) + 1
        copy = Copy(f"X{count:08d}", tag or f"F0{count:022X}", "a foreign book", foreign=True)
        self.add_copy(copy, Hands(""))
        self.put(device, number, copy.barcode)
        return copy

    def nudge(self, barcode: str) -> None:
        """Put a copy down anew where it is: antennas hear it otherwise."""
        self.moves[barcode] += 1
        self.changes += 1

    def shift(self, device: str, origin: int, target: int, barcode: str) -> None:
        """Move a copy from one compartment of a machine into another."""
        start, end = Compartment(device, origin), Compartment(device, target)
        self._open_door(start)
        self._open_door(end)
        self._must_be_at(barcode, start)
        self._move(barcode, end, f"somebody moved it from {start} to {end}")

    def lay(self, device: str, barcode: str) -> None:
        """Lay a copy from somebody's hands on a kiosk's tray."""
        card = self._holder(barcode)
        self._move(barcode, Tray(device), f"{card or 'a stranger'} laid it on {Tray(device)}")
        self.takings.pop(barcode, None)

    def lift(self, device: str, barcode: str, card: str | None = None) -> None:
        """Take a copy off a kiosk's tray; without a card, by whoever is in front of it."""
        self._must_be_at(barcode, Tray(device))
        holder = Hands(self.visitors.get(device, "") if card is None else card)
        self._move(barcode, holder, f"{holder.card or 'a stranger'} took it from {Tray(device)}")
        self.takings[barcode] = Taking(Tray(device))
        self.near[barcode] = device

    def drop(self, device: str, barcode: str) -> str:
        """Lay a copy from somebody's hands on a 24-hour return's belt; return whose hands."""
        card, taking = self._holder(barcode), self.takings.get(barcode)
        self._move(barcode, Belt(device), f"{card or 'a stranger'} put it into {device}")
        if taking:
            self.takings[barcode] = taking  # It may be in their hands again in a moment.
        return card

    def fall(self, device: str, number: int) -> None:
        """What lies on a belt falls into a bin."""
        for copy in self.at(Belt(device)):
            self._move(copy.barcode, Bin(device, number), f"it fell into {Bin(device, number)}")

    def hand_back(self, device: str, card: str) -> None:
        """What lies on a belt is driven out again, into somebody's hands."""
        for copy in self.at(Belt(device)):
            taking = self.takings.get(copy.barcode, Taking(Belt(device)))
            self._move(
                copy.barcode, Hands(card), f"{device} gave it back to {card or 'a stranger'}"
            )
            self.takings[copy.barcode] = taking

    def pick(self, barcode: str, card: str = "") -> None:
        """Take a copy from a shelf of a library into somebody's hands; that is no loan."""
        place = self.where(barcode)
        if not isinstance(place, Shelf):
            raise HandError(f"{barcode} is not on a shelf but in {place}.")
        self._move(barcode, Hands(card), f"{card or 'a stranger'} took it from {place}")
        self.takings[barcode] = Taking(place)

    def shelve(self, barcode: str, site: str) -> None:
        """Put a copy from somebody's hands on a shelf of a library."""
        card = self._holder(barcode)
        self._move(barcode, Shelf(site), f"{card or 'a stranger'} put it on {Shelf(site)}")

    def tell(self, barcode: str, card: str) -> None:
        """Note what a kiosk's screen said of a copy: lent to a card, or with "" returned.

        What a screen promised is kept: the oracle then asks the ledger for just that.
        """
        self.told[self.copy(barcode).barcode] = card
        said = f"it is lent to {card}" if card else "it is returned"
        self._write(barcode, "", f"a kiosk's screen said: {said}")

    def kill(self, barcode: str) -> None:
        """The chip in a copy dies; no antenna will ever hear it again."""
        self.dead.add(self.copy(barcode).barcode)
        self._write(barcode, "", "its chip died")

    def note(self, device: str, text: str) -> None:
        """Write something that happened to a machine into the journal."""
        self._write("", device, text)

    # What hands run into.

    def _open_door(self, place: Compartment) -> Door:
        door = self.door(place.device, place.door)
        if not door.open:
            raise HandError(f"Door {place} is shut.")
        return door

    def _holder(self, barcode: str) -> str:
        place = self.where(barcode)
        if not isinstance(place, Hands):
            raise HandError(f"{barcode} is in nobody's hands but in {place}.")
        return place.card

    def _must_be_at(self, barcode: str, place: Place) -> None:
        if self.where(barcode) != place:
            raise HandError(f"{barcode} is not in {place} but in {self.where(barcode)}.")

    def _must_fit(self, place: Place) -> None:
        if isinstance(place, Hands | Shelf):
            return
        if place not in self.capacity:
            raise HandError(f"There is no place {place}.")
        if len(self._contents[place]) >= self.capacity[place]:
            raise HandError(f"{place} is full: {self.capacity[place]} copies are in it.")

    def _move(self, barcode: str, place: Place, text: str) -> None:
        self._must_fit(place)
        self._contents[self.places[barcode]].discard(barcode)
        self._contents[place].add(barcode)
        self.places[barcode] = place
        self.moves[barcode] += 1
        if isinstance(place, Hands):
            self.held[barcode] |= {place.card} - {""}
        self.takings.pop(barcode, None)
        self.near.pop(barcode, None)
        self._write(barcode, "", text)

    def _write(self, barcode: str, device: str, text: str) -> None:
        happening = Happening(self._now_ms(), barcode, device, text)
        self.journal.append(happening)
        self.changes += 1
        self.on_happening(happening)


def _nobody_listens(_happening: Happening) -> None:
    pass
