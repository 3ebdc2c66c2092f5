"""One bookcase of the city: the firmware's own files on twins, flash in memory and power to cut."""

import asyncio
import json
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from bookcase_fw import config as bookcase_config
from bookcase_fw.app import App
from bookcase_fw.clock import Clock
from bookcase_fw.drivers.line import Waits
from bookcase_fw.drivers.lockboard import LockBoard
from bookcase_fw.drivers.scanner import Scanner
from bookcase_fw.drivers.uhfreader import UhfReader
from bookcase_fw.journal import Journal
from bookcase_fw.lists import Lists
from bookcase_fw.notes import Notes
from bookcase_fw.panel import Panel
from bookcase_fw.ring import Part
from bookcase_fw.uplink import Uplink
from hw_sim.city.calmlock import CalmLock, CalmPort
from hw_sim.city.chance import Chance
from hw_sim.city.mqttmodel import MqttModel
from hw_sim.city.pipe import End
from hw_sim.city.quartz import Quartz
from hw_sim.flash import Flash, PowerCut
from hw_sim.machines import BookcaseTwins
from hw_sim.plug import Plug, plug
from hw_sim.world.places import Compartment, Copy
from hw_sim.world.radio import Radio
from hw_sim.world.truth import World

JOURNAL_SECTORS, NOTES_SECTORS, LISTS_SECTORS = 64, 24, 8
SMALL_SECTORS = 6  # A journal that a day without the network fills.
TICKS_PERIOD_MS = 1 << 30
HOUR_MS = 3_600_000
# What only repeats itself is done seldom: idle hours cost nothing on a clock that jumps.
CALM = {
    "repeat_ms": HOUR_MS,
    "tend_ms": HOUR_MS,
    "contacts_ms": HOUR_MS,  # None is fitted.
    "climate_ms": HOUR_MS,
    "keep_alive_ms": 600_000,
    "beat_ms": HOUR_MS,
    "greet_ms": 6 * HOUR_MS,
}
# Twins answer at once here; nobody has to wait for late ones.
WAITS = Waits(answer_s=0.3, quiet_s=0.06, late_s=0.05, gap_s=0.25)
ORDER_MS = 10_000  # For an order to be begun.


class _Flash(Flash):
    """Says when its power fails in the middle of a write: then the whole machine is dark."""

    def __init__(self, sectors: int, on_cut: Callable[[], None]) -> None:
        super().__init__(sectors)
        self._on_cut = on_cut

    def restarted(self) -> "_Flash":
        flash = _Flash(self.sector_count, self._on_cut)
        flash._pages = self._pages
        return flash

    def image(self) -> "_Flash":
        """Return a copy of the flash as it is now, as somebody makes who repairs a machine."""
        flash = _Flash(self.sector_count, self._on_cut)
        flash._pages = {page: bytearray(held) for page, held in self._pages.items()}
        return flash

    def _end(self) -> None:
        if self.dead:
            self._on_cut()
        super()._end()


class _CalmDriver(LockBoard):
    """The driver, which wakes the calm board before an order has to wait for the line."""

    stir: Callable[[], None]

    async def unlock(self, lock: int) -> None:
        self.stir()
        await super().unlock(lock)


class Bookcase:
    """`now_s` is the city's clock; the machine's own may run fast or slow (`quartz`)."""

    def __init__(
        self,
        device: str,
        *,
        doors: int,
        keys: Mapping[str, bytes],
        district_key: bytes,
        world: World,
        radio: Radio,
        server: MqttModel,
        chance: Chance,
        now_s: Callable[[], float],
        journal_sectors: int = JOURNAL_SECTORS,
    ) -> None:
        self.device = device
        self.lock = CalmLock(doors)
        self.twins = BookcaseTwins(device, doors, world, radio, self.lock)
        self._journal_sectors = journal_sectors
        sectors = journal_sectors + NOTES_SECTORS + LISTS_SECTORS
        self.flash = _Flash(sectors, self._power_failed)
        self.boots = 0
        self.quartz = Quartz(now_s)
        self.log: list[str] = []
        self.crashes: list[str] = []  # Errors that nobody foresaw.
        self.journal: Journal | None = None
        self.app: App | None = None
        self.chosen: dict[int, float] = {}  # Door -> when somebody last touched it on the screen.
        self._world = world
        self._server = server
        self._chance = chance
        self._now_s = now_s
        self._dice = 0
        self._ports: list[End] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._endings: set[asyncio.Task[None]] = set()
        self._config: Any = bookcase_config.parse(
            json.dumps(
                {
                    "device": device,
                    "key": keys[device].hex(),
                    "district_key": district_key.hex(),
                    "mqtt": ["", 0],
                    "doors": doors,
                    "timings": CALM,
                }
            )
        )

    @property
    def boot(self) -> int:
        return self.app.clock.boot if self.app else 0

    @property
    def on(self) -> bool:
        return bool(self._tasks)

    def switch_on(self) -> None:
        """Start the firmware on its own flash; a power cut while it starts leaves it off."""
        assert not self.on
        self.boots += 1
        self.lock.replugged()
        flash, config = self.flash, self._config
        try:
            notes = Notes(Part(flash, self._journal_sectors, NOTES_SECTORS))
            boot = notes.load("boot", 0) + 1
            notes.save("boot", boot)
            self.journal = Journal(Part(flash, 0, self._journal_sectors), config.key, self._random)
            clock = Clock(boot, self._ticks_ms, TICKS_PERIOD_MS)
            app = App(
                config=config,
                clock=clock,
                journal=self.journal,
                notes=notes,
                openers=self._openers(),
                lists=Lists(Part(flash, flash.sector_count - LISTS_SECTORS, LISTS_SECTORS), notes),
                log=self.log.append,
            )
            uplink = Uplink(
                connect=self._connect,
                clock=clock,
                log=self.log.append,
                device=self.device,
                key=config.key,
                journal=self.journal,
                dice=self._die,
                on_order=app.on_order,
                on_want=app.on_want,
                on_served=app.on_served,
                health=app.health,
                firmware="city",
                cause="power",
                timings=config.timings,
            )
        except PowerCut:
            return
        app.uplink, app.restart = uplink, uplink.stop
        self.app = app
        self._tasks = [asyncio.create_task(self._run(part)) for part in (app.run, uplink.run)]

    @property
    def all_told(self) -> bool:
        """Whether the service has committed every record of the journal."""
        return self.journal is not None and self.journal.acked == self.journal.last

    def unheard(self) -> list[Copy]:
        """Return the copies inside that no count has found."""
        assert self.app
        return [
            copy
            for number in self.app.numbers
            for copy in self._world.at(Compartment(self.device, number))
            if copy.tag not in (self.app.door(number).contents.stable or {})
        ]

    def count(self) -> None:
        """Count all compartments, as the service may order it."""
        assert self.app
        for number in self.app.numbers:
            self.app.post_door(number, "count")

    def open_again(self) -> None:
        """Staff at the machine open it to readers, if it is closed."""
        if self.app and self.app.locked_down:
            self.app.lock_down(False)

    def order(self, op: str, door: int, about: str) -> bool:
        """Carry out an order of the service to this connection; say whether it has one.

        door: 0 where it concerns the whole machine.
        """
        if not (self.on and self.app and self.app.served):
            return False
        order = {
            "id": self._chance.bits(8, "order", about).hex(),
            "session": self.app.session,
            "deadline_ms": self.app.clock.uptime_ms() + ORDER_MS,
            "op": op,
            "door": door,
            "reader": "",
            "staff": "shelver",
        }
        self.lock.stir()
        if door:
            self.chosen[door] = self._now_s()
        try:
            self.app.on_order(order, False)
        except PowerCut:  # While it notes the order.
            return False
        return True

    def touched(self, words: list[str]) -> None:
        """Somebody does a thing of the table of hands here: the lock board wakes up."""
        self.lock.stir()
        if words and words[0] == "choose":
            self.chosen[int(words[2])] = self._now_s()

    def switch_off(self) -> None:
        """Cut the power: nothing is said, what was not synced is gone."""
        ending = asyncio.create_task(ended(self._tasks))
        self._endings = {one for one in self._endings if not one.done()} | {ending}
        self._tasks = []
        for name in self.twins.names:
            self.twins.part(name).twin.unplug()
        for end in self._ports:
            end.cut()
        self._ports = []
        self.flash = self.flash.restarted()
        self._world.note(self.device, "the power failed")

    def _power_failed(self) -> None:
        """Not at once: whoever writes now is told first, by PowerCut."""
        asyncio.get_running_loop().call_soon(self.switch_off)

    async def _run(self, part: Callable[[], Any]) -> None:
        """A task of the firmware; a power cut ends it, and anything else is a bug to be seen."""
        try:
            await part()
        except PowerCut:
            pass
        except Exception:
            self.crashes.append(traceback.format_exc())
            raise

    def _openers(self) -> dict[str, Callable[[], Any]]:
        doors = self._config.doors
        openers = {
            "lock": self._opener("lock", self._lock_driver, locks=doors, waits=WAITS),
            "scanner": self._opener("scanner", Scanner, waits=WAITS),
            "panel": self._opener("panel", Panel, waits=WAITS),
        }
        for door in range(1, doors + 1):
            name = f"reader.{door}"
            openers[name] = self._opener(name, UhfReader, waits=WAITS)
        return openers

    def _lock_driver(self, port: tuple[Plug, Plug], **options: Any) -> LockBoard:
        calm = CalmPort(port, self.lock)
        driver = _CalmDriver((calm, calm), **options)
        driver.stir = self.lock.stir
        return driver

    def _opener(self, part: str, driver: Callable[..., Any], **options: Any) -> Callable[[], Any]:
        async def open_it() -> tuple[Any, Callable[[], None]]:
            twin, port = self.twins.part(part)
            reader, writer = plug(twin, port.wire)
            made = driver((reader, writer), **options)
            if hasattr(made, "setup"):
                await made.setup()
            return made, reader.unplug

        return open_it

    async def _connect(self) -> tuple[End, End]:
        port = await self._server.connect(self.device)
        self._ports = [end for end in self._ports if not end.ended] + [port[0]]
        return port

    def _ticks_ms(self) -> int:
        return int(self.quartz.read_s() * 1000) % TICKS_PERIOD_MS

    def _random(self, size: int) -> bytes:
        self._dice += 1
        return self._chance.bits(size, "journal", self.device, self._dice)

    def _die(self, sides: int) -> int:
        self._dice += 1
        return int(self._chance.of("die", self.device, self._dice) * sides)


async def ended(tasks: list[asyncio.Task[None]]) -> None:
    """Cancel until they are done: a wait that ends in the same step swallows one cancellation."""
    while any(not task.done() for task in tasks):
        for task in tasks:
            task.cancel()
        await asyncio.sleep(0)
