"""The screens of a bookcase, as data: one function a state.  Pure."""

from kiosk.core import states as at
from kiosk.core.bookcase.steps import PAGE_SIZE, pages, promoted
from kiosk.core.events import Inside
from kiosk.core.led import screens as led
from kiosk.core.led.screens import Screen
from kiosk.core.model import Book, Model
from kiosk.core.view import (
    Case,
    Cover,
    Part,
    Texts,
    View,
    cover,
    day,
    elsewhere,
    joined,
    say,
    title,
)

# --- nobody's card -----------------------------------------------------------------------------


def _welcome(model: Model, texts: Texts) -> View:
    count = len(model.world.inside)
    key = "bookcase.welcome.line.count" if count else "bookcase.welcome.line"
    line = say(texts, key, count=count)
    if model.shown.locked:
        line = joined(texts["bookcase.locked.line"], elsewhere(model, texts))
        return View("", title=texts["bookcase.locked.title"], line=line, picture="attention")
    if model.shown.code:
        line += "\n" + texts["bookcase.welcome.code"]
        heading = texts["bookcase.welcome.title"]
        return View("", title=heading, line=line, picture="code", code=model.shown.code)
    return View("", title=texts["bookcase.welcome.title"], line=line, picture="card")


def _attract(model: Model, texts: Texts) -> View:
    heading, line = texts["bookcase.attract.title"], texts["bookcase.attract.line"]
    if poster := promoted(model):
        heading = texts["bookcase.promoted"]
        shown = View("", title=heading, picture="promotion")
        return shown._replace(file=poster.file, frame_ms=poster.frame_ms)
    return View("", title=heading, line=line, covers=_page(model, texts))


def _inside(model: Model, texts: Texts) -> View:
    count = len(model.world.inside)
    return View(
        "",
        title=say(texts, "bookcase.inside.title", count=count),
        figure=str(count),
        line=texts["bookcase.inside.line"],
        covers=_page(model, texts),
    )


def _page(model: Model, texts: Texts) -> tuple[Cover, ...]:
    start = model.page % pages(model) * PAGE_SIZE
    return tuple(
        cover(_book(copy), say(texts, "bookcase.at_door", door=copy.door))
        for copy in model.world.inside[start : start + PAGE_SIZE]
    )


# --- a reader's visit --------------------------------------------------------------------------


def _choose(model: Model, texts: Texts) -> View:
    shown = model.shown
    key = "bookcase.choose.title" + (".name" if shown.name else "")
    line = say(texts, "bookcase.choose.line", left=shown.left, count=shown.left)
    if shown.due and shown.left:
        line += "\n" + say(texts, "bookcase.choose.due", date=day(texts, shown.due))
    elif not shown.left:
        line = texts["bookcase.choose.none"]
    notice = texts["why." + shown.why] if shown.why else ""
    return View(
        "",
        title=say(texts, key, name=shown.name),
        line=line,
        notice=notice,
        case=Case(model.world.doors),
    )


def _jammed(model: Model, texts: Texts) -> View:
    heading = say(texts, "bookcase.jammed.title", door=model.shown.door)
    return View(
        "",
        title=heading,
        line=texts["bookcase.jammed.line"],
        case=Case(model.world.doors),
    )


def _at_door(word: str, *, opened: bool) -> Screen:
    def screen(model: Model, texts: Texts) -> View:
        shown = model.shown
        heading = say(texts, f"bookcase.{word}.title", door=shown.door)
        line = say(texts, f"bookcase.{word}.line", left=shown.left, count=shown.left)
        case = Case(model.world.doors, shown.door, opened)
        return View("", title=heading, line=line, picture="case", case=case)

    return screen


def _again(model: Model, texts: Texts) -> View:
    """The door stands open once more: too many were taken, or a book was not seen well."""
    shown = model.shown
    if not shown.over:
        return _at_door("again", opened=True)(model, texts)
    heading = say(texts, "bookcase.again.over.title", door=shown.door, count=shown.over)
    line = say(texts, "bookcase.again.over.line", count=shown.over)
    case = Case(model.world.doors, shown.door, True)
    return View("", title=heading, line=line, picture="case", case=case)


def _open(model: Model, texts: Texts) -> View:
    """The door stands open; what the antenna saw so far is only so far."""
    shown = model.shown
    if not shown.took and not shown.put:
        view = _at_door("open", opened=True)(model, texts)
        return view if shown.name or shown.left else view._replace(line=texts["bookcase.open.any"])
    heading = say(texts, "bookcase.open.title", door=shown.door)
    line = texts["bookcase.open.so_far"]
    return View("", title=heading, line=line, parts=_moved(model, texts))


def _counting(model: Model, texts: Texts) -> View:
    case = Case(model.world.doors, model.shown.door, False)
    line = texts["bookcase.counting.line"]
    heading = texts["bookcase.counting.title"]
    return View("", title=heading, line=line, picture="case", case=case)


def _done(model: Model, texts: Texts) -> View:
    shown = model.shown
    if model.page:
        return _choose(model, texts)
    if shown.why:
        why, step = texts["bookcase.blind.title"], texts["bookcase.blind.line"]
        return View("", title=why, line=step, picture="attention")
    if not shown.took and not shown.put and not shown.unsure:
        return View(
            "",
            title=texts["bookcase.done.nothing"],
            line=texts["bookcase.done.nothing.line"],
            picture="shelf",
        )
    word = "took" if shown.took else "put" if shown.put else "unsure"
    count = len(shown.took or shown.put) or shown.unsure
    return View(
        "",
        title=say(texts, "bookcase.done." + word, count=count),
        figure=str(count),
        parts=_moved(model, texts),
    )


def _moved(model: Model, texts: Texts) -> tuple[Part, ...]:
    """Say what was taken and put back, what is over the limit, and what nobody is sure of."""
    shown = model.shown
    final = model.state == "done"
    parts = []
    if shown.took:
        known = shown.due and final
        key = "part.due" if known else "bookcase.part.took"
        heading = say(texts, key, date=day(texts, shown.due) if known else "")
        parts.append(Part("done", heading, _titles(model, texts, shown.took)))
    if shown.put:
        parts.append(Part("done", texts["bookcase.part.put"], _titles(model, texts, shown.put)))
    if shown.over:
        over = say(texts, "bookcase.part.over", count=shown.over)
        parts.append(Part("attention", over, (), texts["bookcase.part.over.step"]))
    if shown.unsure and final:
        unsure = say(texts, "bookcase.part.unsure", count=shown.unsure)
        parts.append(Part("attention", unsure, (), texts["bookcase.part.unsure.step"]))
    return tuple(parts)


def _titles(model: Model, texts: Texts, tags: tuple[str, ...]) -> tuple[str, ...]:
    """Return the titles that the screen knows; the rest is said as a number."""
    inside = {copy.tag: copy for copy in model.world.inside}
    known = tuple(title(texts, _book(inside[tag])) for tag in tags if tag in inside)
    rest = len(tags) - len(known)
    return (*known, say(texts, "bookcase.books", count=rest)) if rest else known


def _book(copy: Inside) -> Book:
    return Book(copy.tag, title=copy.title, author=copy.author, subject=copy.subject)


SCREENS: dict[str, Screen] = led.SCREENS | {
    at.WELCOME: _welcome,
    at.ATTRACT: _attract,
    at.INSIDE: _inside,
    "opening": _at_door("opening", opened=False),
    "open": _open,
    "left_open": _at_door("left_open", opened=True),
    "counting": _counting,
    "again": _again,
    "choose": _choose,
    "jammed": _jammed,
    "done": _done,
}
HELPS = led.HELPS | {
    at.WELCOME: "bookcase.help.welcome",
    at.ATTRACT: "bookcase.help.welcome",
    at.INSIDE: "bookcase.help.welcome",
    "choose": "bookcase.help.choose",
    "jammed": "bookcase.help.choose",
    "opening": "bookcase.help.door",
    "open": "bookcase.help.door",
    "left_open": "bookcase.help.door",
    "counting": "bookcase.help.door",
    "again": "bookcase.help.door",
    "done": "bookcase.help.done",
}
