"""One kiosk of the city: its own core, runtime, journal and policy, on a clock that jumps.

What the product does in threads is done here in tasks: serial lines (kioskparts.py), with the same
codecs, and the connection, which is the firmware's around the same talk.
"""

import asyncio
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from bookcase_fw import sign
from bookcase_fw.uplink import Uplink
from hw_sim.city import kioskparts
from hw_sim.city.bookcase import CALM, HOUR_MS, ended
from hw_sim.city.chance import Chance
from hw_sim.city.mqttmodel import MqttModel
from hw_sim.city.pipe import End
from hw_sim.city.quartz import Quartz
from hw_sim.desk.eyes import Eyes
from hw_sim.machines import KioskTwins
from hw_sim.plug import Plug, plug
from hw_sim.world.places import Tray
from hw_sim.world.radio import Radio
from hw_sim.world.truth import World
from kiosk import config
from kiosk.core import states
from kiosk.core.model import LENT, RETURNED, Timings
from kiosk.runtime import Runtime
from kiosk.services.clock import Clock
from kiosk.services.journal import Journal
from kiosk.services.store import Store

TICK_S = 0.5
TIMEZONE = "Asia/Shanghai"
TEXTS = {language: config.texts(language) for language in ("zh", "en")}
NS = 1_000_000_000


class Kiosk:
    """`wall_off_s` is how wrong its system clock is when it starts: a dead battery says 1970."""

    def __init__(
        self,
        device: str,
        *,
        site: str,
        folder: Path,
        key: bytes,
        district_key: bytes,
        cards: list[str],
        world: World,
        radio: Radio,
        server: MqttModel,
        chance: Chance,
        now_s: Callable[[], float],
        now_ms: Callable[[], int],
    ) -> None:
        self.device, self.site = device, site
        self.twins = KioskTwins(device, world, radio)
        self.eyes = Eyes()
        self.boots = 0
        self.quartz = Quartz(now_s)
        self.wall_off_s = 0.0
        self.log: list[str] = []
        self.crashes: list[str] = []  # Errors that nobody foresaw; the product says sorry.
        self.journal: Journal | None = None
        self._path = folder / f"{device}.sqlite"
        self._key, self._district_key = key, district_key
        self._cards = {sign.pseudonym(district_key, card): card for card in cards}
        self._world, self._server, self._chance = world, server, chance
        self._now_s, self._now_ms = now_s, now_ms
        self._dice = 0
        self._ports: list[End] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._endings: set[asyncio.Task[None]] = set()
        self._awake = asyncio.Event()
        self._touched_s = 0.0

    @property
    def on(self) -> bool:
        return bool(self._tasks)

    @property
    def boot(self) -> int:
        return self.journal.boot if self.journal else 0

    @property
    def all_told(self) -> bool:
        """Whether the service has committed every record of the journal."""
        return self.journal is not None and self.journal.acked == self.journal.last

    def switch_on(self) -> None:
        """Start the program on its own files."""
        assert not self.on
        self.boots += 1
        self.journal = journal = Journal(self._path, self._key, self._token)
        clock = Clock(journal.boot, self._monotonic_ns, self._wall_ns)
        store = Store(journal, clock, TIMEZONE)
        runtime = Runtime(journal=journal, clock=clock, store=store, texts=TEXTS, timings=Timings())
        runtime.recorder = _Crashes(self.crashes)  # type: ignore[assignment]
        uplink = Uplink(
            connect=self._connect,
            clock=clock,
            log=self.log.append,
            device=self.device,
            key=self._key,
            journal=journal,
            dice=self._die,
            on_want=lambda want, _retained: runtime.call(lambda: store.want(want)),
            on_served=lambda on: runtime.call(lambda: runtime.served(on)),
            firmware="city",
            cause="power",
            timings=CALM,
        )
        runtime.link = _Line(uplink, runtime)
        listeners = [
            part(*self._plug(name), self, runtime.post) for name, part in kioskparts.PARTS.items()
        ]
        running = (self._go(runtime), uplink.run(), *listeners)
        self._tasks = [asyncio.create_task(self._run(one)) for one in running]

    def switch_off(self) -> None:
        """Cut the power: what was committed to its files stays, the rest is gone."""
        ending = asyncio.create_task(self._end(self._tasks, self.journal))
        self._endings = {one for one in self._endings if not one.done()} | {ending}
        self._tasks = []
        for name in self.twins.names:
            self.twins.part(name).twin.unplug()
        for end in self._ports:
            end.cut()
        self._ports = []
        self.eyes.show({"screen": "dark"})
        self._world.note(self.device, "the power failed")

    async def _end(self, tasks: list[asyncio.Task[None]], journal: Journal | None) -> None:
        await ended(tasks)
        if journal:
            journal.close()

    def touched(self, _words: list[str]) -> None:
        """Somebody does a thing of the table of hands here: its tray is asked again."""
        self._touched_s = self._now_s()
        self._awake.set()

    async def until_awake(self) -> None:
        """Return at once while somebody is here, and else as soon as somebody is."""
        if self._now_s() - self._touched_s > kioskparts.AWAKE_S:
            self._awake.clear()
            await self._awake.wait()

    def hears(self, text: str) -> Any:
        """Return the event of a scanned text."""
        return kioskparts.scan.event(text, self._district_key)

    async def _go(self, runtime: Runtime) -> None:
        """Step the runtime when something happens, and every half second while somebody is here."""
        stirred = asyncio.Event()
        runtime.wake = stirred.set
        while True:
            runtime.tick()
            runtime.step()
            stirred.clear()
            self._show(runtime)
            idle = runtime.model.state == states.WELCOME
            with suppress(TimeoutError):
                async with asyncio.timeout(HOUR_MS / 1000 if idle else TICK_S):
                    await stirred.wait()

    def _show(self, runtime: Runtime) -> None:
        screen = runtime.view().screen
        if self.eyes.shown.get("screen") == screen:
            return
        if screen == states.RESULT:
            self._promise(runtime)
        self.eyes.show({"screen": screen})

    def _promise(self, runtime: Runtime) -> None:
        """What the screen says of a copy is what the ledger is asked for.

        It may be in hands again by then, or was heard in them all the time.
        """
        said = {LENT: self._cards.get(runtime.model.reader, ""), RETURNED: ""}
        near = self._world.in_hands_near(self.device)
        here = {copy.tag: copy for copy in [*near, *self._world.at(Tray(self.device))]}
        for done in runtime.model.done:
            if done.outcome in said and done.tag in here:
                self._world.tell(here[done.tag].barcode, said[done.outcome])

    async def _run(self, part: Any) -> None:
        """A task of the program; an error that ends one is a bug to be seen."""
        try:
            await part
        except Exception:
            self.crashes.append(traceback.format_exc())
            raise

    def _plug(self, name: str) -> tuple[Plug, Plug]:
        twin, port = self.twins.part(name)
        return plug(twin, port.wire)

    async def _connect(self) -> tuple[End, End]:
        port = await self._server.connect(self.device)
        self._ports = [end for end in self._ports if not end.ended] + [port[0]]
        return port

    def _monotonic_ns(self) -> int:
        return int(self.quartz.read_s() * NS)

    def _wall_ns(self) -> int:
        return int((self._now_ms() / 1000 + self.wall_off_s) * NS)

    def _token(self, size: int) -> str:
        self._dice += 1
        return self._chance.bits(size, "journal", self.device, self._dice).hex()

    def _die(self, sides: int) -> int:
        self._dice += 1
        return int(self._chance.of("die", self.device, self._dice) * sides)


class _Line:
    """kiosk/services/uplink.py as the runtime sees it, without its threads."""

    def __init__(self, uplink: Uplink, runtime: Runtime) -> None:
        self._uplink, self._runtime = uplink, runtime
        self._asks: set[asyncio.Task[None]] = set()

    def ask(self, op: str, then: Callable[[Any], None], wait_ms: int = 0, **fields: Any) -> None:
        async def asking() -> None:
            answer = await self._uplink.ask(op, wait_ms, **fields)
            self._runtime.call(lambda: then(answer))

        task = asyncio.create_task(asking())
        self._asks.add(task)
        task.add_done_callback(self._asks.discard)

    def kick(self) -> None:
        self._uplink.kick()

    def report(self, state: dict[str, Any]) -> None:
        self._uplink.report(state)


class _Crashes:
    """Where the loop writes incidents (kiosk/services/incident.py): here each is a finding."""

    def __init__(self, crashes: list[str]) -> None:
        self._crashes = crashes

    def note(self, _model: object, _event: object, _now_ms: int) -> None:
        pass

    def write(self, name: str) -> Path:
        self._crashes.append(traceback.format_exc())
        return Path(name)
