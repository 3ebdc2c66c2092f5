"""The HTTP API of holds: who waits for what, what is kept for whom, what is to be carried."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, Field

from broker.desk.requests import Answer
from broker.holds.hatch import Hatch
from broker.holds.holds import Refused
from broker.ledger.views import record
from broker.web.desk import RESPONSES, Key
from broker.web.problem import Problem

router = APIRouter(prefix="/v1")

Number = Annotated[int, Path(alias="id", ge=1, description="the hold's number")]
Card = Annotated[str, Query(max_length=40, description="only this reader's; empty for all")]
Title = Annotated[str, Query(max_length=80, description="only of this title; empty for all")]


class Wish(BaseModel):
    """Who waits for what, and where it will be fetched."""

    card: str = Field(min_length=1, max_length=40, description="the reader's card")
    title: str = Field(min_length=1, max_length=80, description="the title's number")
    pickup: str = Field(
        min_length=1, max_length=40, description="a machine with compartments, or a site"
    )


class Pause(BaseModel):
    """Until when a hold is passed over."""

    until: int = Field(ge=0, description="the last day of it, yyyymmdd; 0 ends it at once")


class Placed(BaseModel):
    """It is done."""

    hold: int = Field(description="the hold's number")


@record
class Hold:
    """A hold that waits, or whose copy is kept."""

    id: int
    """its number"""
    card: str
    """the reader's card; empty when the person was erased"""
    title: str
    """the title's number"""
    name: str
    """the title"""
    pickup: str
    """the machine or site where it will be fetched"""
    state: str
    """waiting or ready"""
    position: int
    """its place in the queue, from 1; 0 when it is ready"""
    suspended_until: int
    """passed over to the end of this day; 0 for not"""
    placed_ms: int
    """since when the reader waits"""
    barcode: str
    """the copy that is kept; empty while it waits"""
    last_day: int
    """the last day on which it is kept; 0 while it waits"""


@record
class Transfer:
    """A copy that should be carried to where somebody waits for it."""

    barcode: str
    """the copy"""
    name: str
    """its title"""
    device: str
    """the bookcase that holds it; empty for a shelf"""
    door: int
    """the compartment; 0 for a shelf"""
    site: str
    """the site where it is"""
    pickup: str
    """the machine or site where it will be fetched"""


async def _hatch(request: Request) -> Hatch:
    hatch: Hatch = request.app.state.holds
    return hatch


Use = Annotated[Hatch, Depends(_hatch)]


@router.get("/holds", summary="Who waits for what, by title and place in the queue")
def listed(use: Use, card: Card = "", title: Title = "") -> list[Hold]:
    return [Hold(**line._asdict()) for line in use.listed(card=card, title=title)]


@router.get("/transfers", summary="What should be carried to where somebody waits for it")
def transfers(use: Use) -> list[Transfer]:
    return [Transfer(**line._asdict()) for line in use.carried()]


@router.post("/holds", summary="Let a reader wait", status_code=201, responses=RESPONSES)
def place(wish: Wish, key: Key, use: Use) -> Placed:
    return _done(lambda: use.place(wish.card, wish.title, wish.pickup, key))


@router.delete("/holds/{id}", summary="Take a hold back", responses=RESPONSES)
def cancel(number: Number, key: Key, use: Use) -> Placed:
    return _done(lambda: use.cancel(number, key))


@router.post("/holds/{id}/pause", summary="Pass a hold over for a time", responses=RESPONSES)
def pause(number: Number, pause: Pause, key: Key, use: Use) -> Placed:
    return _done(lambda: use.suspend(number, pause.until, key))


def _done(run: Callable[[], Answer]) -> Placed:
    try:
        return Placed(hold=run()["hold"])
    except Refused as refused:
        raise Problem(refused.reason, refused.detail) from refused
