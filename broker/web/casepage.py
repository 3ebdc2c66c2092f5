"""The pages of cases: what is in doubt, the evidence, and what staff decide, with a reason."""

import secrets
from typing import Annotated
from urllib.parse import parse_qsl, quote, unquote

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from broker.desk.desk import DeskRefused
from broker.ledger.views import DoubtShown
from broker.web.draw import page
from broker.web.parts import Parts, Use
from broker.web.staff import Case

router = APIRouter(include_in_schema=False)

LISTED_MAX = 100
NEWS_LIMIT = 8
FORM_SIZE_MAX = 16384
ACTOR_COOKIE = "actor"
ACTOR_S = 90 * 86400
ACTOR_SIZE_MAX = 40

Form = dict[str, str]


@router.get("/cases")
def cases(
    request: Request,
    use: Use,
    state: Annotated[str, Query(pattern="open|closed")] = "open",
) -> Response:
    doubts = use.read.doubts(state)
    shown = doubts[:LISTED_MAX]
    return page(request, use, "cases.html", state=state, doubts=shown, count=len(doubts))


@router.get("/cases/{id}")
def case(number: Case, request: Request, use: Use) -> Response:
    shown = use.read.doubt(number)
    if shown is None:
        return page(request, use, "nothing.html", status=404)
    return _drawn(request, use, shown, {}, "")


async def _form(request: Request) -> Form:
    """Return the fields of a form; one that is too long is none."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_SIZE_MAX:
            return {}
    return dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))


@router.post("/cases/{id}")
def settle(
    number: Case, request: Request, use: Use, form: Annotated[Form, Depends(_form)]
) -> Response:
    """Take the form.  A redirect brings the browser back, so a reload sends nothing again."""
    shown = use.read.doubt(number)
    if shown is None:
        return page(request, use, "nothing.html", status=404)
    actor = form.get("actor", "").strip()[:ACTOR_SIZE_MAX]
    if not actor:
        return _drawn(request, use, shown, form, "no_actor")
    try:
        use.at_desk(
            lambda desk, now_ms: desk.settle(
                number,
                form.get("action", ""),
                reason=form.get("reason", "").strip(),
                actor=actor,
                now_ms=now_ms,
                place=_place(form.get("place", "")),
                key=form.get("key", ""),
            )
        )
    except DeskRefused as refused:
        return _drawn(request, use, shown, form, refused.reason)
    answer = RedirectResponse(f"/cases/{number}", 303)
    answer.set_cookie(ACTOR_COOKIE, quote(actor), max_age=ACTOR_S, samesite="lax", httponly=True)
    return answer


def _drawn(request: Request, use: Parts, shown: DoubtShown, form: Form, why: str) -> Response:
    file = use.files.case(shown.case.id)
    assert file
    actor = form.get("actor") or unquote(request.cookies.get(ACTOR_COOKIE, ""))
    return page(
        request,
        use,
        "case.html",
        status=409 if why else 200,
        shown=shown,
        file=file,
        spots=use.files.spots() if "write" in file.actions and not shown.case.closed_ms else [],
        news=use.read.life(file.barcode)[:NEWS_LIMIT] if file.barcode else [],
        form=form | {"actor": actor},
        key=secrets.token_hex(16),
        why=why,
    )


def _place(choice: str) -> dict[str, object]:
    """Return the place that a choice names: compartment:bc01:2, shelf:lib01, transit."""
    place, _colon, more = choice.partition(":")
    name, _colon, door = more.partition(":")
    if place == "compartment":
        return {"place": place, "device": name, "door": int(door) if door.isdecimal() else 0}
    return {"place": place, "site": name} if place == "shelf" else {"place": place}
