"""Screens that all led machines have: away, sorry, refused, and those of staff.  Pure."""

from collections.abc import Callable

from kiosk.core import states as at
from kiosk.core.led.details import detail
from kiosk.core.model import Model
from kiosk.core.speech import STAR
from kiosk.core.view import Case, Choice, Part, Texts, View, elsewhere, joined, say

# What another machine may do.
ELSEWHERE = ("journal_full", "stale", "quota", "offline", "fault", "alarm", "locked_down", "jam")
TOLD_MAX = 5  # Of parts that are well, as many as there is room for say how well.
Screen = Callable[[Model, Texts], View]


def status(model: Model) -> str:
    """The worst first."""
    if model.state == at.AWAY:
        return ""
    if model.shown.locked:
        return "locked"
    if model.shown.dim:
        return "alarm"
    return "" if model.world.served else f"offline.{model.world.role}"


def _away(model: Model, texts: Texts) -> View:
    role = model.world.role
    line = joined(texts[f"{role}.away.line"], elsewhere(model, texts))
    return View("", title=texts[f"{role}.away.title"], line=line, picture="attention")


def _sorry(model: Model, texts: Texts) -> View:
    return View("", title=texts["sorry.title"], line=texts["sorry.line"], picture="attention")


def _asking(model: Model, texts: Texts) -> View:
    return View(
        "",
        title=texts["looking.title"],
        line=texts["looking.line"],
        picture="wait",
        fraction=0.33,
    )


def _refused(model: Model, texts: Texts) -> View:
    """Some ways out of a machine with doors are not those of a loan machine."""
    why = model.shown.why
    keys = (f"{model.world.role}.step.{why}", f"bookcase.step.{why}", f"step.{why}")
    step = next(texts[key] for key in keys if key in texts)
    if why in ELSEWHERE:
        step = joined(step, elsewhere(model, texts))
    return View("", title=texts["why." + why], line=step, picture="attention")


# --- staff -------------------------------------------------------------------------------------


def _pin(model: Model, texts: Texts) -> View:
    """The digits are stars, also to whoever hears them."""
    why = model.shown.why
    if why == "pin_locked":
        minutes = -(-model.shown.wait_s // 60)
        line = say(texts, "staff.locked", count=minutes)
        return View("", title=texts["why.pin_locked"], line=line, picture="attention")
    notice = texts["why." + why] if why else ""
    return View("", title=texts["staff.pin"], entry=STAR * len(model.typed), notice=notice)


def _checking(model: Model, texts: Texts) -> View:
    return View(
        "", title=texts["staff.checking"], line=texts["looking.line"], picture="busy", fraction=0.33
    )


def _staff(model: Model, texts: Texts) -> View:
    if not model.shown.doors:
        return View("", title=texts["staff.title"], line=texts["staff.line.tasks"], picture="shelf")
    case = Case(model.world.doors)
    return View("", title=texts["staff.title"], line=texts["staff.line"], case=case)


def _working(model: Model, texts: Texts) -> View:
    return View(
        "", title=texts["staff.working"], line=texts["looking.line"], picture="busy", fraction=0.66
    )


def _report(model: Model, texts: Texts) -> View:
    """What is ill first; what is well together."""
    shown = model.shown
    if shown.why:
        line = texts["step." + shown.why]
        return View("", title=texts["why." + shown.why], line=line, picture="attention")
    ill = [found for found in shown.found if not found.ok]
    parts = [Part("attention", part(texts, one.part), (), detail(texts, one)) for one in ill]
    well = [found for found in shown.found if found.ok]
    told = [found for found in well if found.text][:TOLD_MAX]
    parts += [Part("done", part(texts, one.part), (), detail(texts, one)) for one in told]
    if rest := tuple(part(texts, found.part) for found in well if found not in told):
        parts.append(Part("done", texts["staff.well"], rest))
    heading = say(texts, "staff.ill", count=len(ill)) if ill else texts["staff.report"]
    return View("", title=heading, parts=tuple(parts), picture="" if parts else "shelf")


def part(texts: Texts, name: str) -> str:
    """Return the name of a part, with its compartment where it has one: `reader.2`."""
    word, _dot, number = name.partition(".")
    return f"{texts['part.of.' + word]} {number}".rstrip()


def choice(model: Model, texts: Texts, word: str) -> Choice | None:
    """How the keys of a number pad look, and staff's tasks."""
    kind, _, name = word.partition(".")
    if kind == "digit":
        return Choice(word, texts.get(f"key.{name}", name))
    return Choice(word, texts[word]) if kind == "task" else None


SCREENS: dict[str, Screen] = {
    at.AWAY: _away,
    at.SORRY: _sorry,
    "asking": _asking,
    "refused": _refused,
    "pin": _pin,
    "checking": _checking,
    "staff": _staff,
    "working": _working,
    "report": _report,
}
HELPS = {
    at.AWAY: "bookcase.help.welcome",
    at.SORRY: "bookcase.help.welcome",
    "asking": "bookcase.help.welcome",
    "refused": "bookcase.help.welcome",
    **dict.fromkeys(("pin", "checking", "staff", "working", "report"), "staff.help"),
}
