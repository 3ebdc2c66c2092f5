"""The steps of a catalogue machine: typing, looking at a title, placing a hold.  Pure."""

from collections.abc import Mapping
from typing import Any

from kiosk.core import states as at
from kiosk.core.events import Answered, Ask, Barcode, Card, Event, Key, Press
from kiosk.core.model import Model, Place, Title, wiped
from kiosk.core.opac import keys
from kiosk.core.opac.choices import choices, pages
from kiosk.core.steps import Step, anew, entered

# --- typing ------------------------------------------------------------------------------------


def key(model: Model, event: Press, now_ms: int) -> Step:
    """A key of the screen; the focus stays on it, for whoever goes there with the arrows."""
    text = keys.typed(model.search.text, event.word.partition(".")[2])
    return _look(model, text, "", now_ms)


def tap(model: Model, event: Key, now_ms: int) -> Step:
    """A key of the keypad: digits are letters, back erases."""
    search = model.search
    if event.name == "back":
        return _look(model, search.text[:-1], "", now_ms)
    if event.name in (keys.SETTLE, keys.GO):
        return model._replace(search=search._replace(tapped="")), ()
    text = keys.tapped(search.text, search.tapped, event.name)
    return _look(model, text, event.name, now_ms, focus=0)


def code(model: Model, event: Barcode, now_ms: int) -> Step:
    """A book's barcode finds its title."""
    return _look(entered(model, at.FINDING, now_ms), event.text, "", now_ms)


def _look(model: Model, text: str, tapped: str, now_ms: int, focus: int | None = None) -> Step:
    word = _focused(model) if model.keyed else ""
    if model.state != at.FINDING:
        model = entered(model, at.FINDING, now_ms)
    search = model.search._replace(text=text, tapped=tapped, title=None)
    if text != model.search.text:
        model = model._replace(page=0)
    model = model._replace(search=search)
    model = model._replace(focus=_place(model, word) if focus is None else focus)
    return _ask(model)


def _focused(model: Model) -> str:
    words = choices(model)
    return words[model.focus] if model.focus < len(words) else ""


def _place(model: Model, word: str) -> int:
    """Return where a word stands now: what was found may have moved it."""
    words = choices(model)
    return words.index(word) if word in words else 0


def _ask(model: Model) -> Step:
    """Ask for what stands there, one ask at a time: an answer to less leads to the next."""
    search = model.search
    wanted = search.text.strip()
    if not wanted:
        empty = search._replace(told=None, found=(), away=False)
        return model._replace(search=empty, page=0), ()
    if search.asked or search.told == wanted:
        return model, ()
    model = model._replace(search=search._replace(asked=wanted))
    return model, (_search(model, wanted),)


def _search(model: Model, text: str) -> Ask:
    return Ask(model.world.visit, "search", wait_ms=model.world.timings.ask_ms, text=text)


def answered(model: Model, event: Answered, now_ms: int) -> Step:
    search = model.search
    if event.op != "search" or event.text != search.asked:
        return model, ()
    word = _focused(model)
    search = search._replace(asked="", told=event.text, away=event.answer is None)
    if event.answer is not None:
        found = tuple(_title(entry) for entry in event.answer.get("titles", ()))
        model = model._replace(page=0)
        search = search._replace(found=found)
    model = model._replace(search=search)
    keeps = model.keyed and word.startswith("key.")
    model = model._replace(focus=_place(model, word) if keeps else 0)
    return _ask(model)


def again(model: Model, event: Event, now_ms: int) -> Step:
    """The service is back: what nobody answered is asked once more."""
    if not model.search.away or not model.world.served:
        return model, ()
    return _ask(model._replace(search=model.search._replace(told=None)))


def turn(model: Model, event: Event, now_ms: int) -> Step:
    return model._replace(page=(model.page + 1) % pages(model), focus=0), ()


# --- a title -----------------------------------------------------------------------------------


def choose(model: Model, event: Press, now_ms: int) -> Step:
    """Show what is known, and ask for all the places of the title."""
    title = model.search.found[int(event.word.partition(".")[2]) - 1]
    page = model.page
    model = entered(model, at.TITLE, now_ms)._replace(page=page)
    model = model._replace(search=model.search._replace(title=title, position=-1))
    return model, (_search(model, title.id),)


def places(model: Model, event: Answered, now_ms: int) -> Step:
    title = model.search.title
    if event.op != "search" or event.answer is None or not title or event.text != title.id:
        return model, ()
    told = [_title(entry) for entry in event.answer.get("titles", ())]
    if [one.id for one in told] != [title.id]:
        return model, ()
    return model._replace(search=model.search._replace(title=told[0])), ()


def phone(model: Model, event: Event, now_ms: int) -> Step:
    return _turned(model, at.PHONE, now_ms), ()


def to_title(model: Model, event: Event, now_ms: int) -> Step:
    return _turned(model, at.TITLE, now_ms), ()


def to_list(model: Model, event: Event, now_ms: int) -> Step:
    """Back to what was found; an answer that came meanwhile is not lost, it is asked again."""
    model = _turned(model, at.FINDING, now_ms)
    return _ask(model._replace(search=model.search._replace(asked="", title=None)))


def _turned(model: Model, state: str, now_ms: int) -> Model:
    """The list's page stays, for the way back."""
    return entered(model, state, now_ms)._replace(page=model.page)


def no_card(model: Model, event: Event, now_ms: int) -> Step:
    return model._replace(notice="opac.no_card"), ()


def other_code(model: Model, event: Event, now_ms: int) -> Step:
    return model._replace(notice="other_code"), ()


# --- a hold ------------------------------------------------------------------------------------


def hold(model: Model, event: Event, now_ms: int) -> Step:
    return _turned(model, at.CARD, now_ms), ()


def ask_hold(model: Model, event: Card, now_ms: int) -> Step:
    """The reader is named in the ask and nowhere else: nothing of the card stays here."""
    assert model.search.title
    wait_ms, text = model.world.timings.ask_ms, model.search.title.id
    ask = Ask(model.world.visit, "hold", event.reader, wait_ms=wait_ms, text=text)
    return _turned(model._replace(why=""), at.HOLDING, now_ms), (ask,)


def held(model: Model, event: Answered, now_ms: int) -> Step:
    if event.op != "hold":
        return model, ()
    if event.answer is None:
        return not_told(model, event, now_ms)
    model = _turned(model, at.HELD, now_ms)
    book: Mapping[str, Any] = next(iter(event.answer.get("books", ())), {})
    if event.answer["ok"] and book.get("ok"):
        return model._replace(search=model.search._replace(position=book.get("position", 0))), ()
    return model._replace(why=book.get("why") or event.answer.get("why") or "unknown"), ()


def not_told(model: Model, event: Event, now_ms: int) -> Step:
    """Nobody answers: whether the hold was placed is not known, and that is what is said."""
    return _turned(model, at.HELD, now_ms)._replace(why="unsure"), ()


# --- coming and going --------------------------------------------------------------------------


def over(model: Model, event: Event, now_ms: int) -> Step:
    """Begin anew; whoever stands here keeps the language and the looks."""
    return entered(anew(model), at.WELCOME, now_ms), ()


def begin(model: Model, event: Event, now_ms: int) -> Step:
    """The time runs from the first word of the service on."""
    return (model if model.deadline_ms else entered(model, at.WELCOME, now_ms)), ()


def wake(model: Model, event: Event, now_ms: int) -> Step:
    return entered(model, at.WELCOME, now_ms), ()


def rest(model: Model, event: Event, now_ms: int) -> Step:
    """Nobody touches it: forget how somebody liked it."""
    return entered(wiped(model), at.ATTRACT, now_ms), ()


# --- what the service said ---------------------------------------------------------------------


def _title(entry: Mapping[str, Any]) -> Title:
    places = tuple(_known(place) for place in entry.get("places", ()))
    if not places and entry.get("free"):
        places = (_known(dict(entry) | {"count": entry["free"], "due": 0}),)
    return Title(
        id=entry["id"],
        title=entry["title"],
        author=entry.get("author", ""),
        subject=entry.get("class", ""),
        year=entry.get("year", 0),
        copies=entry.get("copies", 0),
        free=entry.get("free", 0),
        due=entry.get("due", 0),
        places=places,
    )


def _known(place: Mapping[str, Any]) -> Place:
    others = {name: place[name] for name in Place._fields[1:] if name in place}
    return Place(place["count"], **others)
