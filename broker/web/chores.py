"""The HTTP API of what is done to the whole ledger: months, dark hours, history, the ranking."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, Field

from broker import chores, lengthy
from broker.chores import Chore, Now
from broker.desk import requests
from broker.desk.requests import Answer
from broker.reports.closing import NotClosed
from broker.web import going
from broker.web.desk import RESPONSES, Key
from broker.web.parts import Parts, Use
from broker.web.problem import Problem
from broker.web.rights import Actor
from broker.web.signin import staff_of

router = APIRouter(prefix="/v1")

Month = Annotated[int, Path(ge=200001, le=999912, description="yyyymm")]


class Closing(BaseModel):
    """Whether a month is published although machines may still tell of it."""

    anyway: bool = Field(default=False, description="although something is missing")


class Closed(BaseModel):
    """The month is published."""

    month: int = Field(description="yyyymm")
    waiting: list[str] = Field(description="what was not known of it, in words")


class Corrected(BaseModel):
    """What came late is booked."""

    corrected: dict[str, int] = Field(description="by closed month, how many cells changed")


class Retiring(BaseModel):
    """Until when history is detached from its readers."""

    before: int = Field(ge=20000101, le=99991231, description="yyyymmdd: what ended before it")


class Retired(BaseModel):
    """History is detached."""

    detached: int = Field(description="readers that were")
    waiting: int = Field(description="readers with something open: they wait")
    kept: int = Field(description="readers who agreed that it is kept")
    notices: int = Field(description="notices that are forgotten")
    bodies: int = Field(description="records whose bodies are forgotten")


class Dark(BaseModel):
    """When a place has no power."""

    hours: str = Field(pattern=r"^\d\d:\d\d-\d\d:\d\d$", description="as 22:00-07:00")


class Darkened(Dark):
    """Its machines are not expected then."""

    site: str = Field(description="the place")


@router.post("/reports/months/{month}", summary="Publish a month", responses=RESPONSES)
def close(
    month: Month, said: Closing, use: Use, request: Request, actor: Actor, key: Key
) -> Closed:
    chore = chores.close_month(month, anyway=said.anyway)
    return Closed(**_done(request, use, chore, actor, key, ["close", month, said.anyway]))


@router.post("/reports/corrections", summary="Book what came late", responses=RESPONSES)
def correct(use: Use, request: Request, actor: Actor, key: Key) -> Corrected:
    return Corrected(**_done(request, use, chores.correct_months, actor, key, ["correct"]))


@router.post("/retirements", summary="Detach history from readers", responses=RESPONSES)
def retire(said: Retiring, use: Use, request: Request, actor: Actor, key: Key) -> Retired:
    chore = chores.retire(said.before)
    return Retired(**_done(request, use, chore, actor, key, ["retire", said.before]))


@router.put("/sites/{site}/dark-hours", summary="When a place is dark", responses=RESPONSES)
def darken(
    site: Annotated[str, Path(max_length=40, description="the place")],
    said: Dark,
    use: Use,
    request: Request,
    actor: Actor,
    key: Key,
) -> Darkened:
    chore = chores.darken(site, said.hours)
    return Darkened(**_done(request, use, chore, actor, key, ["dark", site, said.hours]))


@router.post("/ranking", summary="Order the titles anew", response_class=Response,
             responses=going.RESPONSES)  # fmt: skip
def rank(request: Request) -> Response:
    """Lines of JSON come as it goes on: `done` of `total` titles, how many `moved`."""
    return going.on(request, lengthy.rank)


def _done(
    request: Request, use: Parts, chore: Chore, actor: str, key: str, asked: list[object]
) -> Answer:
    now = Now(use.now_ms(), use.timezone, actor)
    try:
        return staff_of(request).do(
            lambda db: requests.once(db, key, asked, now.ms, lambda: chore(db, now))
        )
    except requests.KeyReused as error:
        raise Problem("key_reused", str(error)) from error
    except NotClosed as error:
        raise Problem("not_closed", str(error)) from error
    except ValueError as error:
        raise Problem("wrong_value", str(error)) from error
