"""What trouble can reach: the machines, the servers, the air, and the truth."""

from collections import Counter
from typing import NamedTuple

from hw_sim.city.bookcase import Bookcase
from hw_sim.city.chance import Chance
from hw_sim.city.kiosk import Kiosk
from hw_sim.city.mqttmodel import MqttModel
from hw_sim.city.service import CityService
from hw_sim.world.radio import Radio
from hw_sim.world.truth import World

HOUR_S = 3600.0


class Town(NamedTuple):
    bookcases: dict[str, Bookcase]
    kiosks: dict[str, Kiosk]
    server: MqttModel
    service: CityService
    world: World
    radio: Radio
    cards: list[str]
    chance: Chance
    fired: Counter[str]  # Faults that came true.
    rolled_back: set[str]  # Machines that were given an old image of their flash.

    @property
    def machines(self) -> dict[str, Bookcase | Kiosk]:
        return {**self.bookcases, **self.kiosks}

    def any_one(self, about: str) -> Bookcase | Kiosk:
        """Return the machine that it concerns, of either kind."""
        devices = sorted(self.machines)
        return self.machines[devices[int(self.chance.of("whom", about) * len(devices))]]

    def one(self, about: str) -> Bookcase:
        """Return the bookcase that it concerns."""
        devices = sorted(self.bookcases)
        return self.bookcases[devices[int(self.chance.of("whom", about) * len(devices))]]

    def door(self, about: str) -> int:
        """Return the compartment that it concerns."""
        return 1 + int(self.chance.of("door", about) * self.one(about).twins.doors)

    def lasts(self, about: str, least_s: float, most_s: float) -> float:
        """Return how long it lasts: mostly short, seldom long."""
        return float(least_s * (most_s / least_s) ** self.chance.of("length", about))
