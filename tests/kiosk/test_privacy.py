"""Twenty thousand random visits: nothing of a reader is left, nothing happens without a yes."""

import random
from typing import Any

from kiosk.core.choices import TOOLS, choices
from kiosk.core.events import (
    Answered,
    Ask,
    AskPolicy,
    Barcode,
    Card,
    Crashed,
    Event,
    Faulted,
    Key,
    OtherCode,
    Press,
    Seen,
    Served,
    Tick,
    Write,
    Written,
)
from kiosk.core.model import Model, World
from kiosk.core.states import EMPTY, STATES, WORKING
from kiosk.core.update import update
from tests.kiosk.visit import LIN, ZHANG, entry

SEQUENCES, LENGTH = 20_000, 14
TAGS = ("E1", "E2", "E3", "E4")
KEYS = ("up", "down", "left", "right", "go", "go", "back", "help", "1", "2", "3", "0")
WHY = ("", "", "", "limit", "on_loan", "unknown_tag", "not_on_loan")
FORGOTTEN = {"reader": "", "name": "", "books": (), "done": (), "pending": (), "loans": 0}


def test_nothing_of_a_reader_survives_whatever_happens() -> None:
    chance = random.Random(20201121)
    reached = set()
    for _number in range(SEQUENCES):
        model, now_ms, wanted = Model(world=World(served=True)), 0, []
        for _step in range(LENGTH):
            now_ms += chance.choice((0, 100, 1_000, 20_000))
            event = _event(chance, model, wanted)
            before = model
            model, effects = update(model, event, now_ms)
            wanted += [effect for effect in effects if not isinstance(effect, Write)]
            for effect in effects:
                if isinstance(effect, Write):
                    assert before.state in (WORKING, "review"), (before, event)
                    model, more = update(model, Written(effect.visit, effect.body["tag"]), now_ms)
                    assert more == ()
            _forgotten(model)
            reached.add(model.state)

    assert reached == set(STATES)


def _forgotten(model: Model) -> None:
    if model.state in EMPTY:
        left = {name: value for name in FORGOTTEN if (value := getattr(model, name))}
        assert left == {}, model


def _event(chance: random.Random, model: Model, wanted: list[Any]) -> Event:
    if wanted and chance.random() < 0.4:
        return _answered(chance, wanted.pop(0))
    if chance.random() < 0.45 and (words := choices(model)):
        return Press(chance.choice(words))
    return chance.choice(_EVENTS)(chance)


_EVENTS = (
    lambda chance: Key(chance.choice(KEYS)),
    lambda chance: Press(chance.choice((*TOOLS, "confirm", "leave", "more", "no such word"))),
    lambda chance: Card(chance.choice((LIN, ZHANG))),
    lambda chance: Barcode("MH00000001"),
    lambda chance: OtherCode(),
    lambda chance: Seen(tuple(sorted(chance.sample(TAGS, chance.randint(0, 4))))),
    lambda chance: Seen(tuple(sorted(chance.sample(TAGS, chance.randint(0, 4))))),
    lambda chance: Served(chance.random() < 0.7),
    lambda chance: Faulted(chance.choice(("tray", "scanner", "keypad")), chance.random() < 0.3),
    lambda chance: Crashed() if chance.random() < 0.1 else Tick(),
    lambda chance: Tick(),
    lambda chance: Tick(),
)


def _answered(chance: random.Random, ask: Ask | AskPolicy) -> Answered:
    if isinstance(ask, Ask) and chance.random() < 0.25:
        return Answered(ask.visit, ask.op, None)
    books = [entry(tag, chance.choice(WHY)) for tag in ask.tags if chance.random() < 0.9]
    answer = {
        "ok": chance.random() < 0.9, "why": "", "name": "林*", "left": chance.randint(0, 5),
        "loans": 3, "due": 20261221, "books": books, "id": "7.1", "language": "en",
    }  # fmt: skip
    if not answer["ok"]:
        answer["why"] = "blocked"
    return Answered(ask.visit, ask.op, answer, 4 if isinstance(ask, AskPolicy) else 0)
