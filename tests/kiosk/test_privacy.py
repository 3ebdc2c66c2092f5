"""Random visits, `SEQUENCES=100000` of them: nothing of a reader is left, nothing lent unasked.

The loan machine has most of them, since most can happen there.
"""

import os
import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from kiosk.core.choices import choices, tools
from kiosk.core.events import (
    Answered,
    Ask,
    AskPolicy,
    Barcode,
    Card,
    Crashed,
    Effect,
    Event,
    Faulted,
    Key,
    OtherCode,
    Paper,
    Press,
    Print,
    Printed,
    Seen,
    Served,
    Shown,
    Stocked,
    Tell,
    Tick,
    Unlinked,
    Write,
    Written,
)
from kiosk.core.model import Model, World
from kiosk.core.roles import ROLES
from kiosk.core.states import ATTRACT, AWAY, EMPTY, INSIDE, REVIEW, WELCOME, WORKING
from kiosk.core.update import update
from tests.kiosk.cabinet import INSIDE as BOOKS
from tests.kiosk.seeker import MANY as TITLES
from tests.kiosk.visit import LIN, ZHANG, entry

LENGTH = 14
TAGS = ("E1", "E2", "E3", "E4")
KEYS = ("up", "down", "left", "right", "go", "go", "back", "help", "1", "2", "3", "0")
WHY = ("", "", "", "limit", "on_loan", "unknown_tag", "not_on_loan")
NOBODY = Model()
# What a visit leaves in a model, by role; in these states there must be nothing of it.
FORGOTTEN = (
    "reader",
    "name",
    "books",
    "done",
    "pending",
    "loans",
    "left",
    "owned",
    "fines",
    "renewed",
    "shown",
    "search",
    "receipt",
    "typed",
)
NOBODYS_STATES = {
    "selfcheck": EMPTY,
    "return24": ("sorry",),
    "bookcase": (WELCOME, ATTRACT, INSIDE, AWAY, "sorry"),
    "locker": (WELCOME, AWAY, "sorry"),
    "belt": (WELCOME, AWAY, "sorry"),
    "opac": (WELCOME, ATTRACT, "sorry"),
}
# (state, kind of fact): written only where somebody said yes, or a book has fallen.
FACTS = {
    "selfcheck": {(WORKING, "lent"), (REVIEW, "returned")},
    "return24": {(state, "returned") for state in ROLES["return24"].states},
    "bookcase": set(),
    "locker": set(),
    "belt": set(),
    "opac": set(),
}


# How the hundred thousand are dealt out, in percent.
SHARES = {"selfcheck": 45, "return24": 5, "bookcase": 15, "locker": 10, "belt": 5, "opac": 20}
# All of them by this variable of the environment; CI has less.
SEQUENCES = int(os.environ.get("SEQUENCES", "30000"))


@pytest.mark.parametrize(("role", "share"), SHARES.items())
def test_nothing_of_a_reader_survives_whatever_happens(role: str, share: int) -> None:
    sequences = SEQUENCES * share // 100
    chance = random.Random(20201121)
    reached: set[str] = set()
    for _number in range(sequences):
        model, now_ms = Model(world=World(role=role, served=True, doors=4)), 0
        wanted: list[Ask | AskPolicy] = []
        for _step in range(LENGTH):
            now_ms += chance.choice((0, 100, 1_000, 20_000, 65_000))
            event = _event(chance, model, wanted)
            before = model
            model, effects = update(model, event, now_ms)
            for effect in effects:
                model = _carried(before, model, effect, wanted, now_ms)
            _forgotten(model)
            reached.add(model.state)

    assert reached == set(ROLES[role].states)


def _carried(
    before: Model, model: Model, effect: Effect, wanted: list[Ask | AskPolicy], now_ms: int
) -> Model:
    role = before.world.role
    if isinstance(effect, Print):
        model, more = update(model, Printed(effect.visit, now_ms % 3 > 0), now_ms)
        assert (role, more) == ("selfcheck", ())
    elif isinstance(effect, Ask | AskPolicy):
        assert role != "opac" or bool(effect.reader) == (effect.op == "hold")
        wanted.append(effect)
    elif isinstance(effect, Tell):
        assert role in LED
    else:
        assert isinstance(effect, Write)
        assert (before.state, effect.kind) in FACTS[role], before
        model, more = update(model, Written(effect.visit, effect.body["tag"]), now_ms)
        assert more == ()
    return model


def _forgotten(model: Model) -> None:
    if model.state in NOBODYS_STATES[model.world.role]:
        left = {
            name: value
            for name in FORGOTTEN
            if (value := getattr(model, name)) != getattr(NOBODY, name)
        }
        # Of a controller's word only that nobody is there.
        if model.shown._replace(offline=False) == Shown(WELCOME):
            left.pop("shown", None)
        assert left == {}, model


def _event(chance: random.Random, model: Model, wanted: list[Ask | AskPolicy]) -> Event:
    if wanted and chance.random() < 0.4:
        return _answered(chance, wanted.pop(0))
    if chance.random() < 0.45 and (words := choices(model)):
        return Press(chance.choice(words))
    happens: Sequence[Callable[[random.Random], Event]] = (
        _HAPPENS[model.world.role] if model.world.role in LED else _EVENTS
    )
    if chance.random() < 0.1:
        return Press(chance.choice((*tools(model), "confirm", "leave", "more", "no such word")))
    return chance.choice(happens)(chance)


_ALWAYS: tuple[Callable[[random.Random], Event], ...] = (
    lambda chance: Key(chance.choice(KEYS)),
    lambda chance: Crashed() if chance.random() < 0.1 else Tick(),
    lambda chance: Tick(),
    lambda chance: Tick(),
)
_EVENTS = (
    *_ALWAYS,
    lambda chance: Card(chance.choice((LIN, ZHANG))),
    lambda chance: Barcode("MH00000001"),
    lambda chance: OtherCode(),
    lambda chance: Seen(tuple(sorted(chance.sample(TAGS, chance.randint(0, 4))))),
    lambda chance: Seen(tuple(sorted(chance.sample(TAGS, chance.randint(0, 1))))),
    lambda chance: Paper(chance.choice(("", "", "low", "no_paper"))),
    lambda chance: Served(chance.random() < 0.7),
    lambda chance: Faulted(chance.choice(("tray", "scanner", "keypad")), chance.random() < 0.3),
)
LED = ("bookcase", "locker", "belt")


def _happens(role: str) -> Sequence[Callable[[random.Random], Event]]:
    """Return what a led machine hears; its own screens are not said by its controller."""
    own = (*NOBODYS_STATES[role], "code")
    screens = tuple(state for state in ROLES[role].states if state not in own)
    return (
        *_ALWAYS,
        lambda chance: _shown(chance, screens),
        lambda chance: _shown(chance, screens),
        lambda chance: Shown(WELCOME, offline=chance.random() < 0.3),
        lambda chance: Stocked(BOOKS[: chance.randint(0, len(BOOKS))]),
        lambda chance: Unlinked() if chance.random() < 0.3 else Tick(),
    )


_HAPPENS = {role: _happens(role) for role in LED}


def _shown(chance: random.Random, screens: Sequence[str]) -> Shown:
    doors = tuple(sorted(chance.sample((1, 2, 3, 4), chance.randint(0, 4))))
    tags = tuple(copy.tag for copy in chance.sample(BOOKS, chance.randint(0, 3)))
    return Shown(
        chance.choice(screens), door=chance.randint(1, 4), doors=doors, took=tags, name="林*",
        left=chance.randint(0, 3), due=20261221, why=chance.choice(("", "limit", "fault")),
        language=chance.choice(("", "zh", "en")), stay_s=chance.choice((0, 0, 20)),
        tasks=chance.choice(((), ("count", "selftest"))),
    )  # fmt: skip


def _answered(chance: random.Random, ask: Ask | AskPolicy) -> Answered:
    if isinstance(ask, Ask) and chance.random() < 0.25:
        return Answered(ask.visit, ask.op, None, 0, ask.text)
    # Of an account, the reader's loans.
    tags = ask.tags or TAGS[: chance.randint(0, len(TAGS))]
    books: list[Any] = [entry(t, chance.choice(WHY)) for t in tags if chance.random() < 0.9]
    answer = {
        "ok": chance.random() < 0.9, "why": "", "name": "林*", "left": chance.randint(0, 5),
        "loans": 3, "fines": chance.choice((0, 320)), "due": 20261221, "books": books,
        "id": "7.1", "language": "en",
    }  # fmt: skip
    if not answer["ok"]:
        answer["why"] = "blocked"
    if isinstance(ask, AskPolicy):
        return Answered(ask.visit, ask.op, answer, 4)
    answer["titles"] = chance.sample(TITLES, chance.randint(0, len(TITLES)))
    return Answered(ask.visit, ask.op, answer, 0, ask.text)
