"""The screens of a catalogue machine, as data: one function a state.  Pure."""

from collections.abc import Callable

from kiosk.core import states as at
from kiosk.core.model import Book, Model, Place, Title
from kiosk.core.view import Choice, Cover, Part, Texts, View, cover, day, say, title

PLACES_SHOWN = 4


def status(model: Model) -> str:
    if not model.world.served:
        return "offline.opac"
    return "scanner.opac" if "scanner" in model.world.faults else ""


def choice(model: Model, texts: Texts, word: str) -> Choice | None:
    """How a key and a title that was found look."""
    kind, _, name = word.partition(".")
    if kind == "key":
        return Choice(word, texts.get(word, name.upper()))
    if kind == "wake":
        return Choice(word, texts["opac.wake"], 1)
    if kind != "book":
        return None
    found = model.search.found[int(name) - 1]
    where = _nearest(model, texts, found)
    return Choice(word, _title(texts, found), detail=where, cover=_cover(found))


# --- one function a screen ---------------------------------------------------------------------


def _welcome(model: Model, texts: Texts) -> View:
    line = texts["opac.welcome.line" if model.world.served else "opac.welcome.away"]
    return View("", title=texts["opac.welcome.title"], line=line, entry="", picture="shelf")


def _attract(model: Model, texts: Texts) -> View:
    """How titles are found, one way after the other."""
    ways = texts["opac.attract.ways"].split("\n")
    parts = tuple(Part("step", str(number), (), way) for number, way in enumerate(ways, 1))
    heading, line = texts["opac.attract.title"], texts["opac.attract.line"]
    return View("", title=heading, line=line, parts=parts)


def _finding(model: Model, texts: Texts) -> View:
    search = model.search
    view = View("", entry=search.text)
    if not search.text.strip():
        return view._replace(title=texts["opac.empty"])
    if search.away:
        away = Part("attention", texts["opac.away"], (), texts["opac.away.line"])
        return view._replace(title=texts["opac.away.title"], parts=(away,))
    if search.told is None or (search.asked and not search.found):
        return view._replace(title=texts["opac.searching"])
    if not search.found:
        tries = texts["opac.nothing.tries"].split("\n")
        parts = tuple(Part("step", str(number), (), step) for number, step in enumerate(tries, 1))
        return view._replace(title=texts["opac.nothing"], parts=parts)
    return view._replace(title=say(texts, "opac.found", count=len(search.found)))


def _one(model: Model, texts: Texts) -> View:
    found = _chosen(model)
    facts = " · ".join(filter(None, (str(found.year or ""), found.subject)))
    return View(
        "",
        title=_title(texts, found),
        line="\n".join(filter(None, (found.author, facts))),
        covers=(_cover(found),),
        parts=_places(model, texts, found),
    )


def _phone(model: Model, texts: Texts) -> View:
    """What the code says: the title and where it is, nothing of who asks."""
    found = _chosen(model)
    facts = [_title(texts, found), found.author, found.subject, _nearest(model, texts, found)]
    return View(
        "",
        title=texts["opac.phone.title"],
        line=_title(texts, found),
        picture="code",
        code="\n".join(filter(None, facts)),
    )


def _card(model: Model, texts: Texts) -> View:
    line = say(texts, "opac.card.line", title=_title(texts, _chosen(model)))
    return View("", title=texts["card.title"], line=line, picture="card")


def _holding(model: Model, texts: Texts) -> View:
    line = texts["waiting.slow" if model.slow else "looking.line"]
    fraction = 0.66 if model.slow else 0.33
    return View("", title=texts["opac.holding"], line=line, picture="wait", fraction=fraction)


def _held(model: Model, texts: Texts) -> View:
    if model.why:
        why, step = _reason(texts, model.why)
        return View("", title=why, line=step, picture="attention")
    name = _title(texts, _chosen(model))
    position = model.search.position
    key = "opac.held.part" if position else "opac.held.kept"
    step = texts["opac.held.step" if position else "opac.held.kept.step"]
    part = Part("done", say(texts, key, position=position), (name,), step)
    return View("", title=texts["opac.held"], parts=(part,))


def _sorry(model: Model, texts: Texts) -> View:
    line = texts["opac.sorry.line"]
    return View("", title=texts["sorry.title"], line=line, picture="attention")


SCREENS: dict[str, Callable[[Model, Texts], View]] = {
    at.WELCOME: _welcome,
    at.ATTRACT: _attract,
    at.FINDING: _finding,
    at.TITLE: _one,
    at.PHONE: _phone,
    at.CARD: _card,
    at.HOLDING: _holding,
    at.HELD: _held,
    at.SORRY: _sorry,
}
HELPS = {
    **dict.fromkeys(SCREENS, "opac.help.title"),
    **dict.fromkeys((at.WELCOME, at.ATTRACT, at.FINDING, at.SORRY), "opac.help.finding"),
}

# --- what screens are made of ------------------------------------------------------------------


def _chosen(model: Model) -> Title:
    assert model.search.title
    return model.search.title


def _book(found: Title) -> Book:
    return Book(found.id, title=found.title, author=found.author, subject=found.subject)


def _title(texts: Texts, found: Title) -> str:
    return title(texts, _book(found))


def _cover(found: Title) -> Cover:
    return cover(_book(found))


def _place(model: Model, texts: Texts, place: Place) -> str:
    """A place in words.  The names of places come from the service, in both languages."""
    name = place.place_zh if model.language == "zh" else place.place_en or place.place_zh
    key = "opac.place.door" if place.door else "opac.place.shelf"
    return say(texts, key, place=name, device=place.device, door=place.door)


def _nearest(model: Model, texts: Texts, found: Title) -> str:
    """Where the nearest copy is, or from when on there may be one; "" when nobody knows."""
    here = [place for place in found.places if not place.due]
    if here:
        return _place(model, texts, here[0])
    due = found.due or min((place.due for place in found.places if place.due), default=0)
    return say(texts, "opac.until", date=day(texts, due)) if due else texts["opac.none_here"]


def _places(model: Model, texts: Texts, found: Title) -> tuple[Part, ...]:
    here = [place for place in found.places if not place.due]
    lent = sum(place.copies for place in found.places if place.due)
    if not here:
        step = texts["opac.wait" if found.copies else "opac.no_copies"]
        return (Part("attention", _nearest(model, texts, found), (), step),)
    words = [
        say(texts, "opac.place.count", place=_place(model, texts, place), count=place.copies)
        for place in here
    ]
    rest = len(words) - PLACES_SHOWN
    if rest > 0:
        words = [*words[:PLACES_SHOWN], say(texts, "opac.places.more", count=rest)]
    step = say(texts, "opac.others", count=lent) if lent else ""
    return (Part("here", texts["opac.here"], tuple(words), step),)


def _reason(texts: Texts, why: str) -> tuple[str, str]:
    """Return why there is no hold, and what to do: here nobody returns or borrows."""
    own, step = f"opac.why.{why}", f"opac.step.{why}"
    first = texts[own if own in texts else "why." + why]
    return first, texts[step if step in texts else "step." + why]
