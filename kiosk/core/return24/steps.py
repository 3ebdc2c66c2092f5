"""The steps of a slot that takes books back.  Pure."""

from kiosk.core import states as at
from kiosk.core.books import outcome, write
from kiosk.core.events import Ask, Effect, Event, Seen, Written
from kiosk.core.model import RETURN, RETURNED, Done, Model, fresh
from kiosk.core.steps import Step, anew, entered


def look(model: Model, event: Seen, now_ms: int) -> Step:
    """A book that falls is returned: that is written down before anything else, and then told."""
    new = tuple(tag for tag in fresh(model) if tag not in model.asked)
    if not new:
        return _fallen(model, now_ms), ()
    model = model._replace(
        mode=RETURN,
        asked=model.asked + new,
        pending=model.pending + tuple(Done(tag, RETURNED) for tag in new),
    )
    effects: list[Effect] = [write(model, "returned", {"tag": tag, "reader": ""}) for tag in new]
    effects.append(Ask(model.world.visit, "return", "", new, model.world.timings.ask_ms))
    return entered(model, at.PASSING, now_ms), tuple(effects)


def _fallen(model: Model, now_ms: int) -> Model:
    if model.world.tray or model.state not in (at.PASSING, at.STUCK):
        return model
    return entered(model, at.RESULT, now_ms)


def written(model: Model, event: Written, now_ms: int) -> Step:
    done = next((done for done in model.pending if done.tag == event.tag), None)
    if done is None:
        return model, ()
    return model._replace(
        pending=tuple(other for other in model.pending if other.tag != event.tag),
        done=(*model.done, outcome(model, done._replace(at=event.at))),
    ), ()


def over(model: Model, event: Event, now_ms: int) -> Step:
    """Forget the books; whoever stands here may have more of them."""
    return entered(anew(model), at.WELCOME, now_ms), ()


def jam(model: Model, event: Event, now_ms: int) -> Step:
    return entered(model, at.STUCK, now_ms), ()
