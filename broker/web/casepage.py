"""The pages of cases: what is in doubt, the evidence, and what staff decide, with a reason."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from broker.desk.desk import DeskRefused
from broker.ledger.views import DoubtShown
from broker.web.desk import Case
from broker.web.draw import page
from broker.web.forms import Fields, Form, new_key
from broker.web.parts import Parts, Use
from broker.web.rights import Actor

router = APIRouter(include_in_schema=False)

LISTED_MAX = 100
NEWS_LIMIT = 8


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


@router.post("/cases/{id}")
def settle(number: Case, request: Request, use: Use, actor: Actor, form: Fields) -> Response:
    """Take the form.  A redirect brings the browser back, so a reload sends nothing again."""
    shown = use.read.doubt(number)
    if shown is None:
        return page(request, use, "nothing.html", status=404)
    try:
        use.at_desk(
            lambda desk, now_ms: desk.settle(
                number,
                form.get("action", ""),
                reason=form.get("reason", "").strip(),
                actor=actor,
                now_ms=now_ms,
                place=place_of(form.get("place", "")),
                key=form.get("key", ""),
            )
        )
    except DeskRefused as refused:
        return _drawn(request, use, shown, form, refused.reason)
    return RedirectResponse(f"/cases/{number}", 303)


def _drawn(request: Request, use: Parts, shown: DoubtShown, form: Form, why: str) -> Response:
    file = use.files.case(shown.case.id)
    assert file
    return page(
        request,
        use,
        "case.html",
        status=409 if why else 200,
        shown=shown,
        file=file,
        spots=use.files.spots() if "write" in file.actions and not shown.case.closed_ms else [],
        news=use.read.life(file.barcode)[:NEWS_LIMIT] if file.barcode else [],
        form=form,
        key=new_key(),
        why=why,
    )


def place_of(choice: str) -> dict[str, object]:
    """Return the place that a choice names: compartment:bc01:2, shelf:lib01, transit."""
    place, _colon, more = choice.partition(":")
    name, _colon, door = more.partition(":")
    if place == "compartment":
        return {"place": place, "device": name, "door": int(door) if door.isdecimal() else 0}
    return {"place": place, "site": name} if place == "shelf" else {"place": place}
