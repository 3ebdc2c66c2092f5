"""What the screen shows, as data: a model and a language's texts in, a View out.  Pure."""

import re
import zlib
from collections.abc import Mapping
from typing import NamedTuple

from kiosk.core import choices
from kiosk.core import states as at
from kiosk.core.model import (
    ALREADY,
    BATCH_MAX,
    BORROW,
    GOOD,
    LENT,
    LIFTED,
    NOT_LENT,
    NOTED,
    RETURN,
    RETURNED,
    Done,
    Model,
    book,
    fresh,
)

Texts = Mapping[str, str]
COLOURS = 8  # Muted colours of drawn covers.


class Choice(NamedTuple):
    word: str
    text: str
    number: int = 0  # The digit that chooses it; 0 is none.
    focused: bool = False
    on: bool = False  # A tool that is switched on.


class Cover(NamedTuple):
    title: str
    author: str
    colour: int
    mark: str = ""


class Part(NamedTuple):
    """Books with the same outcome."""

    kind: str  # "done" or "attention": a colour, always with a shape and words; "step", "keys".
    heading: str
    titles: tuple[str, ...] = ()
    step: str = ""


class View(NamedTuple):
    screen: str
    language: str = "zh"
    large: bool = False
    contrast: bool = False
    title: str = ""  # "{}" stands where the figure goes.
    figure: str = ""  # In the largest type of the screen.
    line: str = ""
    picture: str = ""
    fraction: float = 0.0  # How much of the picture is filled.
    covers: tuple[Cover, ...] = ()
    parts: tuple[Part, ...] = ()
    notice: str = ""
    status: str = ""
    choices: tuple[Choice, ...] = ()
    tools: tuple[Choice, ...] = ()
    name: str = ""


def present(model: Model, texts: Texts) -> View:
    """Return what is seen of a model; it depends on nothing else."""
    screen = "warning" if model.warning_s else "help" if model.help else model.state
    shown = _SCREENS[screen](model, texts)
    return shown._replace(
        screen=screen,
        language=model.language,
        large=model.large,
        contrast=model.contrast,
        name=texts["name"],
        notice=shown.notice or (texts["notice." + model.notice] if model.notice else ""),
        status=_status(model, texts),
        choices=_choices(model, texts),
        tools=_tools(model, texts),
    )


def say(texts: Texts, key: str, **values: object) -> str:
    """Return a text with its values; where `count` is 1 and a text for one exists, that one."""
    if values.get("count") == 1 and key + ".one" in texts:
        key += ".one"
    return texts[key].replace("{}", "{{}}").format(**values)


def day(texts: Texts, due: int) -> str:
    """Return a day (yyyymmdd) in words, without its year."""
    month = texts["months"].split()[due // 100 % 100 - 1]
    return say(texts, "date", month=month, day=due % 100)


# --- one function a screen ---------------------------------------------------------------------


def _welcome(model: Model, texts: Texts) -> View:
    if "tray" in model.world.faults:
        title, line = texts["welcome.broken"], texts["welcome.broken.line"]
        return View("", title=title, line=line, picture="attention")
    seen = len(model.world.tray)
    line = say(texts, "welcome.seen", count=seen) if seen else texts["welcome.line"]
    return View("", title=texts["welcome.title"], line=line, picture="shelf")


def _card(model: Model, texts: Texts) -> View:
    return View("", title=texts["card.title"], line=texts["card.line"], picture="card")


def _looking(model: Model, texts: Texts) -> View:
    line = texts["waiting.slow" if model.slow else "looking.line"]
    return View(
        "", title=texts["looking.title"], line=line, picture="wait", fraction=_waited(model)
    )


def _waited(model: Model) -> float:
    return 0.66 if model.slow else 0.33


def _refused(model: Model, texts: Texts) -> View:
    title, line = texts["why." + model.why], texts["step." + model.why]
    return View("", title=title, line=line, picture="attention")


def _tray(model: Model, texts: Texts) -> View:
    end = ".return" if model.mode == RETURN else ""
    line = say(texts, "tray.line" + end, max=BATCH_MAX, left=model.left)
    return View("", title=texts["tray.title" + end], line=line, picture="tray")


def _review(model: Model, texts: Texts) -> View:
    tags = fresh(model)
    notice = ""
    if len(tags) > BATCH_MAX:
        notice = say(texts, "review.too_many", max=BATCH_MAX)
    elif model.mode == BORROW and len(tags) > model.left:
        notice = say(texts, "review.over", left=model.left)
    return View(
        "",
        title=say(texts, "review.title", count=len(tags)),
        figure=str(len(tags)),
        line=say(texts, "review.line", count=len(tags)),
        covers=tuple(_cover(model, texts, tag) for tag in tags),
        notice=notice,
    )


def _working(model: Model, texts: Texts) -> View:
    line = texts["waiting.slow" if model.slow else "working.line"]
    covers = tuple(_cover(model, texts, done.tag) for done in model.pending)
    title = texts["working.title." + model.mode]
    fraction = _waited(model)
    return View("", title=title, line=line, covers=covers, picture="wait", fraction=fraction)


def _result(model: Model, texts: Texts) -> View:
    good = sum(done.outcome in GOOD for done in model.done)
    others = len(model.done) - good
    word = "returned" if model.mode == RETURN else "lent"
    if good:
        title = say(texts, "result." + word, count=good)
    else:
        title = texts["result.none." + model.mode]
    line = say(texts, "result.others", count=others) if good and others else ""
    figure = str(good) if good else ""
    size = choices.parts_max(model)
    parts = _parts(model, texts)[model.page * size : (model.page + 1) * size]
    return View("", title=title, figure=figure, line=line, parts=parts)


def _receipt(model: Model, texts: Texts) -> View:
    lent = [done for done in model.done if done.outcome == LENT]
    parts = tuple(part for part in _parts(model, texts, lent))
    first = min(done.due for done in lent)
    key = "receipt.line" if model.name else "receipt.line.nobody"
    line = say(texts, key, name=model.name, count=len(lent), left=model.left)
    if len(parts) == 1:
        parts = (parts[0]._replace(heading=""),)
    notice = texts["receipt.offline"] if model.offline else ""
    return View(
        "",
        title=texts["receipt.title"],
        figure=day(texts, first),
        line=line,
        parts=parts,
        notice=notice,
        picture="receipt",
    )


def _take(model: Model, texts: Texts) -> View:
    end = ".return" if model.mode == RETURN else ""
    line = say(texts, "take.line", count=len(model.world.tray))
    return View("", title=texts["take.title" + end], line=line, picture="take")


def _goodbye(model: Model, texts: Texts) -> View:
    line = texts["goodbye.line"]
    return View("", title=texts["goodbye.title"], line=line, picture="shelf")


def _sorry(model: Model, texts: Texts) -> View:
    return View("", title=texts["sorry.title"], line=texts["sorry.line"], picture="attention")


def _warning(model: Model, texts: Texts) -> View:
    line = say(texts, "warning.line", count=model.warning_s)
    fraction = model.warning_s * 1000 / model.world.timings.warning_ms
    return View(
        "",
        title=texts["warning.title"],
        line=line,
        figure=str(model.warning_s),
        picture="ring",
        fraction=fraction,
    )


_HELP = {
    at.WELCOME: "help.welcome",
    at.CARD: "help.card",
    at.LOOKING: "help.card",
    at.REFUSED: "help.card",
    at.TRAY: "help.books",
    at.REVIEW: "help.books",
    at.WORKING: "help.books",
}


def _help(model: Model, texts: Texts) -> View:
    lines = texts[_HELP.get(model.state, "help.after")].split("\n")
    parts = tuple(Part("step", str(number), (), line) for number, line in enumerate(lines, 1))
    keys = Part("keys", "", (), texts["help.keys"])
    return View("", title=texts["help.title"], parts=(*parts, keys))


_SCREENS = {
    at.WELCOME: _welcome,
    at.CARD: _card,
    at.LOOKING: _looking,
    at.REFUSED: _refused,
    at.TRAY: _tray,
    at.REVIEW: _review,
    at.WORKING: _working,
    at.RESULT: _result,
    at.RECEIPT: _receipt,
    at.TAKE: _take,
    at.GOODBYE: _goodbye,
    at.SORRY: _sorry,
    "warning": _warning,
    "help": _help,
}

# --- what screens are made of ------------------------------------------------------------------


def _title(model: Model, texts: Texts, tag: str) -> str:
    title = book(model, tag).title
    if not title:
        return texts["no_title"]
    return say(texts, "title" if re.search("[一-鿿]", title) else "title.latin", title=title)


def _cover(model: Model, texts: Texts, tag: str) -> Cover:
    """A cover is drawn from the class of its book; what is not known yet is a plain book."""
    known = book(model, tag)
    mark = texts["review.mine"] if known.mine and model.mode == BORROW else ""
    colour = zlib.crc32((known.subject or known.title or tag).encode()) % COLOURS
    return Cover(known.title, known.author, colour, mark)


def _parts(model: Model, texts: Texts, done: list[Done] | None = None) -> tuple[Part, ...]:
    """Group the books by what became of them, in the order of the outcomes below."""
    grouped: dict[tuple[str, str, str, str], list[str]] = {}
    for one in sorted(model.done if done is None else done, key=_order):
        title = _title(model, texts, one.tag)
        late_days = book(model, one.tag).late_days
        if one.outcome == RETURNED and late_days:
            title = say(texts, "late", title=title, days=late_days, count=late_days)
        grouped.setdefault(_outcome(model, texts, one), []).append(title)
    return tuple(
        Part(kind, heading, tuple(titles), step)
        for (kind, heading, step, _outcome), titles in grouped.items()
    )


_ORDER = (LENT, RETURNED, ALREADY, NOTED, LIFTED, NOT_LENT)


def _order(done: Done) -> tuple[int, int, str]:
    return _ORDER.index(done.outcome), done.due, done.why


def _outcome(model: Model, texts: Texts, done: Done) -> tuple[str, str, str, str]:
    """Return (kind, heading, next step, outcome) of one copy."""
    date = day(texts, done.due) if done.due else ""
    if done.outcome == LENT:
        return "done", say(texts, "part.due", date=date), "", LENT
    if done.outcome == RETURNED:
        return "done", texts["part.box"], "", RETURNED
    if done.outcome == NOTED:
        return "attention", texts["part.noted"], texts["part.noted.step"], NOTED
    if done.outcome == ALREADY and model.mode == RETURN:
        return "done", texts["part.already"], "", ALREADY
    if done.outcome == ALREADY:
        key = "part.mine" if date else "part.mine.no_date"
        return "done", say(texts, key, date=date), "", ALREADY
    why = "lifted" if done.outcome == LIFTED else done.why
    return "attention", texts["why." + why], texts["step." + why], done.outcome


def _status(model: Model, texts: Texts) -> str:
    """The machine's own state, said honestly; the worst first."""
    for part in ("tray", "scanner"):
        if part in model.world.faults:
            return texts["status." + part]
    return "" if model.world.served else texts["status.offline"]


def _choices(model: Model, texts: Texts) -> tuple[Choice, ...]:
    count = len(fresh(model))
    offered = []
    for number, word in enumerate(choices.choices(model), 1):
        # The most exact text there is: of this state, of borrowing or returning, of the word.
        keys = (f"choice.{word}.{model.state}", f"choice.{word}.{model.mode}", f"choice.{word}")
        text = say(texts, next(key for key in keys if key in texts), count=count)
        offered.append(Choice(word, text, number, model.keyed and model.focus == number - 1))
    return tuple(offered)


def _tools(model: Model, texts: Texts) -> tuple[Choice, ...]:
    first = len(choices.choices(model))
    all_tools = (("large", model.large), ("contrast", model.contrast), ("help", model.help))
    switched = {word for word, on in all_tools if on}
    return tuple(
        Choice(word, texts[word], 0, model.keyed and model.focus == first + index, word in switched)
        for index, word in enumerate(choices.TOOLS)
    )
