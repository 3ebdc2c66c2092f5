"""The page of a reader's account: what is owed and why, what was paid, and what staff can do."""

import re
from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from broker.accounts.house import Accounts
from broker.circulation.texts import money
from broker.web import accounttexts, clock, refusals
from broker.web.accounts import Hold, told
from broker.web.draw import language, page
from broker.web.forms import Fields, Form, new_key
from broker.web.loans import CLAIMS, Claiming, claimed, meaning, renewed
from broker.web.parts import Parts, Use
from broker.web.problem import Problem
from broker.web.rights import Actor

router = APIRouter(include_in_schema=False)

ROWS_MAX = 60
REASON_SIZE_MAX = 200
AMOUNT = re.compile(r"([0-9]{1,5})(?:[.,]([0-9]{1,2}))?")
LOANS = ("renew", *CLAIMS)  # What is done with one loan.
ACCOUNT = ("block", "lift", "lost", "issue")  # What is done with the account itself.


@router.get("/readers/{card}")
def reader(card: str, request: Request, use: Use, hold: Hold) -> Response:
    return _drawn(card, request, use, hold, {}, "")


@router.post("/readers/{card}")
def act(card: str, request: Request, use: Use, hold: Hold, actor: Actor, form: Fields) -> Response:
    """Take the form.  A redirect brings the browser back, so a reload sends nothing again."""
    if form.get("act") in LOANS:
        return _with_loan(card, request, use, hold, actor, form)
    if form.get("act") in ACCOUNT:
        return _with_account(card, request, use, hold, actor, form)
    speech = language(request)
    reason = form.get("reason", "").strip()[:REASON_SIZE_MAX]
    fen = fen_of(form.get("amount", ""))
    key = form.get("key", "")
    if not fen:
        return _drawn(card, request, use, hold, form, accounttexts.say("bad_amount", speech))
    if not key or (form.get("act") == "waive" and not reason):
        return _drawn(card, request, use, hold, form, accounttexts.say("no_word", speech))
    try:
        _done(hold, card, form.get("act", ""), fen, reason=reason, actor=actor, key=key)
    except Problem as problem:
        return _drawn(card, request, use, hold, form, refusals.say(problem.detail, speech))
    return RedirectResponse(request.url.path, 303)


def _with_account(
    card: str, request: Request, use: Parts, hold: Accounts, actor: str, form: Form
) -> Response:
    """Block a reader or lift a block, report the card lost, give out another one."""
    speech, key = language(request), form.get("key", "")
    reason = form.get("reason", "").strip()[:REASON_SIZE_MAX]
    since_ms = _time_ms(form.get("since", ""), use)
    if since_ms is None:
        return _drawn(card, request, use, hold, form, accounttexts.say("bad_time", speech))
    number = form.get("block", "")
    block = int(number) if number.isascii() and number.isdecimal() else 0
    new = form.get("card", "").strip().upper()
    acts: dict[str, Callable[[], object]] = {
        "block": lambda: hold.block(card, reason, from_ms=0, until_ms=0, actor=actor, key=key),
        "lift": lambda: hold.lift(card, block, actor=actor, key=key),
        "lost": lambda: hold.lost(card, since_ms, actor=actor, key=key),
        "issue": lambda: hold.issue(card, new, actor=actor, key=key),
    }
    if not key or (form["act"] == "issue" and not new):
        return _drawn(card, request, use, hold, form, accounttexts.say("no_word", speech))
    try:
        told(acts[form["act"]])
    except Problem as problem:
        return _drawn(card, request, use, hold, form, refusals.say(problem.detail, speech))
    return RedirectResponse(request.url.path, 303)


def _time_ms(text: str, use: Parts) -> int | None:
    """Return a local time as a browser's field has it; 0 for an empty one, None for none."""
    try:
        return clock.from_local(text, use.timezone) if text else 0
    except ValueError:
        return None


def _with_loan(
    card: str, request: Request, use: Parts, hold: Accounts, actor: str, form: Form
) -> Response:
    """Renew a loan, or take down that the reader has not got the copy."""
    barcode, act, key = form.get("barcode", ""), form["act"], form.get("key", "")
    try:
        if act == "renew":
            (book,) = renewed(use, card, [barcode], actor, key)
            if not book["ok"]:
                raise Problem("not_possible", meaning(book["why"]))
        else:
            said = Claiming.model_validate({"barcode": barcode, "what": act})
            claimed(use, card, said, actor, key)
    except Problem as problem:
        why = refusals.say(problem.detail, language(request))
        return _drawn(card, request, use, hold, {}, why)
    return RedirectResponse(request.url.path, 303)


def fen_of(text: str) -> int:
    """Return an amount that people wrote in yuan, 12.5 or 12.50; 0 when it is none."""
    found = AMOUNT.fullmatch(text.strip())
    if not found:
        return 0
    yuan, rest = found.groups()
    return int(yuan) * 100 + int((rest or "0").ljust(2, "0"))


def _done(
    hold: Accounts, card: str, act: str, fen: int, *, reason: str, actor: str, key: str
) -> None:
    if act == "waive":
        told(lambda: hold.book(card, "waive", fen, reason=reason, actor=actor, key=key))
        return
    person = told(lambda: hold.person(card))
    told(
        lambda: hold.till.start(
            person.account, fen=fen, purpose="owed", provider="desk", actor=actor, key=key
        )
    )


def _drawn(
    card: str, request: Request, use: Parts, hold: Accounts, form: Form, why: str
) -> Response:
    try:
        account = told(lambda: hold.account(card))
    except Problem:
        return page(request, use, "nothing.html", status=404)
    person = hold.person(card)
    found = use.read.reader(person.card)
    speech = language(request)
    return page(
        request,
        use,
        "reader.html",
        status=409 if why else 200,
        account=account,
        loans=found.loans if found else [],
        rows_max=ROWS_MAX,
        say=lambda key, **values: accounttexts.say(key, speech, **values),
        yuan=money,
        form=form,
        key=new_key(),
        why=why,
    )
