"""The steps of lending and returning at a tray.  Pure."""

from collections.abc import Mapping
from typing import Any

from kiosk.core import states as at
from kiosk.core.books import known, outcome, titles, told, write
from kiosk.core.events import Answered, Ask, AskPolicy, Card, Event, Print, Printed, Written
from kiosk.core.model import (
    ALREADY,
    BORROW,
    LENT,
    LIFTED,
    NOT_LENT,
    RETURN,
    RETURNED,
    Book,
    Done,
    Model,
    fresh,
    wiped,
)
from kiosk.core.selfcheck.choices import has_account
from kiosk.core.steps import Step, anew, asked, deadline, entered

# --- coming ------------------------------------------------------------------------------------


def borrow(model: Model, event: Event, now_ms: int) -> Step:
    return entered(model._replace(mode=BORROW), at.CARD, now_ms), ()


def give_back(model: Model, event: Event, now_ms: int) -> Step:
    return _look(anew(model)._replace(mode=RETURN), now_ms)


def look_up(model: Model, event: Card, now_ms: int) -> Step:
    model = entered(anew(model)._replace(mode=BORROW, reader=event.reader), at.LOOKING, now_ms)
    return model, (asked(model, "account"),)


def next_reader(model: Model, event: Card, now_ms: int) -> Step:
    """All of this visit is written: another card begins the next one, the same one nothing.

    Another person stands here, so language and looks begin anew as well.
    """
    if event.reader == model.reader:
        return model, ()
    return look_up(wiped(model), event, now_ms)


def second_card(model: Model, event: Card, now_ms: int) -> Step:
    if event.reader == model.reader:
        return model, ()
    notice = "second_card" if model.reader else "no_card_needed"
    return model._replace(notice=notice), ()


def book_barcode(model: Model, event: Event, now_ms: int) -> Step:
    return model._replace(notice="book_barcode"), ()


def other_code(model: Model, event: Event, now_ms: int) -> Step:
    return model._replace(notice="other_code"), ()


def account(model: Model, event: Answered, now_ms: int) -> Step:
    if event.op != "account":
        return model, ()
    if event.answer is None:
        return model, (AskPolicy(model.world.visit, "account", model.reader),)
    answer = event.answer
    model = model._replace(offline=event.policy > 0)
    if not model.language_chosen and answer.get("language") in ("zh", "en"):
        model = model._replace(language=answer["language"])
    left = answer.get("left", 0)
    owned = tuple(known(entry) for entry in answer.get("books", ()))
    model = model._replace(owned=owned, fines=answer.get("fines", 0), books=())
    if not answer["ok"] or left <= 0:
        why = answer.get("why") or ("quota" if model.offline else "limit")
        # Who may not borrow may still look at what is on the card, and renew it.
        reader = model.reader if has_account(model) else ""
        return entered(model._replace(why=why, reader=reader), at.REFUSED, now_ms), ()
    model = model._replace(name=answer.get("name", ""), loans=answer.get("loans", 0), left=left)
    return _look(model, now_ms)


def unanswered(model: Model, event: Event, now_ms: int) -> Step:
    """Nobody answers: the offline policy decides; but what is being written is waited for."""
    if model.state == at.WORKING and (model.mode == RETURN or any(d.due for d in model.pending)):
        return model._replace(deadline_ms=deadline(model, now_ms)), ()
    op = "account" if model.state == at.LOOKING else "lend"
    tags = tuple(done.tag for done in model.pending)
    model = model._replace(deadline_ms=deadline(model, now_ms))
    return model, (AskPolicy(model.world.visit, op, model.reader, tags),)


# --- what the reader has ------------------------------------------------------------------------


def loans(model: Model, event: Event, now_ms: int) -> Step:
    return entered(model, at.LOANS, now_ms), ()


def back(model: Model, event: Event, now_ms: int) -> Step:
    """To the tray; whoever may not borrow goes back to why."""
    if model.why:
        return entered(model, at.REFUSED, now_ms), ()
    return _look(model, now_ms)


def renew(model: Model, event: Event, now_ms: int) -> Step:
    """Only the service renews: no policy promises what somebody else may have asked for."""
    tags = tuple(loan.tag for loan in model.owned)
    ask = Ask(model.world.visit, "renew", model.reader, tags, model.world.timings.ask_ms)
    return entered(model, at.RENEWING, now_ms), (ask,)


def renewed(model: Model, event: Answered, now_ms: int) -> Step:
    if event.op != "renew":
        return model, ()
    if event.answer is None:
        return not_renewed(model, event, now_ms)
    entries = {entry["tag"]: entry for entry in event.answer.get("books", ())}
    why = event.answer.get("why") or "unknown"
    became = tuple(_became(loan, entries.get(loan.tag), why) for loan in model.owned)
    dues = {done.tag: done.due for done in became if done.outcome == LENT}
    owned = tuple(loan._replace(due=dues.get(loan.tag, loan.due)) for loan in model.owned)
    return entered(model._replace(owned=owned, renewed=became), at.LOANS, now_ms), ()


def _became(loan: Book, entry: Mapping[str, Any] | None, why: str) -> Done:
    if entry and entry["ok"]:
        return Done(loan.tag, LENT, due=entry.get("due") or loan.due)
    return Done(loan.tag, NOT_LENT, (entry or {}).get("why") or why)


def not_renewed(model: Model, event: Event, now_ms: int) -> Step:
    """Nobody answers: nothing was changed, and the reader may try again."""
    return entered(model, at.LOANS, now_ms)._replace(notice="not_renewed"), ()


# --- the books ---------------------------------------------------------------------------------


def look(model: Model, event: Event, now_ms: int) -> Step:
    return _look(model, now_ms)


def _look(model: Model, now_ms: int) -> Step:
    """Show what is on the tray, and ask for the titles that are not known yet."""
    state = at.REVIEW if fresh(model) else at.TRAY
    if model.state in (at.TRAY, at.REVIEW) and model.state != state:
        # A tag that comes and goes is no sign of life: the time runs on.
        model = model._replace(state=state, focus=0)
    elif model.state != state:
        model = entered(model, state, now_ms)
    new = tuple(tag for tag in fresh(model) if tag not in model.asked)
    if not new:
        return model, ()
    model = model._replace(asked=model.asked + new)
    op = "return" if model.mode == RETURN else "about"
    return model, (Ask(model.world.visit, op, model.reader, new, model.world.timings.ask_ms),)


def switch(model: Model, event: Event, now_ms: int) -> Step:
    """The books are the reader's own loans: return them instead."""
    return _look(model._replace(mode=RETURN, asked=(), state=at.WORKING), now_ms)


def confirm(model: Model, event: Event, now_ms: int) -> Step:
    wanted = RETURNED if model.mode == RETURN else LENT
    model = model._replace(
        pending=tuple(Done(tag, wanted) for tag in fresh(model)),
        done=tuple(done for done in model.done if done.tag not in fresh(model)),
    )
    model = entered(model, at.WORKING, now_ms)
    if model.mode == BORROW:
        return model, (asked(model, "lend", tuple(done.tag for done in model.pending)),)
    return model, tuple(
        write(model, "returned", {"tag": done.tag, "reader": model.reader})
        for done in model.pending
    )


def lift(model: Model, event: Event, now_ms: int) -> Step:
    lifted = any(done.tag not in model.world.tray for done in model.pending)
    return model._replace(notice="lifted" if lifted else ""), ()


def lend(model: Model, event: Answered, now_ms: int) -> Step:
    """Write each loan that was granted and still lies on the tray; the rest is said at once."""
    if event.op != "lend":
        return titles(model, event, now_ms)
    if event.answer is None:
        return unanswered(model, event, now_ms)
    answer = event.answer
    model = told(model, answer)._replace(offline=model.offline or event.policy > 0)
    entries = {entry["tag"]: entry for entry in answer.get("books", ())}
    settled = [_promised(model, done.tag, answer, entries.get(done.tag)) for done in model.pending]
    granted = tuple(done for done in settled if done.outcome == LENT)
    others = tuple(done for done in settled if done.outcome != LENT)
    model = model._replace(pending=granted, done=model.done + others)
    source = {"policy": event.policy} if event.policy else {"answer": answer.get("id", "")}
    writes = tuple(
        write(model, "lent", {"reader": model.reader, "tag": done.tag, "due": done.due} | source)
        for done in granted
    )
    return _finished(model, now_ms), writes


def _promised(
    model: Model, tag: str, answer: Mapping[str, Any], entry: Mapping[str, Any] | None
) -> Done:
    if entry is None:
        return Done(tag, NOT_LENT, answer.get("why") or "unknown_tag")
    due = entry.get("due") or answer.get("due", 0)
    if entry["ok"]:
        return Done(tag, LENT, due=due) if tag in model.world.tray else Done(tag, LIFTED)
    if entry.get("mine"):
        return Done(tag, ALREADY, due=due)
    return Done(tag, NOT_LENT, entry.get("why") or "not_lendable")


def written(model: Model, event: Written, now_ms: int) -> Step:
    done = next((done for done in model.pending if done.tag == event.tag), None)
    if done is None:
        return model, ()
    done = done._replace(at=event.at)
    if event.why:
        outcome_of = LIFTED if event.why == "lifted" else NOT_LENT
        done = Done(done.tag, outcome_of, event.why)
    model = model._replace(
        pending=tuple(other for other in model.pending if other.tag != event.tag),
        done=(*model.done, outcome(model, done)),
    )
    if done.outcome == LENT:
        model = model._replace(loans=model.loans + 1, left=max(0, model.left - 1))
    return _finished(model, now_ms), ()


def turn(model: Model, event: Event, now_ms: int) -> Step:
    return model._replace(page=model.page + 1, focus=0), ()


def _finished(model: Model, now_ms: int) -> Model:
    return model if model.pending else entered(model, at.RESULT, now_ms)


# --- going -------------------------------------------------------------------------------------


def leave(model: Model, event: Event, now_ms: int) -> Step:
    """What was lent is shown once more, large; without a loan there is nothing to show."""
    if model.state not in (at.RECEIPT, at.PHONE) and any(
        done.outcome == LENT for done in model.done
    ):
        return entered(model, at.RECEIPT, now_ms), ()
    return farewell(model, event, now_ms)


def paper(model: Model, event: Event, now_ms: int) -> Step:
    return model._replace(receipt="printing", focus=0), (Print(model.world.visit),)


def printed(model: Model, event: Printed, now_ms: int) -> Step:
    return model._replace(receipt="printed" if event.ok else "failed"), ()


def phone(model: Model, event: Event, now_ms: int) -> Step:
    return entered(model, at.PHONE, now_ms), ()


def to_receipt(model: Model, event: Event, now_ms: int) -> Step:
    return entered(model, at.RECEIPT, now_ms), ()


def farewell(model: Model, event: Event, now_ms: int) -> Step:
    """Forget the reader; remind whoever stands here of the books that still lie on the tray."""
    came = model.mode == RETURN or bool(model.done)
    model = anew(model)._replace(mode=model.mode)
    if model.world.tray:
        return entered(model, at.TAKE, now_ms), ()
    return (entered(model, at.GOODBYE, now_ms) if came else wiped(model)), ()


def taken(model: Model, event: Event, now_ms: int) -> Step:
    return (model, ()) if model.world.tray else (entered(model, at.GOODBYE, now_ms), ())
