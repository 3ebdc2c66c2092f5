"""The steps of a screen that is led: it follows its controller, tells what was touched.  Pure."""

from kiosk.core import doors
from kiosk.core import states as at
from kiosk.core.events import Event, Key, Press, Shown, Tell
from kiosk.core.model import Model, wiped
from kiosk.core.steps import Step, entered

CODE_DIGITS, PIN_DIGITS_MAX = 6, 8
OURS = (at.WELCOME, at.ATTRACT, at.INSIDE, at.CODE)  # Where nobody has shown a card.


def follow(model: Model, event: Shown, now_ms: int) -> Step:
    """Show what the controller says.  It says the same again and again: that changes nothing."""
    world = model.world._replace(served=not event.offline)
    model = model._replace(world=world)
    if event.screen == at.WELCOME:
        if model.state in OURS:
            # The time runs from the first word on.
            if not model.deadline_ms:
                model = entered(model, model.state, now_ms)
            return model._replace(shown=event), ()
        return entered(wiped(model), at.WELCOME, now_ms)._replace(shown=event), ()
    if event.screen == "asking" and model.state not in OURS:
        model = wiped(model)  # Somebody else's card: how they like it is not known.
    if event.language in ("zh", "en") and not model.language_chosen:
        model = model._replace(language=event.language)
    if model.state != event.screen:
        model = entered(model, event.screen, now_ms)
    elif _turned(event) != _turned(model.shown):
        model = model._replace(page=0, focus=0)
    return _warned(model._replace(shown=event), now_ms), ()


def _turned(shown: Shown) -> tuple[object, ...]:
    """Return what makes it another page when it changes."""
    return shown.door, shown.took, shown.put, shown.in_a_row


def _warned(model: Model, now_ms: int) -> Model:
    """The controller ends the visit soon, or no longer: its seconds, counted down here."""
    stay_s = model.shown.stay_s
    if not stay_s:
        return model._replace(warning_s=0)
    return model._replace(warning_s=stay_s, deadline_ms=now_ms + stay_s * 1000, help=False)


def lost(model: Model, event: Event, now_ms: int) -> Step:
    """The controller is silent: whoever stood here, nothing of them is shown."""
    return entered(wiped(model), at.AWAY, now_ms), ()


# --- touched -----------------------------------------------------------------------------------


def choose(model: Model, event: Press, now_ms: int) -> Step:
    return model, (Tell("choose", {"door": doors.number(event.word)}),)


def leave(model: Model, event: Event, now_ms: int) -> Step:
    return model, (Tell("leave", {}),)


def stay(model: Model, event: Event, now_ms: int) -> Step:
    return model, (Tell("stay", {}),)


def more(model: Model, event: Event, now_ms: int) -> Step:
    """Another door: the doors are on the second page."""
    return model._replace(page=1, focus=0), ()


def task(model: Model, event: Press, now_ms: int) -> Step:
    return model, (Tell("task", {"task": event.word.partition(".")[2], "door": 0}),)


# --- digits ------------------------------------------------------------------------------------


def digit(model: Model, event: Press, now_ms: int) -> Step:
    """A key of the screen."""
    return _typed(model, event.word.partition(".")[2]), ()


def tap(model: Model, event: Key, now_ms: int) -> Step:
    """A key of the keypad: back erases."""
    return _typed(model, "erase" if event.name == "back" else event.name), ()


def _typed(model: Model, key: str) -> Model:
    if key == "go":
        return model  # Too early: nothing is lost by it.
    if key == "erase":
        return model._replace(typed=model.typed[:-1])
    most = CODE_DIGITS if model.state == at.CODE else PIN_DIGITS_MAX
    return model._replace(typed=(model.typed + key)[:most])


def enter(model: Model, event: Event, now_ms: int) -> Step:
    """Hand the digits over; nothing of them stays."""
    typed, model = model.typed, model._replace(typed="", focus=0)
    if model.state == at.CODE:
        return model, (Tell("code", {"text": typed}),)
    return model, (Tell("pin", {"pin": typed}),)
