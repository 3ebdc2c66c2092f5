"""The steps that a bookcase's screen takes by itself: it shows what is inside.  Pure."""

from kiosk.core import states as at
from kiosk.core.events import Event, Poster, Stocked
from kiosk.core.model import Model, roomy, wiped
from kiosk.core.steps import Step, entered

PAGE_SIZE = 6  # Books on a page.


def stock(model: Model, event: Stocked, now_ms: int) -> Step:
    return model._replace(world=model.world._replace(inside=event.copies)), ()


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
    """The next books, then what is promoted; and forget how somebody liked the ones before."""
    page = (model.page + 1) % (pages(model) + len(model.world.promotions))
    timings = model.world.timings
    model = entered(wiped(model), at.ATTRACT, now_ms)._replace(page=page)
    poster = promoted(model)
    if poster and poster.lasts_ms:
        model = model._replace(deadline_ms=now_ms + max(poster.lasts_ms, timings.attract_ms))
    return model, ()


def promoted(model: Model) -> Poster | None:
    """Return the poster whose turn it is.  Whoever reads large is shown books only."""
    place = model.page - pages(model)
    if 0 <= place < len(model.world.promotions) and not roomy(model):
        return model.world.promotions[place]
    return None


def pages(model: Model) -> int:
    return max(1, -(-len(model.world.inside) // PAGE_SIZE))
