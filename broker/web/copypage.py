"""The page of a copy: where it is, its life, and what staff who hold it, or miss it, say of it."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from broker.desk.desk import Desk, DeskRefused
from broker.desk.requests import Answer
from broker.ledger import words
from broker.web.casepage import place_of
from broker.web.draw import language, page
from broker.web.forms import Fields, Form, new_key
from broker.web.parts import Parts, Use
from broker.web.rights import Actor

router = APIRouter(include_in_schema=False)

# What the page offers; each can be taken back by another one.
DECLARED = ("lost", "found", "damaged", "repaired")


@router.get("/copies/{barcode}")
def copy(barcode: str, request: Request, use: Use) -> Response:
    return _drawn(barcode, request, use, {}, "")


@router.post("/copies/{barcode}")
def act(barcode: str, request: Request, use: Use, actor: Actor, form: Fields) -> Response:
    """Take the form.  A redirect brings the browser back, so a reload sends nothing again."""
    tag, act = use.files.tag(barcode), form.get("act", "")
    body: dict[str, object] = {"tag": tag, "reason": form.get("reason", "").strip()}
    if act == "write":
        kind, said = "moved", body | place_of(form.get("place", ""))
    else:
        kind, said = "declared", body | {"what": act if act in DECLARED else ""}

    def say(desk: Desk, now_ms: int) -> Answer:
        return desk.say(kind, said, now_ms=now_ms, actor=actor, key=form.get("key", ""))

    try:
        use.at_desk(say)
    except DeskRefused as refused:
        return _drawn(barcode, request, use, form, refused.reason)
    return RedirectResponse(request.url.path, 303)


def _drawn(barcode: str, request: Request, use: Parts, form: Form, why: str) -> Response:
    found = use.read.copy(barcode)
    if found is None:
        return page(request, use, "nothing.html", status=404)
    return page(
        request,
        use,
        "copy.html",
        status=409 if why else 200,
        copy=found,
        place=words.place(use.read.where(barcode), language(request)),
        news=use.read.life(barcode),
        doubts=[d for d in use.read.doubts("open") if d.case.barcode == barcode],
        spots=use.files.spots() if request.state.who.may("shelve") else [],
        declared=DECLARED,
        form=form,
        key=new_key(),
        why=why,
    )
