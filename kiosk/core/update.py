"""One event in, the next model and the wanted effects out.  Pure: time is passed in."""

import math
from typing import Any

from kiosk.core import states as at
from kiosk.core import steps
from kiosk.core.choices import choices, number, taps, tools
from kiosk.core.events import (
    PERSON,
    Answered,
    Barcode,
    Card,
    Crashed,
    Event,
    Faulted,
    Key,
    Neighbours,
    OtherCode,
    Paper,
    Press,
    Printed,
    Promoted,
    Seen,
    Served,
    Shown,
    Stocked,
    Tick,
    Unlinked,
    Written,
)
from kiosk.core.model import VOLUME_MAX, Model, wiped
from kiosk.core.roles import ROLES
from kiosk.core.steps import Step

# The table's name of an event; that of a Press is its word.
_NAMES = {
    Card: "card", Barcode: "barcode", OtherCode: "other_code", Seen: "seen",
    Answered: "answered", Written: "written",
    Printed: "printed", Served: "served", Shown: "shown", Unlinked: "unlinked", Stocked: "stocked",
}  # fmt: skip
_BACK = ("stay", "close", "leave", "back", "done")
_TOOL_KEYS = ("0", "help")
_STEPS = {"up": -1, "down": 1}


def update(model: Model, event: Event, now_ms: int) -> Step:
    """Return (model, effects) after an event; no event is an error in any state."""
    if isinstance(event, Crashed):
        return steps.entered(wiped(model), at.SORRY, now_ms), ()
    if isinstance(event, Tick):
        return _tick(model, now_ms)
    if isinstance(event, Answered | Written | Printed) and event.visit != model.world.visit:
        return model, ()  # Meant for somebody who has left.
    was_warned = model.warning_s > 0
    model = _aware(model, event)
    if _alive(model, event):
        model = _renewed(model, now_ms)
    if isinstance(event, Key | Press):
        # A touch of the warning says no more than "I am still here", a tool still works.
        if was_warned and not _is_tool(model, event):
            return _step(model, "stay", event, now_ms)
        return _chosen(model, event, now_ms)
    return _step(model, _NAMES.get(type(event), ""), event, now_ms)


def _is_tool(model: Model, event: Key | Press) -> bool:
    if isinstance(event, Key):
        return event.name in _TOOL_KEYS
    return event.word in tools(model)


def _step(model: Model, name: str, event: Event, now_ms: int) -> Step:
    table = ROLES[model.world.role].table
    step: Step = table.get((model.state, name), steps.nothing)(model, event, now_ms)
    return step


def _aware(model: Model, event: Event) -> Model:
    """Take in what is true of the machine, in every state."""
    world = model.world
    if isinstance(event, Seen):
        world = world._replace(tray=event.tags)
    elif isinstance(event, Served):
        world = world._replace(served=event.on)
    elif isinstance(event, Neighbours):
        world = world._replace(near=event.near)
    elif isinstance(event, Promoted):
        world = world._replace(promotions=event.posters)
    elif isinstance(event, Paper):
        world = world._replace(printer=event.word)
    elif isinstance(event, Faulted):
        others = tuple(part for part in world.faults if part != event.part)
        world = world._replace(faults=(*others, event.part) if event.on else others)
    return model._replace(world=world)


def _alive(model: Model, event: Event) -> bool:
    """Say whether a person did this.  A tag that comes and goes is no person, a new book is."""
    if isinstance(event, Seen):
        return model.state in (at.TRAY, at.REVIEW) and bool(set(event.tags) - set(model.asked))
    return isinstance(event, PERSON)


def _renewed(model: Model, now_ms: int) -> Model:
    model = model._replace(warning_s=0, notice="")
    if model.state in (*at.WARNED, at.WELCOME, at.ATTRACT, at.PUT_IN, at.TAKE):
        model = model._replace(deadline_ms=steps.deadline(model, now_ms))
    return model


def _chosen(model: Model, event: Key | Press, now_ms: int) -> Step:
    if isinstance(event, Key):
        # Whoever uses the keypad may not see the screen.
        model = model._replace(keyed=True, speech=model.speech or not model.muted)
        if event.name in taps(model):
            return _step(model, "tap", event, now_ms)
        model, word = _keyed(model, event.name)
    else:
        model, word = model._replace(keyed=False), event.word
    if word in tools(model):
        return _tooled(model, word), ()
    if word not in choices(model):
        return model, ()
    if word == "close":
        return model._replace(help=False, focus=0), ()
    # A word may name what it is for: door.3.
    return _step(model, word.partition(".")[0], Press(word), now_ms)


def _keyed(model: Model, name: str) -> tuple[Model, str]:
    """Return the model with its focus moved, and the word that the key chose or ""."""
    words = choices(model)
    offered = words + tools(model)
    if name in _STEPS and offered:
        return model._replace(focus=(model.focus + _STEPS[name]) % len(offered)), ""
    if name == "go" and offered:
        return model, offered[model.focus % len(offered)]
    if name == "left":
        return model._replace(repeats=model.repeats + 1), ""
    if name == "right":
        return model._replace(volume=model.volume % VOLUME_MAX + 1), ""
    if name == "back":
        return model, next((word for word in _BACK if word in words), "")
    if name == "help":
        return model, "help"
    if name == "0":
        return model, "language"
    if name.isdecimal():
        return model, next((word for word in words if number(model, word) == int(name)), "")
    return model, ""


def _tooled(model: Model, word: str) -> Model:
    if word == "help":
        return model._replace(help=not model.help, focus=0)
    if word == "language":
        language = "en" if model.language == "zh" else "zh"
        return model._replace(language=language, language_chosen=True)
    if word == "speech":
        return model._replace(speech=not model.speech, muted=model.speech)
    if word == "child":
        # A child is read to.
        return model._replace(child=not model.child, speech=not model.child and not model.muted)
    switched: dict[str, Any] = {word: not getattr(model, word)}
    return model._replace(**switched)


def _tick(model: Model, now_ms: int) -> Step:
    timings = model.world.timings
    if (
        model.state in (at.LOOKING, at.WORKING, at.RENEWING, at.HOLDING)
        and now_ms - model.since_ms >= timings.slow_ms
    ):
        model = model._replace(slow=True)
    if not model.deadline_ms:
        return model, ()
    if model.warning_s == 0 and now_ms >= model.deadline_ms and model.state in at.WARNED:
        model = model._replace(deadline_ms=now_ms + timings.warning_ms, help=False, focus=0)
        return model._replace(warning_s=timings.warning_ms // 1000), ()
    if now_ms >= model.deadline_ms:
        return _step(model._replace(warning_s=0), "timeout", Tick(), now_ms)
    if model.warning_s:
        left_s = math.ceil((model.deadline_ms - now_ms) / 1000)
        model = model._replace(warning_s=max(1, left_s))
    return model, ()
