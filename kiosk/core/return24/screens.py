"""The screens of a return slot, as data: one function a state.  Pure."""

from collections.abc import Callable

from kiosk.core import states as at
from kiosk.core.model import GOOD, Model, roomy
from kiosk.core.outcomes import parts
from kiosk.core.view import Texts, View, elsewhere, joined, say

PARTS_MAX, PARTS_MAX_LARGE = 3, 2  # Kinds of outcome that are shown: those of the last books.


def choices(model: Model) -> tuple[str, ...]:
    return ("done",) if model.state == at.RESULT else ()


def status(model: Model) -> str:
    if "tray" in model.world.faults:
        return "slot"
    return "" if model.world.served else "offline"


def _welcome(model: Model, texts: Texts) -> View:
    if "tray" in model.world.faults:
        line = joined(texts["return24.broken.line"], elsewhere(model, texts))
        return View("", title=texts["return24.broken"], line=line, picture="attention")
    line = texts["return24.welcome.line"]
    return View("", title=texts["return24.welcome.title"], line=line, picture="slot")


def _books(line: str) -> Callable[[Model, Texts], View]:
    """What has fallen so far, the last one first."""

    def screen(model: Model, texts: Texts) -> View:
        good = sum(done.outcome in GOOD for done in model.done)
        shown = parts(model, texts, model.done)
        last = sorted(shown, key=lambda part: _age(model, texts, part.titles))
        most = PARTS_MAX_LARGE if roomy(model) else PARTS_MAX
        return View(
            "",
            title=say(texts, "result.returned", count=good) if good else texts["return24.none"],
            figure=str(good) if good else "",
            line=texts[line],
            parts=tuple(last[:most]),
        )

    return screen


def _age(model: Model, texts: Texts, titles: tuple[str, ...]) -> int:
    """Return how many books ago one of these fell."""
    newest = reversed(model.done)
    ages = (
        age
        for age, done in enumerate(newest)
        if set(titles) & set(parts(model, texts, [done])[0].titles)
    )
    return next(ages, len(model.done))


def _stuck(model: Model, texts: Texts) -> View:
    line = texts["return24.stuck.line"]
    return View("", title=texts["return24.stuck.title"], line=line, picture="attention")


def _sorry(model: Model, texts: Texts) -> View:
    return View("", title=texts["sorry.title"], line=texts["sorry.line"], picture="attention")


SCREENS: dict[str, Callable[[Model, Texts], View]] = {
    at.WELCOME: _welcome,
    at.PASSING: _books("return24.passing.line"),
    at.STUCK: _stuck,
    at.RESULT: _books("return24.result.line"),
    at.SORRY: _sorry,
}
