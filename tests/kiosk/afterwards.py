"""Draws what is seen after each visit there is: `python -m tests.kiosk.afterwards FOLDER`.

A visit is left on one of the gallery's screens, in large type, contrast and English.  When time has
passed, the picture must be, byte for byte, that of a machine that nobody has used.  Prints a line
for each that is not, then how many there were.
"""

import hashlib
import sys
from pathlib import Path

from kiosk.config import Panel, texts
from kiosk.core.events import Answered, AskPolicy, Press, Seen, Shown, Tick
from kiosk.core.model import Model, World
from kiosk.core.present import present
from kiosk.core.roles import ROLES
from kiosk.core.update import update
from tests.kiosk.gallery import models

STEP_MS, STEPS = 500, 800  # Longer than any visit that nobody continues.
EVERY = 5  # Of the gallery's screens, each fifth.
HOMES = ("welcome", "attract")
WIDTH = 270
LED = {"bookcase": "welcome", "locker": "welcome", "belt": "put_in"}


def left(model: Model) -> Model:
    """Return a machine some minutes after somebody walked away, books and all."""
    role, now_ms = model.world.role, max(model.since_ms, 1_000)
    for event in (Press("large"), Press("contrast"), Press("language"), Seen(())):
        model, _effects = update(model, event, now_ms)
    for _step in range(STEPS):
        now_ms += STEP_MS
        model, effects = update(model, Tick(), now_ms)
        for effect in effects:
            if isinstance(effect, AskPolicy):
                answer = Answered(effect.visit, effect.op, {"ok": False, "why": "offline"}, 4)
                model, _effects = update(model, answer, now_ms)
        if role in LED:  # Its controller ends the visit.
            model, _effects = update(model, Shown(LED[role]), now_ms)
        if model.state in (*HOMES, "put_in") and not model.large:
            return model
    return model


def main(folder: Path) -> None:
    from kiosk.ui import env

    env.prepare(Panel(), folder / ".kivy")
    from kivy.base import EventLoop

    from kiosk.ui.window import Kiosk

    kiosk = Kiosk(Panel(), send=lambda word: None)
    kiosk._run_prepare()
    EventLoop.start()

    def drawn(model: Model) -> str:
        words = texts(model.language)
        kiosk.show(present(model, words), words["separator"])
        return hashlib.sha256(kiosk.picture(WIDTH).data).hexdigest()

    chosen = list(models().items())[::EVERY]
    for name, model in chosen:
        drawn(model)
        after = left(model)
        fresh = _unused(after)
        if drawn(after) != drawn(fresh):
            print(f"{name}: {after.state} is not as nobody had left it")
    print(f"{len(chosen)} visits looked at")


def _unused(after: Model) -> Model:
    """Return a machine at which nobody ever was, where this one stands, with its own world."""
    world = World(**after.world._asdict() | {"visit": 1})
    assert after.state in ROLES[world.role].states
    return Model(world=world, state=after.state, page=after.page, shown=after.shown)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
