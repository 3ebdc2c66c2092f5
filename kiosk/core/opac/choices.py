"""What can be chosen at a catalogue machine: first what was found, then the keys.  Pure.

By keypad alone: digits for the initials, as on a telephone; go opens the first title, down goes to
the next; go again places a hold or shows where it is.
"""

from kiosk.core import states as at
from kiosk.core.model import Model, roomy
from kiosk.core.opac import keys

PAGE_SIZE, PAGE_SIZE_LARGE = 4, 3  # Titles on a screen.

_CHOICES: dict[str, tuple[str, ...]] = {
    at.WELCOME: keys.WORDS,
    at.ATTRACT: ("wake",),
    at.PHONE: ("back", "leave"),
    at.CARD: ("back",),
    at.HOLDING: (),
    at.HELD: ("back", "leave"),
    at.SORRY: ("leave",),
}


def choices(model: Model) -> tuple[str, ...]:
    if model.state == at.FINDING:
        books = tuple(f"book.{index + 1}" for index in shown(model))
        turns = ("next",) if pages(model) > 1 else ()
        return (*books, *turns, "leave", *keys.WORDS)
    if model.state == at.TITLE:
        ways = ("hold", "phone") if not _free(model) else ("phone", "hold")
        return (*(way for way in ways if way != "hold" or holdable(model)), "back", "leave")
    return _CHOICES[model.state]


def _free(model: Model) -> bool:
    """Say whether it can be had now: then few want to wait for it."""
    return model.search.title is not None and model.search.title.free > 0


def holdable(model: Model) -> bool:
    """Say whether somebody could wait for it here and now."""
    title, world = model.search.title, model.world
    works = world.served and "scanner" not in world.faults
    return works and title is not None and title.copies > 0


def taps(model: Model) -> tuple[str, ...]:
    if model.state not in (at.WELCOME, at.FINDING):
        return ()
    erase = ("back",) if model.search.text else ()
    # Whoever goes on before anything was found must not begin anew.
    waits = (keys.GO,) if model.search.asked and not model.search.found and not model.focus else ()
    return (*keys.LETTERS, keys.SETTLE, *erase, *waits)


def page_size(model: Model) -> int:
    return PAGE_SIZE_LARGE if roomy(model) else PAGE_SIZE


def pages(model: Model) -> int:
    return max(1, -(-len(model.search.found) // page_size(model)))


def shown(model: Model) -> range:
    """Return which of the titles found stand on this page."""
    start = min(model.page, pages(model) - 1) * page_size(model)
    return range(start, min(start + page_size(model), len(model.search.found)))
