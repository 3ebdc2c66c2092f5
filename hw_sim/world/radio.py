"""What an antenna hears in one round: an honest model of misses, leakage and strength.

The numbers and their reasons are in radio.toml.  Chance is a hash of the seed and of what is asked
(which copy, which antenna, which round), not a draw from a sequence: so one action less in a story
does not change what is heard in the rest of it.
"""

import hashlib
import struct
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import NormalDist
from typing import NamedTuple

from hw_sim.world.places import Compartment, Copy, Place, Tray
from hw_sim.world.truth import World

FILE = Path(__file__).with_name("radio.toml")
WAYS = ("inside", "shadowed", "wall", "gap", "glass", "tray", "beside")
_NORMAL = NormalDist()
_TWO = struct.Struct(">QQ")


class Way(NamedTuple):
    """A way from a chip to an antenna; radio.toml says what each figure is."""

    rate: float
    dbm: float
    spread_db: float
    flicker_db: float
    share: float = 1.0


class Numbers(NamedTuple):
    ways: dict[str, Way]
    weak_share: float
    weak_factor: float
    dead_share: float
    silence_dbm: float


def load(path: Path = FILE) -> Numbers:
    """Read the numbers; an unknown or missing word raises TypeError or KeyError."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return Numbers(
        ways={name: Way(**tables[name]) for name in WAYS},
        weak_share=tables["weak"]["share"],
        weak_factor=tables["weak"]["factor"],
        dead_share=tables["dead"]["share"],
        silence_dbm=tables["silence"]["dbm"],
    )


class Radio:
    """All antennas of a world.  `hear` and `hear_tray` are one round each."""

    def __init__(self, world: World, numbers: Numbers, seed: int) -> None:
        self._world = world
        self._numbers = numbers
        self._seed = seed
        self._rounds: Counter[Place] = Counter()
        # What stays as it is until a copy is moved: with the placing for which it holds.
        self._lastings: dict[tuple[str, str, Place], tuple[int, float]] = {}
        self._links: dict[tuple[str, str, Place], tuple[int, float, float]] = {}
        # Faults, off by default.
        self.missing: Counter[str] = Counter()  # Barcodes -> rounds in which it is not heard.
        self.fired: Counter[str] = Counter()  # How often each of them made a difference.

    def hear(self, device: str, door: int) -> list[tuple[str, int]]:
        """Return (tag, dBm) of what the antenna of a compartment hears in its next round."""
        antenna = Compartment(device, door)
        return self._round(antenna, self._around_compartment(antenna))

    def hear_tray(self, device: str) -> list[tuple[str, int]]:
        """Return (tag, dBm) of what a kiosk's antenna hears in its next round."""
        antenna = Tray(device)
        on_it = [(copy, "tray") for copy in self._world.at(antenna)]
        return self._round(antenna, on_it + self._in_hands(device, "beside"))

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

    def _in_hands(self, device: str, way: str) -> list[tuple[Copy, str]]:
        return [(copy, way) for copy in self._world.in_hands_near(device)]

    def _placed(self, copy: Copy) -> str:
        chance = self._lasting("shadowed", copy, self._world.places[copy.barcode])
        return "shadowed" if chance < self._numbers.ways["shadowed"].share else "inside"

    def _round(self, antenna: Place, around: list[tuple[Copy, str]]) -> list[tuple[str, int]]:
        self._rounds[antenna] += 1
        heard = []
        for copy, way in around:
            if self._is_missed(copy, antenna):
                continue
            dbm = self._strength(copy, way, antenna)
            if dbm >= self._numbers.silence_dbm:
                heard.append((copy.tag, round(dbm)))
        return sorted(heard)

    def _is_missed(self, copy: Copy, antenna: Place) -> bool:
        if self._world.where(copy.barcode) != antenna or not self.missing[copy.barcode]:
            return False
        self.missing[copy.barcode] -= 1
        self.fired["miss"] += 1
        return True

    def _strength(self, copy: Copy, way: str, antenna: Place) -> float:
        """Return how strongly a chip is heard in this round; minus infinity when it is not."""
        rate, dbm = self._link(copy, way, antenna)
        luck, flicker = self._chances("round", copy.barcode, antenna, self._rounds[antenna])
        if luck >= rate:
            return float("-inf")
        return dbm + self._numbers.ways[way].flicker_db * _NORMAL.inv_cdf(flicker)

    def _link(self, copy: Copy, name: str, antenna: Place) -> tuple[float, float]:
        """Return (rate, dBm) of a way, which stay as they are until the copy is moved."""
        key, placing = (copy.barcode, name, antenna), self._world.moves[copy.barcode]
        known = self._links.get(key)
        if known is None or known[0] != placing:
            way = self._numbers.ways[name]
            spread = _NORMAL.inv_cdf(self._lasting("spread", copy, antenna))
            rate = way.rate * self._health(copy)
            known = self._links[key] = (placing, rate, way.dbm + way.spread_db * spread)
        return (0.0, known[2]) if copy.barcode in self._world.dead else known[1:]

    def _health(self, copy: Copy) -> float:
        if self._chance("dead", copy.barcode) < self._numbers.dead_share:
            return 0.0
        if self._chance("weak", copy.barcode) < self._numbers.weak_share:
            return self._numbers.weak_factor
        return 1.0

    def _lasting(self, word: str, copy: Copy, antenna: Place) -> float:
        """Return a chance that stays the same until the copy is moved."""
        key, placing = (word, copy.barcode, antenna), self._world.moves[copy.barcode]
        known = self._lastings.get(key)
        if known is None or known[0] != placing:
            known = self._lastings[key] = (placing, self._chance(*key, placing))
        return known[1]

    def _chance(self, *words: object) -> float:
        return self._chances(*words)[0]

    def _chances(self, *words: object) -> tuple[float, float]:
        """Return two numbers above 0 and below 1 that are always the same for the same words."""
        text = "/".join(map(str, (self._seed, *words)))
        first, second = _TWO.unpack(hashlib.blake2b(text.encode(), digest_size=16).digest())
        return ((first >> 12) + 0.5) / 2**52, ((second >> 12) + 0.5) / 2**52
