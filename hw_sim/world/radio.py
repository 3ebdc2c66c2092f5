"""What an antenna hears in one round: an honest model of misses, leakage and strength.

The numbers and their reasons are in radio.toml.  Chance is a hash of the seed and of what is asked
(which copy, which antenna, which placing, which round), not a draw from a sequence: so one action
less in a story does not change what is heard in the rest of it.
"""

import hashlib
import struct
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from statistics import NormalDist
from typing import NamedTuple

from hw_sim.world.places import Belt, Compartment, Copy, Place, Tray
from hw_sim.world.truth import World

FILE = Path(__file__).with_name("radio.toml")
WAYS = ("inside", "shadowed", "wall", "gap", "glass", "tray", "beside")
_NORMAL = NormalDist()
_WORD = struct.Struct(">Q")
_WORD_MASK = (1 << 64) - 1
_ROUND_STEP = 0x9E3779B97F4A7C15  # SplitMix64's: 2^64 divided by the golden ratio, made odd.
_FLICKER_BITS = 12
# What chance does to a strength, in standard deviations: each entry is as likely as any other.
_FLICKERS = [_NORMAL.inv_cdf((n + 0.5) / 2**_FLICKER_BITS) for n in range(2**_FLICKER_BITS)]


class Way(NamedTuple):
    """A way from a chip to an antenna; radio.toml says what each figure is."""

    rate: float
    dbm: float
    spread_db: float
    flicker_db: float
    share: float = 1.0


class Numbers(NamedTuple):
    ways: dict[str, Way]
    fading_db: float
    weak_share: float
    weak_loss_db: float
    dead_share: float
    dead_per_year: (
        float  # Nothing here lets a chip die: who runs years does it by the world's hand.
    )
    silence_dbm: float


class _Link(NamedTuple):
    """A copy on its way to an antenna, for as long as it stays where it was put."""

    tag: str
    placing: int  # How often it had been moved.
    limit: int  # What a round's chance, of 64 bits, must stay below for it to be heard.
    dbm: float
    flicker_db: float
    key: int  # Where its rounds' chances begin.


def load(path: Path = FILE) -> Numbers:
    """Read the numbers; an unknown or missing word raises TypeError or KeyError."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return Numbers(
        ways={name: Way(**tables[name]) for name in WAYS},
        fading_db=tables["link"]["fading_db"],
        weak_share=tables["weak"]["share"],
        weak_loss_db=tables["weak"]["loss_db"],
        dead_share=tables["dead"]["share"],
        dead_per_year=tables["dead"]["per_year"],
        silence_dbm=tables["silence"]["dbm"],
    )


def with_loss(rate: float, loss_db: float, fading_db: float) -> float:
    """Return the rate of a way that costs so many dB more, one way; see radio.toml."""
    return _NORMAL.cdf(_NORMAL.inv_cdf(rate) - loss_db / fading_db)


class Radio:
    """All antennas of a world.  `hear` and `hear_tray` are one round each."""

    def __init__(self, world: World, numbers: Numbers, seed: int) -> None:
        self._world = world
        self._numbers = numbers
        self._seed = seed
        self._rounds: Counter[Place] = Counter()
        # What stays as it is until a copy is moved: with the placing for which it holds.
        self._lastings: dict[tuple[str, str, Place], tuple[int, float]] = {}
        self._placings: dict[str, tuple[int, str]] = {}
        self._links: dict[tuple[str, str, Place], _Link] = {}
        # What is around an antenna, as of so many changes of the world.
        self._around: dict[tuple[Place, Place], tuple[int, list[tuple[Copy, _Link]]]] = {}
        # The same object each time: a key is found faster when it need not be compared.
        self._antennas: dict[tuple[str, int], Compartment] = {}
        self._sound: set[str] = set()  # Copies whose chips were changed for good ones.
        # Faults, off by default.
        self.missing: Counter[str] = Counter()  # Barcodes -> rounds in which it is not heard.
        self.muffled: dict[str, float] = {}  # Barcodes -> share of rounds that get through.
        self._once_muffled: set[str] = set()
        self.fired: Counter[str] = Counter()  # How often each of them made a difference.

    def hear(self, device: str, door: int) -> list[tuple[str, int]]:
        """Return (tag, dBm) of what the antenna of a compartment hears in its next round."""
        antenna = self._antennas.setdefault((device, door), Compartment(device, door))
        return self._round(antenna, antenna, lambda: self._around_compartment(antenna))

    def hear_shelf(self, device: str, door: int, shelf: int, shelves: int) -> list[tuple[str, int]]:
        """Return the same of the antenna of one shelf in a compartment that has several.

        A copy stands on some shelf until it is moved; from the next one it is heard as through a
        wall with a slot in it.
        """
        place = Compartment(device, door)
        antenna = self._antennas.setdefault((device, -shelf), Compartment(device, -shelf))

        def around() -> list[tuple[Copy, str]]:
            found = []
            for copy in self._world.at(place):
                away = abs(self._shelf(copy, place, shelves) - shelf)
                if away == 0:
                    found.append((copy, self._placed(copy)))
                elif away == 1 and self._lasting("wall", copy, antenna) < 0.5:
                    found.append((copy, "wall"))
            hands = "gap" if self._world.door(device, door).open else "glass"
            return found + self._in_hands(device, hands)

        return self._round(antenna, place, around)

    def hear_belt(self, device: str) -> list[tuple[str, int]]:
        """Return what the antenna over a 24-hour return's belt hears: as near as on a tray."""
        return self._round_before(Belt(device))

    def _shelf(self, copy: Copy, place: Place, shelves: int) -> int:
        """Return on which shelf a copy stands, from 1, until it is moved."""
        return int(self._lasting("shelf", copy, place) * shelves) + 1

    def hear_tray(self, device: str) -> list[tuple[str, int]]:
        """Return (tag, dBm) of what a kiosk's antenna hears in its next round."""
        return self._round_before(Tray(device))

    def change_chip(self, barcode: str) -> None:
        """Staff give a copy a good chip, with the same number."""
        self._sound.add(barcode)
        self._world.nudge(barcode)

    def muffle(self, barcode: str, share: float) -> None:
        """Let so few rounds get through to a copy, until it is taken out of `muffled`."""
        self.muffled[barcode] = share
        self._once_muffled.add(barcode)

    def is_feeble(self, barcode: str) -> bool:
        """Say whether a copy is heard badly: worn, in one round of three; or it was muffled."""
        if barcode not in self._world.copies:
            return False
        return barcode in self._once_muffled or self._is_weak(self._world.copies[barcode])

    def _around_compartment(self, antenna: Compartment) -> list[tuple[Copy, str]]:
        device, number = antenna.device, antenna.door
        inside = [(copy, self._placed(copy)) for copy in self._world.at(antenna)]
        hands = "gap" if self._world.door(device, number).open else "glass"
        return inside + list(self._through_walls(antenna)) + self._in_hands(device, hands)

    def _through_walls(self, antenna: Compartment) -> Iterator[tuple[Copy, str]]:
        share = self._numbers.ways["wall"].share
        for number in (antenna.door - 1, antenna.door + 1):
            for copy in self._world.at(Compartment(antenna.device, number)):
                if self._lasting("wall", copy, antenna) < share:
                    yield copy, "wall"

    def _round_before(self, antenna: Belt | Tray) -> list[tuple[str, int]]:
        def around() -> list[tuple[Copy, str]]:
            on_it = [(copy, "tray") for copy in self._world.at(antenna)]
            return on_it + self._in_hands(antenna.device, "beside")

        return self._round(antenna, antenna, around)

    def _in_hands(self, device: str, way: str) -> list[tuple[Copy, str]]:
        return [(copy, way) for copy in self._world.in_hands_near(device)]

    def _placed(self, copy: Copy) -> str:
        known, placing = self._placings.get(copy.barcode), self._world.moves[copy.barcode]
        if known is None or known[0] != placing:
            chance = self._lasting("shadowed", copy, self._world.places[copy.barcode])
            way = "shadowed" if chance < self._numbers.ways["shadowed"].share else "inside"
            known = self._placings[copy.barcode] = (placing, way)
        return known[1]

    def _round(
        self, antenna: Place, place: Place, around: Callable[[], Iterable[tuple[Copy, str]]]
    ) -> list[tuple[str, int]]:
        """Return what is heard of what is around; that is asked only when the world has changed."""
        self._rounds[antenna] += 1
        step = self._rounds[antenna] * _ROUND_STEP
        changes = self._world.changes
        known = self._around.get((antenna, place))
        if known is None or known[0] != changes:
            links = [(copy, self._link(copy, way, antenna)) for copy, way in around()]
            known = self._around[antenna, place] = changes, links
        heard = []
        for copy, link in known[1]:
            if self.missing and self._is_missed(copy, antenna):
                continue
            chance = _mixed(link.key + step)
            if self.muffled and self._is_muffled(copy, chance):
                continue
            if chance >= link.limit:
                continue
            # Its lowest bits say nothing of whether it is heard.
            flicker = _FLICKERS[_mixed(chance) >> (64 - _FLICKER_BITS)]
            dbm = link.dbm + link.flicker_db * flicker
            if dbm >= self._numbers.silence_dbm:
                heard.append((link.tag, round(dbm)))
        return sorted(heard)

    def _is_missed(self, copy: Copy, antenna: Place) -> bool:
        if self._world.where(copy.barcode) != antenna or not self.missing[copy.barcode]:
            return False
        self.missing[copy.barcode] -= 1
        self.fired["miss"] += 1
        return True

    def _is_muffled(self, copy: Copy, chance: int) -> bool:
        if copy.barcode not in self.muffled:
            return False
        is_lost = _mixed(~chance) >= self.muffled[copy.barcode] * 2**64
        self.fired["muffled"] += is_lost
        return is_lost

    def _link(self, copy: Copy, name: str, antenna: Place) -> _Link:
        """Return how a copy is heard on a way, which stays so until it is moved or dies."""
        key, placing = (copy.barcode, name, antenna), self._world.moves[copy.barcode]
        known = self._links.get(key)
        if known is None or known.placing != placing:
            known = self._links[key] = self._new_link(copy, name, antenna, placing)
        if copy.barcode in self._world.dead:
            return known._replace(limit=0)
        return known

    def _new_link(self, copy: Copy, name: str, antenna: Place, placing: int) -> _Link:
        numbers, way = self._numbers, self._numbers.ways[name]
        loss_db = numbers.weak_loss_db if self._is_weak(copy) else 0.0
        rate = with_loss(way.rate, loss_db, numbers.fading_db)
        if self._chance("dead", copy.barcode) < numbers.dead_share:
            rate = 0.0
        spread = _NORMAL.inv_cdf(self._lasting("spread", copy, antenna))
        dbm = way.dbm + way.spread_db * spread - 2 * loss_db
        key = self._hash("rounds", copy.barcode, name, antenna, placing)
        return _Link(copy.tag, placing, int(rate * 2**64), dbm, way.flicker_db, key)

    def _is_weak(self, copy: Copy) -> bool:
        return (
            copy.barcode not in self._sound
            and self._chance("weak", copy.barcode) < self._numbers.weak_share
        )

    def _lasting(self, word: str, copy: Copy, antenna: Place) -> float:
        """Return a chance that stays the same until the copy is moved."""
        key, placing = (word, copy.barcode, antenna), self._world.moves[copy.barcode]
        known = self._lastings.get(key)
        if known is None or known[0] != placing:
            known = self._lastings[key] = (placing, self._chance(*key, placing))
        return known[1]

    def _chance(self, *words: object) -> float:
        """Return a number above 0 and below 1 that is always the same for the same words."""
        return ((self._hash(*words) >> 12) + 0.5) / 2**52

    def _hash(self, *words: object) -> int:
        text = "/".join(map(str, (self._seed, *words)))
        (word,) = _WORD.unpack(hashlib.blake2b(text.encode(), digest_size=8).digest())
        return int(word)


def _mixed(state: int) -> int:
    """Return SplitMix64's output for a state: 64 bits that look like chance (Steele 2014)."""
    state &= _WORD_MASK
    state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _WORD_MASK
    state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _WORD_MASK
    return state ^ (state >> 31)
