"""One run of the city: furnish it, let people and troubles in, let all come to rest, judge."""

import asyncio
import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from broker import config as configuration
from broker import law
from broker.circulation import days
from broker.ledger import audit
from hw_sim import instant
from hw_sim.city import furnish as furnished
from hw_sim.city import seen
from hw_sim.city.bookcase import JOURNAL_SECTORS, SMALL_SECTORS, Bookcase
from hw_sim.city.chance import Chance
from hw_sim.city.furnish import DISTRICT_KEY, furnish, key_of
from hw_sim.city.kiosk import Kiosk
from hw_sim.city.lean import lean
from hw_sim.city.ledgerview import LedgerView
from hw_sim.city.mqttmodel import MqttModel
from hw_sim.city.people import People
from hw_sim.city.rhythm import FIRST_DAY
from hw_sim.city.service import CityService
from hw_sim.city.staff import Staff
from hw_sim.city.story import Act, Story
from hw_sim.city.town import Town
from hw_sim.city.trouble import Troubles
from hw_sim.city.watch import Watch
from hw_sim.hands import Room
from hw_sim.oracle import Finding, Oracle, Report
from hw_sim.world import radio, sample
from hw_sim.world.places import Tray
from hw_sim.year.visits import midnight_ms

REST_S = 4000.0  # The longest pause of a machine that has lost its server, and a hello.
CALM_S = 600.0  # For machines that were off or out of reach, before staff come by once more.
LOOK_S = 900.0  # Between two looks of the oracle, when the first one saw something wrong.
INSTALL_S = 60.0
SMALL_SHARE = 0.1  # Of machines, which have a small journal.


class Order(NamedTuple):
    """What is wanted of a run."""

    seed: int
    days: int = 1
    cases: int = 3
    kiosks: int = 0
    visits: int = 60  # A day, over all machines.
    faults: str = "all"
    start: date = FIRST_DAY
    usual: bool = False  # People as they are; else they do odd things often.
    only: tuple[str, ...] | None = None  # Names of acts (story.py): nothing else happens.


class Outcome(NamedTuple):
    order: Order
    report: Report
    differences: list[str]  # Of the ledger's own audit.
    watched: list[Finding]  # What did not hold at some step.
    counts: dict[str, int]  # Visits, facts, faults fired and what else was seen.
    acts: list[Act]
    digest: str  # Over every record, byte for byte, and every movement: same seed, same run.
    took_s: float
    cpu_s: float = 0.0

    @property
    def violations(self) -> int:
        return len(self.report.violations) + len(self.differences) + len(self.watched)

    def rules(self) -> set[str]:
        """Return the names of the rules that were broken; Q4 is the ledger's own audit."""
        found = {finding.rule for finding in self.report.violations + self.watched}
        return found | ({"Q4"} if self.differences else set())

    def story(self) -> str:
        """Return what is wrong, for people."""
        lines = [f"Q4 {line}" for line in self.differences]
        return "\n".join([str(self.report), *map(str, self.watched), *lines])

    def line(self) -> str:
        order = self.order._asdict()
        order |= {"start": str(self.order.start), "only": len(self.order.only or ())}
        said = {
            **order,
            "violations": self.violations,
            "rules": sorted(self.rules()),
            "doubts": len(self.report.doubts),
            **dict(sorted(self.counts.items())),
            "digest": self.digest,
            "took_s": round(self.took_s, 2),
        }
        return json.dumps(said)


def run(order: Order, progress: Callable[[str], None] = lambda _line: None) -> Outcome:
    """Run a city from its seed.  Same seed and sources, same run; takes seconds, no real time."""
    outcomes: list[Outcome] = []
    began_s, began_cpu_s = time.monotonic(), time.process_time()

    async def all_of_it() -> None:
        with tempfile.TemporaryDirectory(dir=_memory()) as folder:
            outcome = await _City(order, Path(folder)).run(progress)
            outcomes.append(outcome)

    with lean():
        instant.run(all_of_it())
    return outcomes[0]._replace(
        took_s=time.monotonic() - began_s, cpu_s=time.process_time() - began_cpu_s
    )


class _City:
    """Everything of one run."""

    def __init__(self, order: Order, folder: Path) -> None:
        self._order, self._folder = order, folder
        self._start_ms = midnight_ms(order.start)
        self._loop = asyncio.get_running_loop()
        self._chance = chance = Chance(order.seed)
        self._devices = [f"bc{number:02}" for number in range(1, order.cases + 1)]
        self._config = configuration.Config(data=str(folder), district_key=DISTRICT_KEY.hex())
        furnish(folder, self._config, self._now_ms())
        self.world = sample.load(self._now_ms, devices=self._devices)
        self.air = radio.Radio(self.world, radio.load(), order.seed)
        self.server = MqttModel(chance)
        self.service = CityService(self._config, self.server, chance, self._now_ms)
        self.bookcases = {device: self._bookcase(device) for device in self._devices}
        cards = [row["card"] for row in sample.rows(sample.FOLDER, "patrons")]
        self.kiosks = {
            device: self._kiosk(device, site, cards)
            for device, site in furnished.kiosks(order.kiosks).items()
        }
        self._machines: dict[str, Bookcase | Kiosk] = {**self.bookcases, **self.kiosks}
        self.room = Room(
            self.world, self.air, {d: m.twins for d, m in self._machines.items()}, asyncio.sleep
        )
        self.story = Story(order.only)
        self.watch = Watch(self.bookcases, self.kiosks, self.service, self._loop.time)
        self.server.on_message = self.watch.message
        self.people = People(
            self.room,
            self.bookcases,
            self.kiosks,
            cards,
            chance,
            self.story,
            self._loop.time,
            order.usual,
        )
        self.town = Town(
            self.bookcases, self.kiosks, self.server, self.service, self.world, self.air, cards,
            chance, Counter(), set(),
        )  # fmt: skip

    def _now_ms(self) -> int:
        return self._start_ms + int(self._loop.time() * 1000)

    def _bookcase(self, device: str) -> Bookcase:
        small = self._order.faults == "all" and self._chance.of("small", device) < SMALL_SHARE
        return Bookcase(
            device,
            doors=4,
            keys={device: key_of(device)},
            district_key=DISTRICT_KEY,
            world=self.world,
            radio=self.air,
            server=self.server,
            chance=self._chance,
            now_s=self._loop.time,
            journal_sectors=SMALL_SECTORS if small else JOURNAL_SECTORS,
        )

    def _kiosk(self, device: str, site: str, cards: list[str]) -> Kiosk:
        if Tray(device) not in self.world.capacity:
            self.world.add_kiosk(device)
        return Kiosk(
            device,
            site=site,
            folder=self._folder,
            key=key_of(device),
            district_key=DISTRICT_KEY,
            cards=cards,
            world=self.world,
            radio=self.air,
            server=self.server,
            chance=self._chance,
            now_s=self._loop.time,
            now_ms=self._now_ms,
        )

    async def run(self, progress: Callable[[str], None]) -> Outcome:
        order = self._order
        self.service.start()
        self.service.on_start = self.watch.started
        for machine in self._machines.values():
            machine.switch_on()
        troubles = Troubles(self.town, self.story, order.faults, self._loop.time)
        await asyncio.sleep(INSTALL_S)
        self._install()
        await asyncio.sleep(INSTALL_S)
        troubles.start(order.days)
        telling = asyncio.create_task(_tell(progress, self.people, self._loop.time))
        staff = Staff(self.town, self.people, self.story, self._loop.time)
        await asyncio.gather(
            self.people.live(order.start, order.days, order.visits), staff.work(order.days)
        )
        telling.cancel()
        await troubles.calm()
        await asyncio.sleep(CALM_S)
        await staff.round("last")
        await asyncio.sleep(REST_S)
        return await self._judge()

    def _install(self) -> None:
        """Staff change the chips that the first counts did not hear, and count once more."""
        for bookcase in self.bookcases.values():
            for copy in bookcase.unheard():
                self.air.change_chip(copy.barcode)
            bookcase.count()

    async def _judge(self) -> Outcome:
        """All is at rest: compare, count, switch everything off."""
        read = self.service.reader()
        oracle = Oracle(
            self.world,
            LedgerView(read),
            sorted(self._machines),
            lambda: {d: m.journal.last for d, m in self._machines.items() if m.journal},
            lambda _s: asyncio.sleep(LOOK_S),
            rolled_back=self.town.rolled_back,
            is_feeble=self.air.is_feeble,
        )
        report = await oracle.settle(4 * LOOK_S)
        shown = {machine.device: machine.faults for machine in read.machines()}
        self.watch.ended(shown, seen.faults(self._folder))
        counts = Counter(self.people.seen)
        counts["visits"] = self.people.began
        counts["facts"] = read.counters().facts
        fired = self.town.fired + self.server.fired + self.service.fired + self.room.fired()
        counts.update({f"fault_{name}": count for name, count in fired.items()})
        counts.update(seen.count(self._folder))
        digest = seen.digest(self._folder)
        for machine in self._machines.values():
            machine.switch_off()
        self.service.stop()
        await asyncio.sleep(1.0)
        rules = law.of_files(self._config).rules
        differences = audit.check(self._folder, _day(self._config), rules=rules)
        return Outcome(
            self._order, report, differences, self.watch.findings, dict(counts),
            self.story.acts, digest, 0.0,
        )  # fmt: skip


def _day(config: configuration.Config) -> Callable[[int], int]:
    return days.in_zone(ZoneInfo(config.timezone))


async def _tell(
    progress: Callable[[str], None], people: People, now_s: Callable[[], float]
) -> None:
    while True:
        await asyncio.sleep(3600.0)
        progress(f"day {now_s() / 86400:.1f}, {people.began} visits")


def _memory() -> str | None:
    """Return a folder in memory where there is one: a run's ledger is thrown away."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
