"""What goes wrong in a soak: a table of troubles, drawn from a seed, several at a time."""

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from hw_sim.desk.desk import Desk
from hw_sim.desk.proxy import Proxy
from hw_sim.soak.district import District, Member

AT_ONCE_MAX = 3
SLOW_S = 0.4  # By which a slow wire is late.
BROKEN = ("cut", "hole", "mute", "deaf")

Act = Callable[[], Awaitable[None]]


class Trouble(NamedTuple):
    """`begin` returns how to end it; nothing else happens to its target meanwhile."""

    name: str
    lasts_s: tuple[float, float]
    targets: Callable[["Scene"], list[str]]
    begin: Callable[["Scene", str], Awaitable[Act]]


class Scene:
    """All that can be troubled, by name."""

    def __init__(self, desk: Desk, district: District, chance: random.Random) -> None:
        self.desk = desk
        self.district = district
        self.chance = chance

    def bookcases(self) -> list[str]:
        return sorted(self.desk.stations)

    def services(self) -> list[str]:
        return [member.process.name for member in self.district.members]

    def member(self, name: str) -> Member:
        return next(one for one in self.district.members if one.process.name == name)


async def _net(scene: Scene, device: str) -> Act:
    return await _broken(scene, scene.desk.stations[device].wire)


async def _broken(scene: Scene, wire: Proxy) -> Act:
    wire.set(scene.chance.choice(BROKEN))

    async def mend() -> None:
        wire.set("up")

    return mend


async def _slow(scene: Scene, device: str) -> Act:
    wire = scene.desk.stations[device].wire
    wire.delay_s = SLOW_S

    async def mend() -> None:
        wire.delay_s = 0.0

    return mend


async def _power(scene: Scene, device: str) -> Act:
    await scene.desk.hands(f"power {device} off")

    async def again() -> None:
        await scene.desk.hands(f"power {device} on")

    return again


async def _mqtt_wire(scene: Scene, name: str) -> Act:
    return await _broken(scene, scene.member(name).mqtt)


async def _database_wire(scene: Scene, name: str) -> Act:
    return await _broken(scene, scene.member(name).database)


async def _kill_service(scene: Scene, name: str) -> Act:
    service = scene.member(name).process
    await service.kill()
    return lambda: scene.district.serve_again(service)


async def _kill_server(scene: Scene, _name: str) -> Act:
    server = scene.district.server
    assert server
    await server.kill()

    async def again() -> None:
        await server.start()

    return again


async def _kill_database(scene: Scene, _name: str) -> Act:
    await scene.district.postgres.process.kill()
    return scene.district.postgres.start


async def _stop_service(scene: Scene, name: str) -> Act:
    """It stands still, its leases run out, and it goes on in the belief that it still serves."""
    process = scene.member(name).process
    pid = process.pid
    if pid:
        os.kill(pid, signal.SIGSTOP)

    async def go_on() -> None:
        if pid and pid == process.pid:
            os.kill(pid, signal.SIGCONT)

    return go_on


# fmt: off
TROUBLES = (
    Trouble("bookcase_net",      (1, 8), Scene.bookcases, _net),
    Trouble("bookcase_slow",     (3, 9), Scene.bookcases, _slow),
    Trouble("bookcase_power",    (1, 4), Scene.bookcases, _power),
    Trouble("service_killed",    (1, 5), Scene.services, _kill_service),
    Trouble("service_stopped",   (2, 8), Scene.services, _stop_service),
    Trouble("service_mqtt",      (1, 8), Scene.services, _mqtt_wire),
    Trouble("service_database",  (1, 8), Scene.services, _database_wire),
    Trouble("server_killed",     (1, 4), lambda _scene: ["mosquitto"], _kill_server),
    Trouble("database_killed",   (1, 4), lambda _scene: ["postgres"], _kill_database),
)
# fmt: on


class Weather:
    """Begins and ends troubles; what is drawn comes from the seed, when it happens is real time."""

    def __init__(self, scene: Scene, gap_s: float) -> None:
        """gap_s: between two beginnings, on average."""
        self._gap_s = gap_s
        self.struck: Counter[str] = Counter()
        self._scene = scene
        self._under_way: dict[str, asyncio.Task[None]] = {}

    async def blow(self, seconds: float) -> None:
        """Let troubles come and go for so long; then all of them are over."""
        end_s = asyncio.get_running_loop().time() + seconds
        chance = self._scene.chance
        bag: list[Trouble] = []
        while asyncio.get_running_loop().time() < end_s:
            if not bag:
                # Each comes about as often as the others.
                bag = chance.sample(TROUBLES, len(TROUBLES))
            if len(self._under_way) < AT_ONCE_MAX:
                self._begin(bag.pop())
            await asyncio.sleep(chance.expovariate(1 / self._gap_s))
        await asyncio.gather(*self._under_way.values())

    def _begin(self, trouble: Trouble) -> None:
        target = self._scene.chance.choice(trouble.targets(self._scene))
        lasts_s = self._scene.chance.uniform(*trouble.lasts_s)
        if target in self._under_way:
            return
        self.struck[trouble.name] += 1
        self._scene.desk.world.note("", f"{trouble.name} {target} for {lasts_s:.1f} s")
        task = asyncio.create_task(self._last(trouble, target, lasts_s))
        self._under_way[target] = task
        task.add_done_callback(lambda _task: self._under_way.pop(target))

    async def _last(self, trouble: Trouble, target: str, lasts_s: float) -> None:
        end = await trouble.begin(self._scene, target)
        await asyncio.sleep(lasts_s)
        await end()
