"""The steps of a bookcase's screen: it follows its controller, and shows what is inside.  Pure."""

from kiosk.core import doors
from kiosk.core import states as at
from kiosk.core.events import Event, Press, Shown, Stocked, Tell
from kiosk.core.model import Model, wiped
from kiosk.core.steps import Step, entered

PAGE_SIZE = 6  # Books on a page.
_OURS = (at.WELCOME, at.ATTRACT, at.INSIDE)  # Where nobody has shown a card.


def follow(model: Model, event: Shown, now_ms: int) -> Step:
    """Show what the controller says.  It says the same again and again: that changes nothing."""
    world = model.world._replace(served=not event.offline)
    model = model._replace(world=world)
    if event.screen == at.WELCOME:
        if model.state in _OURS:
            # The time runs from the first word on.
            if not model.deadline_ms:
                model = entered(model, model.state, now_ms)
            return model._replace(shown=event), ()
        return entered(wiped(model), at.WELCOME, now_ms), ()
    if event.screen == "asking" and model.state not in _OURS:
        model = wiped(model)  # Somebody else's card: how they like it is not known.
    if event.language in ("zh", "en") and not model.language_chosen:
        model = model._replace(language=event.language)
    if model.state != event.screen:
        model = entered(model, event.screen, now_ms)
    elif (event.door, event.took, event.put) != (model.shown.door, *_moved(model.shown)):
        model = model._replace(page=0, focus=0)
    return model._replace(shown=event), ()


def _moved(shown: Shown) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return shown.took, shown.put


def lost(model: Model, event: Event, now_ms: int) -> Step:
    """The controller is silent: whoever stood here, nothing of them is shown."""
    return entered(wiped(model), at.AWAY, now_ms), ()


def stock(model: Model, event: Stocked, now_ms: int) -> Step:
    return model._replace(world=model.world._replace(inside=event.copies)), ()


# --- touched -----------------------------------------------------------------------------------


def choose(model: Model, event: Press, now_ms: int) -> Step:
    return model, (Tell("choose", {"door": doors.number(event.word)}),)


def leave(model: Model, event: Event, now_ms: int) -> Step:
    return model, (Tell("leave", {}),)


def more(model: Model, event: Event, now_ms: int) -> Step:
    """Another door: the doors are on the second page."""
    return model._replace(page=1, focus=0), ()


def wake(model: Model, event: Event, now_ms: int) -> Step:
    return entered(model, at.WELCOME, now_ms), ()


def look_inside(model: Model, event: Event, now_ms: int) -> Step:
    return entered(model, at.INSIDE, now_ms), ()


def turn(model: Model, event: Event, now_ms: int) -> Step:
    return model._replace(page=(model.page + 1) % pages(model), focus=0), ()


# --- nobody --------------------------------------------------------------------------------


def rest(model: Model, event: Event, now_ms: int) -> Step:
    """Nobody touches it: forget how somebody liked it, and show some of the books."""
    model = wiped(model)
    return entered(model, at.ATTRACT if model.world.inside else at.WELCOME, now_ms), ()


def go_on(model: Model, event: Event, now_ms: int) -> Step:
    page = (model.page + 1) % pages(model)
    return entered(model, at.ATTRACT, now_ms)._replace(page=page), ()


def pages(model: Model) -> int:
    return max(1, -(-len(model.world.inside) // PAGE_SIZE))
