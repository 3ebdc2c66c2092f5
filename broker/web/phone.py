"""The page on a reader's phone: a token for the machine whose picture it scanned, or a code.

A phone is known by its pass (fleet/phones.py) in a cookie; nothing here shows more of a reader than
how many copies may still be borrowed.
"""

from typing import Annotated

import segno
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup

from broker.fleet import phones
from broker.fleet.phones import Phones
from broker.ledger.trial import Decision, NotKnown, Question, Trial
from broker.web import phonetexts
from broker.web.draw import draw, language
from broker.web.problem import Problem

router = APIRouter()

COOKIE = "phone"
Machine = Annotated[str, Query(alias="m", max_length=40, description="the machine")]
Nonce = Annotated[str, Query(alias="n", max_length=40, description="what its screen shows")]


async def _phones(request: Request) -> Phones:
    found: Phones = request.app.state.phones
    return found


async def _trial(request: Request) -> Trial:
    trial: Trial = request.app.state.trial
    return trial


Known = Annotated[Phones, Depends(_phones)]
Try = Annotated[Trial, Depends(_trial)]


@router.post("/v1/readers/{card}/phone", summary="Invite a reader's phone", status_code=201)
def invite(card: str, known: Known) -> dict[str, object]:
    """The link makes one phone this reader's; it lives for ten minutes."""
    link = f"/phone?i={known.invitation(card)}"
    return {"link": link, "lives_s": phones.INVITED_MS // 1000}


@router.get("/v1/phone/token", summary="A token for a machine and the nonce that it shows")
def token(request: Request, known: Known, trial: Try, m: Machine, n: Nonce) -> dict[str, object]:
    card = known.card(request.cookies.get(COOKIE, ""))
    decision = _decision(trial, card, m)
    text = known.token(card, m, n, decision.left) if decision and decision.ok else ""
    if not text:
        raise Problem("no_access", "this phone, card or machine gets no token")
    return {"text": text, "left": decision.left if decision else 0}


@router.get("/phone", include_in_schema=False)
def page(
    request: Request, known: Known, trial: Try, m: Machine = "", n: Nonce = "", i: str = ""
) -> Response:
    if i:
        return _accepted(request, known, i)
    card = known.card(request.cookies.get(COOKIE, ""))
    if not card:
        return _drawn(request, "no_pass", "get_pass", status=403)
    if not m:
        return _drawn(request, "code", "short", text=known.code(card), again_s=phones.CODE_S)
    decision = _decision(trial, card, m)
    if decision is None:
        return _drawn(request, "unknown", "again", status=404)
    if not decision.ok:
        return _drawn(request, "refused", "ask_desk", status=403)
    text = known.token(card, m, n, decision.left)
    if not text:
        return _drawn(request, "unknown", "again", status=404)
    return _drawn(request, "token", "once", text=text, left=decision.left, device=m)


def _accepted(request: Request, known: Phones, invitation: str) -> Response:
    """Take the invitation out of the address, so that no history keeps it."""
    kept = known.accept(invitation)
    if not kept:
        return _drawn(request, "old_link", "get_pass", status=403)
    answer = RedirectResponse("/phone", 303)
    answer.set_cookie(
        COOKIE, kept, max_age=phones.PASS_MS // 1000, httponly=True, samesite="lax", path="/"
    )
    return answer


def _decision(trial: Trial, card: str, device: str) -> Decision | None:
    """Return what the service would say at the door; None for a card or machine it has not."""
    if not card:
        return None
    try:
        return trial.decide(Question("open", card, (), device, trial.today()))
    except NotKnown:
        return None


def _drawn(
    request: Request,
    heading: str,
    line: str,
    *,
    status: int = 200,
    text: str = "",
    left: int | None = None,
    device: str = "",
    again_s: int = 0,
) -> Response:
    speech = language(request)
    return draw(
        request,
        "phone.html",
        status=status,
        s=lambda key, **values: phonetexts.say(key, speech, **values),
        heading=heading,
        line=phonetexts.say(line, speech, device=device),
        left=left,
        code=_picture(text) if text else "",
        again_s=again_s,
    )


def _picture(text: str) -> Markup:
    """Return a QR code as SVG; middling correction, since screens mirror the sky."""
    drawn = segno.make(text, error="m", micro=False)
    return Markup(drawn.svg_inline(omitsize=True, border=4, light="#fff", svgclass="qr"))
