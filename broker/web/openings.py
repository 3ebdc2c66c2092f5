"""Opening from afar for a reader, over HTTP and as a page: one of staff asks, another approves."""

from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from broker.ledger.views import record
from broker.ledger.words import masked
from broker.staff import openings
from broker.staff.office import Who
from broker.staff.openings import REASON_SIZE_MAX, WINDOW_MS, OpeningRefused, Openings
from broker.web import stafftexts
from broker.web.desk import RESPONSES
from broker.web.draw import language, page
from broker.web.forms import Fields, Form
from broker.web.parts import Parts, Use
from broker.web.problem import Problem
from broker.web.rights import Asking
from broker.web.signin import words

router = APIRouter()
T = TypeVar("T")

Number = Annotated[int, Path(alias="id", ge=1, description="the request's number")]


class Wish(BaseModel):
    """Which door, for whom, and why."""

    door: int = Field(ge=1, description="the compartment")
    card: str = Field(min_length=1, max_length=40, description="the reader's card")
    reason: str = Field(min_length=1, max_length=REASON_SIZE_MAX, description="why")


class Asked(BaseModel):
    """It waits ten minutes for somebody else's approval."""

    id: int = Field(description="the request's number")


@record
class Opening:
    """A door that was to be opened from afar for a reader."""

    id: int
    """the request's number"""
    device: str
    """the machine"""
    door: int
    """the compartment"""
    card: str
    """the reader's card, masked"""
    reason: str
    """why"""
    asked_by: str
    """who asked"""
    asked_ms: int
    """when"""
    state: str
    """asked, sent or refused"""
    decided_by: str
    """who approved or refused; empty when it lapsed"""


@router.get("/v1/openings", summary="Openings from afar, newest first")
def listed(request: Request) -> list[Opening]:
    return [_shown(found) for found in _openings(request).listed()]


@router.post("/v1/machines/{device}/openings", summary="Ask that a door is opened for a reader",
             status_code=202, responses=RESPONSES)  # fmt: skip
def ask(device: str, wish: Wish, who: Asking, request: Request) -> Asked:
    _be_a_person(who)
    asked = _openings(request)
    return Asked(id=_told(lambda: asked.ask(device, wish.door, wish.card, wish.reason, who.name)))


@router.post("/v1/openings/{id}/approve", summary="Open the door that another one asked for",
             responses=RESPONSES)  # fmt: skip
def approve(number: Number, who: Asking, request: Request) -> Opening:
    _be_a_person(who)
    return _shown(_told(lambda: _openings(request).approve(number, who.name)))


@router.post("/v1/openings/{id}/refuse", summary="Say no", responses=RESPONSES)
def refuse(number: Number, who: Asking, request: Request) -> Opening:
    _be_a_person(who)
    return _shown(_told(lambda: _openings(request).refuse(number, who.name)))


@router.get("/openings", include_in_schema=False)
def openings_page(request: Request, use: Use) -> Response:
    return _drawn(request, use, {}, "")


@router.post("/openings", include_in_schema=False)
def act(request: Request, use: Use, who: Asking, form: Fields) -> Response:
    """Take a request, an approval or a refusal.  A redirect brings the browser back."""
    doors, number = _openings(request), _number(form.get("id", ""))
    device, _slash, door = form.get("door", "").partition("/")
    card, reason = form.get("card", "").strip().upper(), form.get("reason", "").strip()
    acts: dict[str, Callable[[], object]] = {
        "ask": lambda: doors.ask(device, _number(door), card, reason, who.name),
        "approve": lambda: doors.approve(number, who.name),
        "refuse": lambda: doors.refuse(number, who.name),
    }
    try:
        if not who.is_person:
            raise OpeningRefused("no_person")
        acts[form.get("act", "ask")]()
    except OpeningRefused as refused:
        return _drawn(request, use, form, str(refused))
    except KeyError:
        return _drawn(request, use, form, "unknown_opening")
    return RedirectResponse("/openings", 303)


def _drawn(request: Request, use: Parts, form: Form, why: str) -> Response:
    speech = language(request)
    return page(
        request,
        use,
        "openings.html",
        status=409 if why else 200,
        s=words(request),
        openings=[_shown(found) for found in _openings(request).listed()],
        machines=[machine for machine in use.read.machines() if machine.doors],
        minutes=WINDOW_MS // 60_000,
        form=form,
        why=stafftexts.refusal(why, speech) if why else "",
    )


def _openings(request: Request) -> Openings:
    found: Openings = request.app.state.openings
    return found


def _shown(found: openings.Opening) -> Opening:
    return Opening(
        found.id,
        found.device,
        found.door,
        masked(found.card),
        found.reason,
        found.asked_by,
        found.asked_ms,
        found.state,
        found.decided_by,
    )


def _be_a_person(who: Who) -> None:
    if not who.is_person:
        raise Problem("opening_refused", openings.why("no_person"))


def _told(run: Callable[[], T]) -> T:
    try:
        return run()
    except OpeningRefused as refused:
        raise Problem("opening_refused", openings.why(str(refused))) from refused


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
