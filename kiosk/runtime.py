"""The machine that keeps a journal: asks the service, or the policy, and writes what became so."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from kiosk.core.events import (
    Answered,
    Ask,
    AskPolicy,
    Effect,
    Event,
    Print,
    Printed,
    Seen,
    Served,
    Write,
    Written,
)
from kiosk.core.model import Timings, World
from kiosk.core.receipt import Line, lines
from kiosk.core.roles import ROLES
from kiosk.devices.feig import Secured
from kiosk.loop import Loop
from kiosk.services.clock import Clock
from kiosk.services.journal import Journal
from kiosk.services.pairs import Pairs
from kiosk.services.store import LENDS_BELOW_PERCENT, Store


class Link(Protocol):
    """What is needed of services/uplink.py."""

    def ask(
        self, op: str, then: Callable[[Any], None], wait_ms: int = 0, **fields: Any
    ) -> None: ...
    def kick(self) -> None: ...
    def report(self, state: dict[str, Any]) -> None: ...


class Runtime(Loop):
    def __init__(
        self,
        *,
        journal: Journal,
        clock: Clock,
        store: Store,
        texts: Mapping[str, Mapping[str, str]],
        timings: Timings,
        role: str = "selfcheck",
        printer: bool = False,
        timezone: str = "Asia/Shanghai",
    ) -> None:
        world = World(
            role=role, boot=journal.boot, timings=timings, printer="" if printer else None
        )
        super().__init__(world=world, texts=texts, uptime_ms=clock.uptime_ms)
        self._journal, self._clock, self._store = journal, clock, store
        self._zone = ZoneInfo(timezone)
        self._reported: dict[str, Any] = {}
        self._pairs: Pairs | None = None
        # Set before the first step: the connection, and what prints a receipt for a visit.
        self.link: Link | None = None
        self.print: Callable[[int, Sequence[Line]], None] = self._not_printed

    def served(self, on: bool) -> None:
        """The service begins or ends to serve us."""
        if on:
            self._store.reached()
        self.post(Served(on))

    def tick(self) -> None:
        self._store.tick()
        super().tick()

    def faulted(self, part: str, on: bool) -> None:
        self._record("fault", {"part": part, "on": on})

    def carry(self, effect: Effect) -> None:
        if isinstance(effect, Write):
            # At a tray that cannot write bits, a fact is all there is.
            (self._pairs.write if self._pairs else self._write)(effect)
        elif isinstance(effect, Print):
            self.print(effect.visit, lines(self.model, self.texts()))
        elif isinstance(effect, AskPolicy):
            answer = self._store.decide(effect.op, effect.reader, effect.tags)
            self._answer(effect, answer, self._store.revision)
        else:
            assert isinstance(effect, Ask), effect
            self._ask(effect)

    def _not_printed(self, visit: int, _lines: Sequence[Line]) -> None:
        self.post(Printed(visit, False))

    def _ask(self, ask: Ask) -> None:
        assert self.link is not None
        if ask.op == "lend" and self._store.fill >= LENDS_BELOW_PERCENT:
            self._answer(ask, {"ok": False, "why": "journal_full", "books": []}, 0)
            return
        fields: dict[str, Any] = {"tags": list(ask.tags)} if ask.tags else {}
        if ask.text:
            fields["text"] = ask.text
        if ask.reader:
            fields |= {"reader": ask.reader, "how": "card"}
        self.link.ask(
            ask.op, lambda answer: self._answer(ask, answer, 0), wait_ms=ask.wait_ms, **fields
        )

    def _answer(self, ask: Ask | AskPolicy, answer: Mapping[str, Any] | None, policy: int) -> None:
        text = ask.text if isinstance(ask, Ask) else ""
        self.post(Answered(ask.visit, ask.op, answer, policy, text))

    def secures(self, secure: Callable[[str, bool, Callable[[Secured], None]], None]) -> None:
        """From now on a loan and a return also write the book's security bit, by `secure`."""

        def called(tag: str, on_loan: bool, then: Callable[[Secured], None]) -> None:
            secure(tag, on_loan, lambda secured: self.call(lambda: then(secured)))

        self._pairs = Pairs(self._journal, self._record, called, self._written)

    def take(self, event: Event) -> None:
        super().take(event)
        if self._pairs and isinstance(event, Seen):
            self._pairs.seen(event.tags)

    def _write(self, write: Write) -> None:
        """The fact first; only then does the flow hear that it is so."""
        self._written(write, "", self._record(write.kind, write.body))

    def _written(self, write: Write, why: str, wall_ms: int) -> None:
        if not why and write.body.get("policy"):
            self._store.took(write.body["reader"])
        at = datetime.fromtimestamp(wall_ms / 1000, self._zone).strftime("%H:%M")
        self.take(Written(write.visit, write.body["tag"], why, "" if why else at))

    def _record(
        self, kind: str, body: Mapping[str, Any], notes: Mapping[str, Any] | None = None
    ) -> int:
        """Return the wall clock in ms that the record has."""
        stamp = self._clock.stamp()
        self._journal.append(kind, dict(body), stamp, notes)
        if self.link is not None:
            self.link.kick()
        return stamp[2]

    def settled(self) -> None:
        """Say what the machine is, when that has changed."""
        faults = list(self.model.world.faults)
        fill = self._store.fill
        role = ROLES[self.model.world.role]
        broken = set(role.needs) & set(faults)
        state = {
            "config": 1,
            "policy": self._store.in_force,
            "stock": [],
            "faults": faults,
            "fill": fill,
            "lends": role.lends and not broken and fill < LENDS_BELOW_PERCENT,
        }
        if state != self._reported and self.link is not None:
            self._reported = state
            self.link.report(state)
