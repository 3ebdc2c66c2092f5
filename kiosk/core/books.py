"""What becomes of books, in every role that lends or takes them back.  Pure."""

from collections.abc import Mapping
from typing import Any

from kiosk.core.events import Answered, Write
from kiosk.core.model import ALREADY, NOTED, RETURNED, Book, Done, Model, book
from kiosk.core.steps import Step


def titles(model: Model, event: Answered, now_ms: int) -> Step:
    if event.op not in ("about", "return") or event.answer is None:
        return model, ()
    model = told(model, event.answer)
    # A title may come after its book was returned: then the outcome becomes more exact.
    done = tuple(outcome(model, done) for done in model.done)
    return model._replace(done=done), ()


def outcome(model: Model, done: Done) -> Done:
    """A book that was returned before is also returned; one that nobody knows was noted."""
    if done.outcome != RETURNED:
        return done
    why = book(model, done.tag).why
    exact = {"not_on_loan": ALREADY, "unknown_tag": NOTED}.get(why, RETURNED)
    return done._replace(outcome=exact)


def write(model: Model, kind: str, body: Mapping[str, Any]) -> Write:
    visit = f"{model.world.boot}.{model.world.visit}"
    return Write(model.world.visit, kind, {"visit": visit} | dict(body))


def told(model: Model, answer: Mapping[str, Any]) -> Model:
    new = {entry["tag"]: known(entry) for entry in answer.get("books", ())}
    # A refusal may be shorter than what was said before.
    kept = tuple(old for old in model.books if old.tag not in new or not new[old.tag].title)
    names = {old.tag for old in kept}
    return model._replace(books=kept + tuple(b for tag, b in new.items() if tag not in names))


def known(entry: Mapping[str, Any]) -> Book:
    return Book(
        tag=entry["tag"],
        barcode=entry.get("barcode", ""),
        title=entry.get("title", ""),
        author=entry.get("author", ""),
        subject=entry.get("class", ""),
        due=entry.get("due", 0),
        mine=entry.get("mine", False),
        late_days=entry.get("overdue_days", 0),
        why=entry.get("why", ""),
    )
