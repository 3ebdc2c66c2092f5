"""A visit to a kiosk without screen, devices or network: what is done and what is said back."""

from collections.abc import Mapping
from typing import Any, Self

from bookcase_fw import wire
from kiosk.core import model as parts
from kiosk.core.events import (
    Answered,
    Ask,
    AskPolicy,
    Card,
    Effect,
    Event,
    Key,
    Press,
    Seen,
    Served,
    Tick,
    Write,
    Written,
)
from kiosk.core.model import Model, World
from kiosk.core.update import update

LIN = "a1" * 12  # Readers are pseudonyms.
ZHANG = "b2" * 12
TITLES = {"E1": "三体", "E2": "活着", "E3": "围城", "E4": "城南旧事"}
DUE = 20261221


class Visit:
    """Keeps the model; effects wait in `wanted` until the test answers them."""

    def __init__(self, served: bool = True, role: str = "selfcheck") -> None:
        self.model = Model(world=World(role=role, boot=7))
        self.now_ms = 1_000
        self.wanted: list[Effect] = []
        self.facts: list[tuple[str, Mapping[str, Any]]] = []
        self.journal_why = ""
        self.holds_writes = False  # Bits are being written: it takes its time.
        self.clock = "02:13"  # What the journal says of the time.
        self.on(Served(served))

    def on(self, *events: Event) -> Self:
        for event in events:
            self.model, effects = update(self.model, event, self.now_ms)
            for effect in effects:
                self._take(effect)
        return self

    def _take(self, effect: Effect) -> None:
        if not isinstance(effect, Write):
            self.wanted.append(effect)
            return
        if self.holds_writes:
            return
        if not self.journal_why:
            wire.check(effect.kind, wire.fact_fields(effect.kind), dict(effect.body))
            self.facts.append((effect.kind, effect.body))
        self.on(Written(effect.visit, effect.body["tag"], self.journal_why, self.clock))

    # --- a person's hands

    def press(self, *words: str) -> Self:
        return self.on(*(Press(word) for word in words))

    def keys(self, *names: str) -> Self:
        return self.on(*(Key(name) for name in names))

    def lay(self, *tags: str) -> Self:
        return self.on(Seen(tags))

    def card(self, reader: str = LIN) -> Self:
        return self.on(Card(reader))

    def wait(self, seconds: float) -> Self:
        """Let time pass, half a second at a time."""
        for _ in range(round(seconds * 2)):
            self.now_ms += 500
            self.on(Tick())
        return self

    # --- the service's and the policy's answers

    def asked(self, op: str) -> Ask | AskPolicy:
        """Take the oldest ask of this kind; the test fails when there is none."""
        found = next(e for e in self.wanted if isinstance(e, Ask | AskPolicy) and e.op == op)
        self.wanted.remove(found)
        return found

    def answer(self, op: str, policy: int = 0, **fields: Any) -> Self:
        ask = self.asked(op)
        answer = wire.check("answer", wire.message("answer")[4], {"id": "7.1", "ok": True} | fields)
        text = ask.text if isinstance(ask, Ask) else ""
        return self.on(Answered(ask.visit, op, answer, policy, text))

    def silence(self, op: str) -> Self:
        return self.on(Answered(self.asked(op).visit, op, None))

    def welcome_reader(self, left: int = 15, **fields: Any) -> Self:
        return self.answer("account", name="林*", loans=0, left=left, due=DUE, **fields)

    def grant(self, *tags: str, policy: int = 0, refused: Mapping[str, str] = {}) -> Self:  # noqa: B006
        books = [entry(tag) for tag in tags] + [entry(t, w) for t, w in refused.items()]
        return self.answer("lend", policy=policy, due=DUE, books=books)

    # --- what is true now

    @property
    def state(self) -> str:
        return self.model.state

    @property
    def outcomes(self) -> dict[str, str]:
        return {done.tag: done.why or done.outcome for done in self.model.done}

    @property
    def lent(self) -> list[str]:
        return [body["tag"] for kind, body in self.facts if kind == "lent"]

    @property
    def returned(self) -> list[str]:
        return [body["tag"] for kind, body in self.facts if kind == "returned"]


def entry(tag: str, why: str = "", **fields: Any) -> dict[str, Any]:
    told = {"tag": tag, "ok": not why, "why": why, "title": TITLES.get(tag, ""), "author": "某人"}
    return told | ({"due": DUE} if not why else {}) | fields


def at_tray(reader: str = LIN, **fields: Any) -> Visit:
    """A reader whose card was accepted stands before the empty tray."""
    return Visit().press("borrow").card(reader).welcome_reader(**fields)


BATCH_MAX = parts.BATCH_MAX
