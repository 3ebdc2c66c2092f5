"""The service's own duties: at which times each is done, and how it ended last."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from broker import minder
from broker.ledger.views import record
from broker.web.draw import page
from broker.web.parts import Use
from broker.web.signin import staff_of, words

router = APIRouter()


@record
class Duty:
    """What the service does by itself."""

    name: str
    """its name"""
    at: str
    """when: a local time, or minutes between two turns (every 5)"""
    begun_ms: int
    """when it was begun last; 0 for never"""
    ended_ms: int
    """when it ended; 0 while it is under way, or when the service died meanwhile"""
    ok: bool
    """whether it went well"""
    outcome: str
    """what it did, or what went wrong"""


@router.get("/v1/duties", summary="What the service does by itself, and how it went")
def duties(request: Request) -> list[Duty]:
    return [Duty(*found) for found in staff_of(request).do(minder.last)]


@router.get("/duties", include_in_schema=False)
def duties_page(request: Request, use: Use) -> Response:
    return page(request, use, "duties.html", s=words(request), duties=duties(request))
