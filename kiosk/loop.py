"""One queue of events, one model: what every role's machine has.  Knows no screen, no device."""

import queue
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping

import structlog

from kiosk.core import states as at
from kiosk.core.events import Crashed, Effect, Event, Tick
from kiosk.core.model import Model, World
from kiosk.core.present import present
from kiosk.core.update import update
from kiosk.core.view import View
from kiosk.services.incident import Recorder

CRASHES_MAX = 3  # In CRASH_WINDOW_MS; then the process ends, and whoever started it starts it anew.
CRASH_WINDOW_MS = 600_000

log = structlog.get_logger()


class GiveUp(Exception):
    """It crashed too often."""


class Loop(ABC):
    """`post` and `call` may be used from any thread; all else belongs to the screen's thread."""

    def __init__(
        self,
        *,
        world: World,
        texts: Mapping[str, Mapping[str, str]],
        uptime_ms: Callable[[], int],
    ) -> None:
        self._texts, self._uptime_ms = texts, uptime_ms
        self._queue: queue.SimpleQueue[Event | Callable[[], None]] = queue.SimpleQueue()
        self._crashes_ms: list[int] = []
        # Set before the first step.
        self.wake: Callable[[], object] = lambda: None
        self.recorder: Recorder | None = None
        self.begin_anew: Callable[[], None] = lambda: None
        self.beside: list[Callable[[], None]] = []  # Called with each tick.
        self.model = Model(world=world)

    @abstractmethod
    def carry(self, effect: Effect) -> None:
        """Do what a step wants done."""

    @abstractmethod
    def faulted(self, part: str, on: bool) -> None:
        """Note that a part fails, or works again."""

    @abstractmethod
    def settled(self) -> None:
        """Do what is due once all that waited was dealt with."""

    def post(self, event: Event) -> None:
        self._queue.put(event)
        self.wake()

    def call(self, function: Callable[[], None]) -> None:
        """Have a function called in the screen's thread."""
        self._queue.put(function)
        self.wake()

    def step(self) -> None:
        """Deal with all that waits.  An error costs the visit, not the machine."""
        while not self._queue.empty():
            item = self._queue.get_nowait()
            try:
                if callable(item):
                    item()
                else:
                    self.take(item)
            except Exception:
                log.exception("a step failed")
                self.crash()
        self.settled()

    def tick(self) -> None:
        for call in self.beside:
            call()
        self.post(Tick())

    def idle(self) -> bool:
        """Say whether nobody stands here."""
        return self.model.state in (at.WELCOME, at.ATTRACT) and not self.model.world.tray

    def crash(self) -> None:
        """Forget the visit and say sorry; too often in a short time raises GiveUp."""
        now_ms = self._uptime_ms()
        recent = [at_ms for at_ms in self._crashes_ms if now_ms - at_ms < CRASH_WINDOW_MS]
        self._crashes_ms = [*recent, now_ms]
        if self.recorder:
            world = self.model.world
            path = self.recorder.write(f"{world.boot}-{world.visit}")
            log.info("the incident can be replayed", file=str(path))
        if len(self._crashes_ms) >= CRASHES_MAX:
            raise GiveUp(f"{CRASHES_MAX} crashes in {CRASH_WINDOW_MS // 60_000} minutes")
        self.take(Crashed())

    def take(self, event: Event) -> None:
        """Step the model at once, and have done what that wants."""
        before, now_ms = self.model.world.faults, self._uptime_ms()
        if self.recorder:
            self.recorder.note(self.model, event, now_ms)
        self.model, effects = update(self.model, event, now_ms)
        for part in set(before) ^ set(self.model.world.faults):
            self.faulted(part, part not in before)
        for effect in effects:
            self.carry(effect)

    def view(self) -> View:
        return present(self.model, self.texts())

    def texts(self) -> Mapping[str, str]:
        """Return the texts of the language that is spoken now."""
        return self._texts[self.model.language]
