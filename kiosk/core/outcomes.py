"""What became of each book, in words: books with the same outcome together.  Pure."""

from collections.abc import Iterable

from kiosk.core.model import (
    ALREADY,
    LENT,
    LIFTED,
    NOT_LENT,
    NOTED,
    RETURN,
    RETURNED,
    Done,
    Model,
    book,
)
from kiosk.core.view import Part, Texts, day, say, title


def parts(model: Model, texts: Texts, dones: Iterable[Done]) -> tuple[Part, ...]:
    """Group the books by what became of them, in the order of the outcomes below."""
    grouped: dict[tuple[str, str, str, str], list[str]] = {}
    for one in sorted(dones, key=_order):
        words = title(texts, book(model, one.tag))
        late_days = book(model, one.tag).late_days
        if one.outcome == RETURNED and late_days:
            words = say(texts, "late", title=words, days=late_days, count=late_days)
        grouped.setdefault(_outcome(model, texts, one), []).append(words)
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
        return "done", _exact(model, texts, "part.box", done), "", RETURNED
    if done.outcome == NOTED:
        step = _exact(model, texts, "part.noted.step", done)
        return "attention", _exact(model, texts, "part.noted", done), step, NOTED
    if done.outcome == ALREADY and model.mode == RETURN:
        return "done", _exact(model, texts, "part.already", done), "", ALREADY
    if done.outcome == ALREADY:
        key = "part.mine" if date else "part.mine.no_date"
        return "done", say(texts, key, date=date), "", ALREADY
    why = "lifted" if done.outcome == LIFTED else done.why
    return "attention", texts["why." + why], texts["step." + why], done.outcome


def _exact(model: Model, texts: Texts, key: str, done: Done) -> str:
    """Return the text of a role that has one of its own, with the time of the fact."""
    own = f"{key}.{model.world.role}"
    return say(texts, own if own in texts else key, time=done.at)
