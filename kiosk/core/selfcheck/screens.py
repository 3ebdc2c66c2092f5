"""The screens of the loan machine, as data: one function a state.  Pure."""

from collections.abc import Callable

from kiosk.core import receipt
from kiosk.core import states as at
from kiosk.core.model import (
    BATCH_MAX,
    BORROW,
    GOOD,
    LENT,
    RETURN,
    Done,
    Model,
    book,
    fresh,
)
from kiosk.core.outcomes import parts
from kiosk.core.selfcheck import choices
from kiosk.core.view import (
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
    yuan,
)

ELSEWHERE = ("journal_full", "stale", "quota", "fault")  # What another machine may do.
LATE = "late"  # How a loan stands that should be back already.

# --- one function a screen ---------------------------------------------------------------------


def _welcome(model: Model, texts: Texts) -> View:
    if "tray" in model.world.faults:
        line = joined(texts["welcome.broken.line"], elsewhere(model, texts))
        return View("", title=texts["welcome.broken"], line=line, picture="attention")
    seen = len(model.world.tray)
    line = say(texts, "welcome.seen", count=seen) if seen else texts["welcome.line"]
    if "scanner" in model.world.faults:
        line = line if seen else elsewhere(model, texts)
        return View("", title=texts["welcome.no_scanner"], line=line, picture="shelf")
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
    why, step = texts["why." + model.why], texts["step." + model.why]
    if model.why in ELSEWHERE:
        step = joined(step, elsewhere(model, texts))
    if model.fines:
        owed = Part("attention", _owed(model, texts), (), texts["owed.step"])
        return View("", title=why, line=step, parts=(owed,))
    return View("", title=why, line=step, picture="attention")


def _owed(model: Model, texts: Texts) -> str:
    return say(texts, "owed", yuan=yuan(model.fines))


def _tray(model: Model, texts: Texts) -> View:
    end = ".return" if model.mode == RETURN else ""
    line = say(texts, "tray.line" + end, max=BATCH_MAX, left=model.left)
    return View("", title=texts["tray.title" + end], line=line, picture="tray")


def _loans(model: Model, texts: Texts) -> View:
    """What the reader has, by the day on which it is due; or what a renewal made of it."""
    owned = {loan.tag: loan for loan in model.owned}
    became = model.renewed or tuple(
        Done(loan.tag, LATE if loan.late_days else "", due=loan.due) for loan in model.owned
    )
    grouped: dict[tuple[str, str, str], list[str]] = {}
    for done in sorted(became, key=lambda done: (done.outcome != LENT, done.due, done.why)):
        words = title(texts, owned[done.tag])
        if done.outcome == LATE:
            days = owned[done.tag].late_days
            words = say(texts, "late", title=words, days=days, count=days)
        grouped.setdefault(_loan(texts, done), []).append(words)
    size = choices.parts_max(model)
    shown = [Part(kind, heading, tuple(w), step) for (kind, heading, step), w in grouped.items()]
    count = len(owned)
    return View(
        "",
        title=say(texts, "loans.title", count=count) if count else texts["loans.none"],
        figure=str(count) if count else "",
        line=_owed(model, texts) + "\n" + texts["owed.step"] if model.fines else "",
        parts=tuple(shown[model.page * size : (model.page + 1) * size]),
        picture="shelf",
    )


def _loan(texts: Texts, done: Done) -> tuple[str, str, str]:
    """Return (kind, heading, next step) of one of the reader's loans."""
    if done.why:
        return "attention", _renewal(texts, "why", done.why), _renewal(texts, "step", done.why)
    date = day(texts, done.due) if done.due else ""
    if done.outcome == LATE:
        return "attention", say(texts, "part.late", date=date), texts["part.late.step"]
    return "done", say(texts, "part.renewed" if done.outcome else "part.due", date=date), ""


def _renewal(texts: Texts, kind: str, why: str) -> str:
    """Return why a loan was not renewed, or what to do: its own words, where it has some."""
    own = f"renew.{kind}.{why}"
    return texts[own if own in texts else f"{kind}.{why}"]


def _renewing(model: Model, texts: Texts) -> View:
    line = texts["waiting.slow" if model.slow else "looking.line"]
    heading = texts["renewing.title"]
    return View("", title=heading, line=line, picture="wait", fraction=_waited(model))


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
    return View(
        "",
        title=texts["working.title." + model.mode],
        line=line,
        covers=covers,
        picture="wait",
        fraction=_waited(model),
    )


def _result(model: Model, texts: Texts) -> View:
    good = sum(done.outcome in GOOD for done in model.done)
    others = len(model.done) - good
    word = "returned" if model.mode == RETURN else "lent"
    if good:
        heading = say(texts, "result." + word, count=good)
    else:
        heading = texts["result.none." + model.mode]
    line = say(texts, "result.others", count=others) if good and others else ""
    figure = str(good) if good else ""
    size = choices.parts_max(model)
    shown = parts(model, texts, model.done)[model.page * size : (model.page + 1) * size]
    return View("", title=heading, figure=figure, line=line, parts=shown)


def _receipt(model: Model, texts: Texts) -> View:
    lent = [done for done in model.done if done.outcome == LENT]
    shown = parts(model, texts, lent)
    first = min(done.due for done in lent)
    key = "receipt.line" if model.name else "receipt.line.nobody"
    line = say(texts, key, name=model.name, count=len(lent), left=model.left)
    if len(shown) == 1:
        shown = (shown[0]._replace(heading=""),)
    notice = texts["receipt.offline"] if model.offline else ""
    if model.receipt:
        notice = texts[f"slip.{model.receipt}"]
    return View(
        "",
        title=texts["receipt.title"],
        figure=day(texts, first),
        line=line,
        parts=shown,
        notice=notice,
        picture="receipt",
    )


def _phone(model: Model, texts: Texts) -> View:
    return View(
        "",
        title=texts["opac.phone.title"],
        line=texts["slip.phone"],
        picture="code",
        code=receipt.text(model, texts),
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


HELPS = {
    at.WELCOME: "help.welcome",
    at.CARD: "help.card",
    at.LOOKING: "help.card",
    at.REFUSED: "help.card",
    at.TRAY: "help.books",
    at.REVIEW: "help.books",
    at.WORKING: "help.books",
    at.RESULT: "help.after",
    at.RECEIPT: "help.after",
    at.PHONE: "help.after",
    at.TAKE: "help.after",
    at.GOODBYE: "help.after",
    at.SORRY: "help.after",
    at.LOANS: "help.loans",
    at.RENEWING: "help.loans",
}


SCREENS: dict[str, Callable[[Model, Texts], View]] = {
    at.WELCOME: _welcome,
    at.CARD: _card,
    at.LOOKING: _looking,
    at.REFUSED: _refused,
    at.TRAY: _tray,
    at.REVIEW: _review,
    at.WORKING: _working,
    at.RESULT: _result,
    at.RECEIPT: _receipt,
    at.PHONE: _phone,
    at.TAKE: _take,
    at.GOODBYE: _goodbye,
    at.SORRY: _sorry,
    at.LOANS: _loans,
    at.RENEWING: _renewing,
}

# --- what screens are made of ------------------------------------------------------------------


def _cover(model: Model, texts: Texts, tag: str) -> Cover:
    known = book(model, tag)
    return cover(known, texts["review.mine"] if known.mine and model.mode == BORROW else "")


def status(model: Model) -> str:
    for part in ("tray", "scanner"):
        if part in model.world.faults:
            return part
    return "" if model.world.served else "offline"
