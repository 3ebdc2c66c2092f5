"""One soak: real programs, people and troubles for some minutes; then rest, and the auditor."""

import random
import sys
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from hw_sim.desk.desk import Desk
from hw_sim.desk.process import Process, ProcessError
from hw_sim.oracle import Report
from hw_sim.soak.district import District
from hw_sim.soak.troubles import Scene, Weather

REST_S = 120.0  # Within which everything must be told and agree.
LOOK_S = 5.0
# Shorter than in life, so that more happens in a minute: ms.
TIMINGS = {
    "poll_ms": 40,
    "rebound_ms": 700,
    "second_ms": 800,
    "retry_ms": 400,
    "ask_ms": 1500,
    "pause_ms": 200,
    "pause_max_ms": 2000,
}


class Order(NamedTuple):
    bookcases: int = 3
    services: int = 2
    minutes: float = 1.0
    seed: int = 1
    gap_s: float = 2.0  # Between two troubles, on average.


class Outcome(NamedTuple):
    """`check` is what the ledger says of itself; empty when all follows from its facts."""

    order: Order
    report: Report
    check: str
    crashed: dict[str, int]  # Bookcases -> how often their program ended by itself.
    struck: dict[str, int]
    visits: int
    walked_away: int
    facts: int

    @property
    def violations(self) -> int:
        return len(self.report.violations) + bool(self.check) + len(self.crashed)

    def line(self) -> dict[str, object]:
        """Return what the JSON line says."""
        return {
            **self.order._asdict(),
            "visits": self.visits,
            "walked_away": self.walked_away,
            "facts": self.facts,
            "troubles": dict(sorted(self.struck.items())),
            "crashed": self.crashed,
            "doubts": len(self.report.doubts),
            "violations": self.violations,
        }

    def story(self) -> str:
        crashes = [f"{name} crashed {count} times" for name, count in self.crashed.items()]
        return "\n".join(filter(None, [*crashes, str(self.report), self.check]))


async def soak(order: Order, folder: Path, progress: Callable[[str], None]) -> Outcome:
    """Run a soak in an empty folder; raises ProcessError when something cannot be started."""
    desk = Desk(
        folder,
        bookcases=order.bookcases,
        kiosks=0,
        readers="busy",
        seed=order.seed,
        timings=TIMINGS,
        say=progress,
        servers=partial(District, services=order.services),
    )
    async with desk:
        district = desk.servers
        assert isinstance(district, District)
        weather = Weather(Scene(desk, district, random.Random(f"soak {order.seed}")), order.gap_s)
        await weather.blow(order.minutes * 60)
        progress("rest: everything is switched on again, and people go home")
        await district.serve()
        await desk.people.leave()
        await _shut_doors(desk)
        await desk.served()
        report = await desk.oracle.settle(REST_S)
        told = await desk.service.ledger(())
        check = await _check(district, folder)
    restarts = {name: one.process.restarts for name, one in desk.stations.items()}
    crashed = {name: count for name, count in restarts.items() if count}
    seen = Counter(desk.table.done)
    away = sum("walks away" in one.text for one in desk.world.journal)
    return Outcome(
        order, report, check, crashed, dict(weather.struck), seen["scan"], away,
        sum(stream.number for stream in told.streams),
    )  # fmt: skip


async def _shut_doors(desk: Desk) -> None:
    """Passers-by shut what was left open."""
    for device in desk.stations:
        for door in desk.world.open_doors(device):
            await desk.hands(f"shut {device} {door}")


async def _check(district: District, folder: Path) -> str:
    """Let the ledger fold every life anew; return what it says when something differs."""
    path = district.members[0].path
    command = [sys.executable, "-m", "broker", "ledger", "check", "--config", str(path)]
    try:
        await Process("check", command, folder / "logs" / "check.log").run()
    except ProcessError as error:
        return f"Q4 {error}"
    return ""
