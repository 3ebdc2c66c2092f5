"""Steps that flows have in common: each takes (model, event, now_ms), gives (model, effects)."""

from kiosk.core import states as at
from kiosk.core.events import Ask, AskPolicy, Effect, Event
from kiosk.core.model import Model, wiped

Step = tuple[Model, tuple[Effect, ...]]

# States that end after a wait, and the timing that says how long.
_WAITS = {
    at.TAKE: "take_ms",
    at.GOODBYE: "goodbye_ms",
    at.SORRY: "sorry_ms",
    at.ATTRACT: "attract_ms",
    at.PASSING: "jam_ms",
}
_ASK_GRACE_MS = 4_000  # An answer that is this late will not come.


def deadline(model: Model, now_ms: int) -> int:
    timings = model.world.timings
    if model.state in (at.LOOKING, at.WORKING, at.RENEWING, at.HOLDING):
        return now_ms + timings.ask_ms + _ASK_GRACE_MS
    wait_ms: int = getattr(timings, _WAITS.get(model.state, "idle_ms"))
    return now_ms + wait_ms


def entered(model: Model, state: str, now_ms: int) -> Model:
    """Return the model in a state, with its own clock, focus and no leftovers of the last one."""
    model = model._replace(
        state=state,
        since_ms=now_ms,
        focus=0,
        page=0,
        typed="",
        notice="",
        help=False,
        slow=False,
        warning_s=0,
    )
    return model._replace(deadline_ms=deadline(model, now_ms))


def anew(model: Model) -> Model:
    """Forget the reader, keep what somebody who stands here still reads by: language and looks."""
    return wiped(model)._replace(
        state=at.WELCOME,
        language=model.language,
        language_chosen=model.language_chosen,
        large=model.large,
        contrast=model.contrast,
        speech=model.speech,
        muted=model.muted,
        volume=model.volume,
        repeats=model.repeats,
        child=model.child,
        reach=model.reach,
        keyed=model.keyed,
    )


def asked(model: Model, op: str, tags: tuple[str, ...] = ()) -> Effect:
    """Ask the service; where it is known to be gone, ask the policy at once."""
    if not model.world.served:
        return AskPolicy(model.world.visit, op, model.reader, tags)
    return Ask(model.world.visit, op, model.reader, tags, model.world.timings.ask_ms)


def nothing(model: Model, event: Event, now_ms: int) -> Step:
    return model, ()


def home(model: Model, event: Event, now_ms: int) -> Step:
    return wiped(model), ()
