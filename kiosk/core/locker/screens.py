"""The screens of a pick-up locker, as data: one function a state.  Pure.

What lies behind its doors is a reader's own affair: no title is shown before it is taken.
"""

from kiosk.core import states as at
from kiosk.core.led import screens as led
from kiosk.core.led.choices import ordered
from kiosk.core.led.screens import Screen
from kiosk.core.model import Model
from kiosk.core.view import Case, Part, Texts, View, day, say


def _welcome(model: Model, texts: Texts) -> View:
    if model.shown.locked:
        line = texts["bookcase.locked.line"]
        return View("", title=texts["locker.locked.title"], line=line, picture="attention")
    return View("", title=texts["locker.welcome.title"], line=texts["locker.line"], picture="card")


def _code(model: Model, texts: Texts) -> View:
    """The digits are seen as they are typed: the code is good once and at this machine only."""
    return View("", title=texts["locker.code.title"], entry=model.typed)


def _asking(model: Model, texts: Texts) -> View:
    """A card or a code is being looked up: which, does not matter to whoever waits."""
    return led.SCREENS["asking"](model, texts)._replace(title=texts["locker.looking"])


def _choose(model: Model, texts: Texts) -> View:
    count = len(ordered(model))
    low = model.reach and set(model.shown.doors) & set(model.world.low)
    notice = texts["why." + model.shown.why] if model.shown.why else ""
    return View(
        "",
        title=say(texts, "locker.choose.title", count=count),
        line=texts["locker.choose.low" if low else "locker.choose.line"],
        notice=notice,
        case=Case(model.world.doors),
    )


def _at_door(word: str, *, opened: bool) -> Screen:
    def screen(model: Model, texts: Texts) -> View:
        door = model.shown.door
        heading = say(texts, f"bookcase.{word}.title", door=door)
        line = texts[f"locker.{word}.line"]
        case = Case(model.world.doors, door, opened)
        return View("", title=heading, line=line, picture="case", case=case)

    return screen


def _counting(model: Model, texts: Texts) -> View:
    case = Case(model.world.doors, model.shown.door, False)
    line = texts["bookcase.counting.line"]
    heading = texts["bookcase.counting.title"]
    return View("", title=heading, line=line, picture="case", case=case)


def _done(model: Model, texts: Texts) -> View:
    """What was fetched is a loan from now on; what was left stays kept."""
    shown = model.shown
    if model.page:
        return _choose(model, texts)
    if not shown.took:
        heading, line = texts["locker.done.nothing"], texts["locker.done.nothing.line"]
        return View("", title=heading, line=line, picture="shelf")
    count = len(shown.took)
    heading = say(texts, "locker.done", count=count)
    due = say(texts, "part.due", date=day(texts, shown.due)) if shown.due else ""
    part = Part("done", due, (say(texts, "bookcase.books", count=count),)) if due else None
    return View("", title=heading, figure=str(count), parts=(part,) if part else ())


def _jammed(model: Model, texts: Texts) -> View:
    heading = say(texts, "bookcase.jammed.title", door=model.shown.door)
    return View("", title=heading, line=texts["locker.jammed.line"], case=Case(model.world.doors))


SCREENS: dict[str, Screen] = led.SCREENS | {
    at.WELCOME: _welcome,
    at.CODE: _code,
    "asking": _asking,
    "choose": _choose,
    "opening": _at_door("opening", opened=False),
    "open": _at_door("open", opened=True),
    "left_open": _at_door("left_open", opened=True),
    "counting": _counting,
    "again": _at_door("again", opened=True),
    "jammed": _jammed,
    "done": _done,
}
HELPS = dict.fromkeys(SCREENS, "locker.help") | {
    state: words for state, words in led.HELPS.items() if words == "staff.help"
}
