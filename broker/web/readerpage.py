"""The page of a reader's account: what is owed and why, what was paid, and what staff can do."""

import re

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from broker.accounts.house import Accounts
from broker.circulation.texts import money
from broker.web import accounttexts
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


@router.get("/readers/{card}")
def reader(card: str, request: Request, use: Use, hold: Hold) -> Response:
    return _drawn(card, request, use, hold, {}, "")


@router.post("/readers/{card}")
def act(card: str, request: Request, use: Use, hold: Hold, actor: Actor, form: Fields) -> Response:
    """Take the form.  A redirect brings the browser back, so a reload sends nothing again."""
    if form.get("act") in LOANS:
        return _with_loan(card, request, use, hold, actor, form)
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
        return _drawn(card, request, use, hold, form, problem.detail)
    return RedirectResponse(request.url.path, 303)


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
        return _drawn(card, request, use, hold, {}, problem.detail)
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
