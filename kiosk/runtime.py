"""One queue of events, one model, and the effects carried out.  Knows no screen."""

import queue
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import structlog

from kiosk.core.events import (
    Answered,
    Ask,
    AskPolicy,
    Crashed,
    Effect,
    Event,
    Served,
    Tick,
    Write,
    Written,
)
from kiosk.core.model import Model, Timings, World
from kiosk.core.present import present
from kiosk.core.roles import ROLES
from kiosk.core.update import update
from kiosk.core.view import View
from kiosk.services.clock import Clock
from kiosk.services.journal import Journal
from kiosk.services.store import LENDS_BELOW_PERCENT, Store

CRASHES_MAX = 3  # In CRASH_WINDOW_MS; then the process ends, and whoever started it starts it anew.
CRASH_WINDOW_MS = 600_000

log = structlog.get_logger()


class Link(Protocol):
    """What is needed of services/uplink.py."""

    def ask(
        self, op: str, then: Callable[[Any], None], wait_ms: int = 0, **fields: Any
    ) -> None: ...
    def kick(self) -> None: ...
    def report(self, state: dict[str, Any]) -> None: ...


class GiveUp(Exception):
    """It crashed too often."""


class Runtime:
    """`post` and `call` may be used from any thread; all else belongs to the screen's thread."""

    def __init__(
        self,
        *,
        journal: Journal,
        clock: Clock,
        store: Store,
        texts: Mapping[str, Mapping[str, str]],
        timings: Timings,
    ) -> None:
        self._journal, self._clock, self._store, self._texts = journal, clock, store, texts
        self._queue: queue.SimpleQueue[Event | Callable[[], None]] = queue.SimpleQueue()
        self._crashes_ms: list[int] = []
        self._reported: dict[str, Any] = {}
        # Both are set before the first step.
        self.link: Link | None = None
        self.wake: Callable[[], object] = lambda: None
        self.model = Model(world=World(boot=journal.boot, timings=timings))

    def post(self, event: Event) -> None:
        self._queue.put(event)
        self.wake()

    def call(self, function: Callable[[], None]) -> None:
        """Have a function called in the screen's thread."""
        self._queue.put(function)
        self.wake()

    def served(self, on: bool) -> None:
        """The service begins or ends to serve us."""
        if on:
            self._store.reached()
        self.post(Served(on))

    def step(self) -> None:
        """Deal with all that waits.  An error costs the visit, not the machine."""
        while not self._queue.empty():
            item = self._queue.get_nowait()
            try:
                if callable(item):
                    item()
                else:
                    self._take(item)
            except Exception:
                log.exception("a step failed")
                self.crash()
        self._report()

    def tick(self) -> None:
        self._store.tick()
        self.post(Tick())

    def crash(self) -> None:
        """Forget the visit and say sorry; too often in a short time raises GiveUp."""
        now_ms = self._clock.uptime_ms()
        recent = [at_ms for at_ms in self._crashes_ms if now_ms - at_ms < CRASH_WINDOW_MS]
        self._crashes_ms = [*recent, now_ms]
        if len(self._crashes_ms) >= CRASHES_MAX:
            raise GiveUp(f"{CRASHES_MAX} crashes in {CRASH_WINDOW_MS // 60_000} minutes")
        self._take(Crashed())

    def view(self) -> View:
        return present(self.model, self._texts[self.model.language])

    def separator(self) -> str:
        return self._texts[self.model.language]["separator"]

    def _take(self, event: Event) -> None:
        before = self.model.world.faults
        self.model, effects = update(self.model, event, self._clock.uptime_ms())
        for part in set(before) ^ set(self.model.world.faults):
            self._record("fault", {"part": part, "on": part not in before})
        for effect in effects:
            self._carry(effect)

    def _carry(self, effect: Effect) -> None:
        if isinstance(effect, Write):
            self._write(effect)
        elif isinstance(effect, AskPolicy):
            answer = self._store.decide(effect.op, effect.reader, effect.tags)
            self._answer(effect, answer, self._store.revision)
        elif self._store.fill >= LENDS_BELOW_PERCENT and effect.op == "lend":
            self._answer(effect, {"ok": False, "why": "journal_full", "books": []}, 0)
        else:
            self._ask(effect)

    def _ask(self, ask: Ask) -> None:
        assert self.link is not None
        fields: dict[str, Any] = {"tags": list(ask.tags)} if ask.tags else {}
        if ask.reader:
            fields |= {"reader": ask.reader, "how": "card"}
        self.link.ask(
            ask.op, lambda answer: self._answer(ask, answer, 0), wait_ms=ask.wait_ms, **fields
        )

    def _answer(self, ask: Ask | AskPolicy, answer: Mapping[str, Any] | None, policy: int) -> None:
        self.post(Answered(ask.visit, ask.op, answer, policy))

    def _write(self, write: Write) -> None:
        """The fact first; only then does the flow hear that it is so."""
        self._record(write.kind, write.body)
        if write.body.get("policy"):
            self._store.took(write.body["reader"])
        self._take(Written(write.visit, write.body["tag"]))

    def _record(self, kind: str, body: Mapping[str, Any]) -> None:
        self._journal.append(kind, dict(body), self._clock.stamp())
        if self.link is not None:
            self.link.kick()

    def _report(self) -> None:
        """Say what the machine is, when that has changed."""
        faults = list(self.model.world.faults)
        fill = self._store.fill
        broken = set(ROLES[self.model.world.role].needs) & set(faults)
        state = {
            "config": 1,
            "policy": self._store.revision,
            "stock": [],
            "faults": faults,
            "fill": fill,
            "lends": not broken and fill < LENDS_BELOW_PERCENT,
        }
        if state != self._reported and self.link is not None:
            self._reported = state
            self.link.report(state)
