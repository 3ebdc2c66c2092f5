"""One run of the city: furnish it, let people and troubles in, let all come to rest, judge."""

import asyncio
import json
import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from broker import config as configuration
from broker.circulation import days
from broker.ledger import audit, database
from broker.ledger.read import Reader
from broker.library import load as library
from hw_sim import instant
from hw_sim.city.bookcase import Bookcase
from hw_sim.city.chance import Chance
from hw_sim.city.ledgerview import LedgerView
from hw_sim.city.mqttmodel import MqttModel
from hw_sim.city.people import People
from hw_sim.city.service import CityService
from hw_sim.city.trouble import Town, Troubles
from hw_sim.hands import Room
from hw_sim.oracle import Oracle, Report
from hw_sim.world import radio, sample

START_MS = 1_605_110_400_000  # 2020-11-12 00:00 in Shanghai: the day of the twentieth bookcase.
REST_S = 4000.0  # The longest pause of a machine that has lost its server, and a hello.
LOOK_S = 900.0  # Between two looks of the oracle, when the first one saw something wrong.
MOVEMENTS_MAX = 1 << 40
DISTRICT_KEY = bytes(range(32))


class Order(NamedTuple):
    """What is wanted of a run."""

    seed: int
    days: int = 1
    cases: int = 3
    visits: int = 60  # A day, over all machines.
    faults: str = "all"


class Outcome(NamedTuple):
    order: Order
    report: Report
    differences: list[str]  # Of the ledger's own audit.
    counts: dict[str, int]  # Visits, facts, faults fired and what else was seen.
    digest: str  # Over all movements: same seed, same run.
    took_s: float

    @property
    def violations(self) -> int:
        return len(self.report.violations) + len(self.differences)

    def line(self) -> str:
        said = {
            **self.order._asdict(),
            "violations": self.violations,
            "doubts": len(self.report.doubts),
            **dict(sorted(self.counts.items())),
            "digest": self.digest,
            "took_s": round(self.took_s, 2),
        }
        return json.dumps(said)


def run(order: Order, progress: Callable[[str], None] = lambda _line: None) -> Outcome:
    """Run a city from its seed.  Same seed and sources, same run; takes seconds, no real time."""
    outcomes: list[Outcome] = []
    began_s = time.monotonic()

    async def all_of_it() -> None:
        with tempfile.TemporaryDirectory(dir=_memory()) as folder:
            outcomes.append(await _city(order, Path(folder), progress, began_s))

    instant.run(all_of_it())
    return outcomes[0]


async def _city(
    order: Order, folder: Path, progress: Callable[[str], None], began_s: float
) -> Outcome:
    loop = asyncio.get_running_loop()
    chance = Chance(order.seed)

    def now_ms() -> int:
        return START_MS + int(loop.time() * 1000)

    devices = [f"bc{number:02}" for number in range(1, order.cases + 1)]
    keys = {device: chance.bits(32, "key", device) for device in devices}
    config = configuration.Config(data=str(folder), district_key=DISTRICT_KEY.hex())
    _furnish(folder, config, keys, now_ms())
    world = sample.load(now_ms, devices=devices)
    air = radio.Radio(world, radio.load(), order.seed)
    server = MqttModel(chance)
    service = CityService(config, server, chance, now_ms)
    service.start()
    bookcases = {
        device: Bookcase(
            device,
            doors=4,
            keys=keys,
            district_key=DISTRICT_KEY,
            world=world,
            radio=air,
            server=server,
            chance=chance,
            now_s=loop.time,
        )
        for device in devices
    }
    for bookcase in bookcases.values():
        bookcase.switch_on()
    room = Room(world, air, {d: b.twins for d, b in bookcases.items()}, asyncio.sleep)
    cards = [row["card"] for row in sample.rows(sample.FOLDER, "patrons")]
    people = People(room, bookcases, cards, chance, loop.time)
    fired: Counter[str] = Counter()
    troubles = Troubles(Town(bookcases, server, service, chance, fired), order.faults, loop.time)
    await asyncio.sleep(60.0)
    troubles.start(order.days)
    telling = asyncio.create_task(_tell(progress, people, loop.time))
    await people.live(order.days, order.visits)
    telling.cancel()
    await troubles.calm()
    await asyncio.sleep(REST_S)
    view = LedgerView(service.reader())
    lasts = {d: b.journal.last for d, b in bookcases.items() if b.journal}
    oracle = Oracle(world, view, devices, lambda: lasts, lambda _s: asyncio.sleep(LOOK_S))
    report = await oracle.settle(4 * LOOK_S)
    read = service.reader()
    counts = Counter(people.seen)
    counts["visits"] = people.began
    counts.update({f"fault_{name}": count for name, count in (fired + server.fired).items()})
    counts.update({f"fault_{name}": count for name, count in service.fired.items()})
    counts["facts"] = read.counters().facts
    digest = _digest(read)
    for bookcase in bookcases.values():
        bookcase.switch_off()
    service.stop()
    await asyncio.sleep(1.0)
    differences = audit.check(folder, _day(config))
    return Outcome(order, report, differences, dict(counts), digest, time.monotonic() - began_s)


def _day(config: configuration.Config) -> Callable[[int], int]:
    return days.in_zone(ZoneInfo(config.timezone))


async def _tell(
    progress: Callable[[str], None], people: People, now_s: Callable[[], float]
) -> None:
    while True:
        await asyncio.sleep(3600.0)
        progress(f"day {now_s() / 86400:.1f}, {people.began} visits")


def _digest(read: Reader) -> str:
    movements = read.movements_after(0, MOVEMENTS_MAX)
    text = "\n".join(f"{m.at_ms} {m.barcode} {m.words_en}" for m in movements)
    return sha256(text.encode()).hexdigest()[:16]


def _furnish(
    folder: Path, config: configuration.Config, keys: dict[str, bytes], now_ms: int
) -> None:
    """Load the sample library into a new ledger."""
    with tempfile.TemporaryDirectory() as source:
        shutil.copytree(sample.FOLDER, source, dirs_exist_ok=True)
        rows = "".join(f"{device},{key.hex()}\n" for device, key in keys.items())
        Path(source, "keys.csv").write_text("device,key\n" + rows)
        db = database.open_writer(folder)
        library.load(
            db,
            Path(source),
            district_key=config.key,
            now_ms=now_ms,
            progress=lambda _name, _done, _total: None,
        )
        db.close()


def _memory() -> str | None:
    """Return a folder in memory where there is one: a run's ledger is thrown away."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
