"""Restock rounds over HTTP, and as the pages that a shelver has on the phone."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from broker.desk.desk import Desk, DeskRefused
from broker.desk.requests import Answer, once
from broker.restock import asked, rounds, texts
from broker.restock.rounds import Round
from broker.web import refusals
from broker.web.desk import Key
from broker.web.draw import language, page
from broker.web.forms import AllFields, Fields, new_key
from broker.web.parts import DeskJob, Parts, Use
from broker.web.problem import Problem
from broker.web.rights import Actor

router = APIRouter()

PROBLEM = {"content": {"application/problem+json": {}}, "description": "what, why, what to do"}
RESPONSES: dict[int | str, dict[str, Any]] = {404: PROBLEM, 409: PROBLEM, 422: PROBLEM}
Number = Annotated[int, Path(alias="id", ge=1, description="the round's number")]


class Begin(BaseModel):
    """A round from a site's shelves to bookcases."""

    bag: str = Field(min_length=1, max_length=rounds.NAME_SIZE_MAX, description="its name")
    kind: str = Field(default="bag", pattern="^(bag|van)$", description="bag or van")
    site: str = Field(description="where it is loaded")
    devices: list[str] = Field(min_length=1, description="the bookcases")


class Scan(BaseModel):
    """A copy that goes into the bag, or out of it onto a site's shelf."""

    barcode: str = Field(max_length=40, description="of the copy")
    site: str = Field(default="", description="of the shelf, to unload")


@router.get("/v1/restock/{site}", summary="What every bookcase wants from a site's shelves")
def wishes(site: str, use: Use) -> list[dict[str, Any]]:
    now_ms = use.now_ms()
    found = asked.rows_of(use.read.engine, lambda rows: asked.wishes(rows, site, now_ms))
    return [_plain(wish) for wish in found]


@router.get("/v1/rounds/{id}", summary="A round: planned, loaded, placed", responses=RESPONSES)
def round_(number: Number, use: Use) -> dict[str, Any]:
    return _told(_round(use, number))


@router.post("/v1/rounds", summary="Begin a round", status_code=201, responses=RESPONSES)
def begin(asks: Begin, actor: Actor, key: Key, use: Use) -> dict[str, Any]:
    return _done(use, lambda desk, now_ms: _begin(desk, asks, actor, now_ms, key))


@router.post("/v1/rounds/{id}/load", summary="A copy goes into the bag", responses=RESPONSES)
def load(number: Number, scan: Scan, actor: Actor, key: Key, use: Use) -> dict[str, Any]:
    said = {"actor": actor, "key": key}
    return _done(
        use,
        lambda desk, now_ms: rounds.load(
            desk.db, desk, number, scan.barcode, now_ms=now_ms, **said
        ),
    )


@router.post("/v1/rounds/{id}/unload", summary="A copy goes onto a shelf", responses=RESPONSES)
def unload(number: Number, scan: Scan, actor: Actor, key: Key, use: Use) -> dict[str, Any]:
    said = {"actor": actor, "key": key}
    return _done(
        use,
        lambda desk, now_ms: rounds.unload(
            desk.db, desk, number, scan.barcode, scan.site, now_ms=now_ms, **said
        ),
    )


@router.post("/v1/rounds/{id}/close", summary="End a round", responses=RESPONSES)
def close(number: Number, key: Key, use: Use) -> dict[str, Any]:
    return _done(use, lambda desk, now_ms: _close(desk, number, now_ms, key))


@router.get("/restock", include_in_schema=False)
def restock_page(request: Request, use: Use, site: str = "") -> Response:
    return _overview(request, use, site, "")


@router.post("/restock", include_in_schema=False)
def begin_page(request: Request, use: Use, actor: Actor, pairs: AllFields) -> Response:
    form = dict(pairs)
    devices = [value for name, value in pairs if name == "device"]
    key = form.get("key", "")
    try:
        asks = Begin(bag=form.get("bag", "").strip(), kind="bag", site=form.get("site", ""),
                     devices=devices)  # fmt: skip
        made = use.at_desk(lambda desk, now_ms: _begin(desk, asks, actor, now_ms, key))
    except ValueError:
        why = texts.say("no_name", language(request))
        return _overview(request, use, form.get("site", ""), why)
    except DeskRefused as refused:
        why = refusals.say(refused.detail, language(request))
        return _overview(request, use, form.get("site", ""), why)
    return RedirectResponse(f"/restock/{made['round']}", 303)


@router.get("/restock/{id}", include_in_schema=False)
def round_page(number: Number, request: Request, use: Use) -> Response:
    return _drawn(request, use, number, "")


@router.post("/restock/{id}", include_in_schema=False)
def act(number: Number, request: Request, use: Use, actor: Actor, form: Fields) -> Response:
    """Take a scan or the end of the round, then show it again."""
    barcode, key = form.get("barcode", "").strip().upper(), form.get("key", "")
    jobs: dict[str, DeskJob] = {
        "load": lambda desk, now_ms: rounds.load(
            desk.db, desk, number, barcode, actor=actor, now_ms=now_ms, key=key
        ),
        "unload": lambda desk, now_ms: rounds.unload(
            desk.db, desk, number, barcode, form.get("site", ""), actor=actor, now_ms=now_ms,
            key=key,
        ),
        "close": lambda desk, now_ms: _close(desk, number, now_ms, key),
    }  # fmt: skip
    job = jobs.get(form.get("action", ""))
    if job is None:
        return _drawn(request, use, number, texts.say("no_action", language(request)))
    try:
        use.at_desk(job)
    except DeskRefused as refused:
        why = refusals.say(refused.detail or refused.reason, language(request))
        return _drawn(request, use, number, why)
    return RedirectResponse(f"/restock/{number}", 303)


def _begin(desk: Desk, asks: Begin, actor: str, now_ms: int, key: str) -> Answer:
    def run() -> Answer:
        number = rounds.begin(
            desk.db, name=asks.bag, kind=asks.kind, site=asks.site, devices=asks.devices,
            actor=actor, now_ms=now_ms,
        )  # fmt: skip
        return {"round": number}

    return once(desk.db, key, ["round", asks.model_dump(), actor], now_ms, run)


def _close(desk: Desk, number: int, now_ms: int, key: str) -> Answer:
    def run() -> Answer:
        rounds.close(desk.db, number, now_ms)
        return {"round": number}

    return once(desk.db, key, ["close", number], now_ms, run)


def _done(use: Parts, job: DeskJob) -> dict[str, Any]:
    try:
        return use.at_desk(job)
    except DeskRefused as refused:
        known = {"unknown_tag": "unknown_copy", "unknown_word": "wrong_value"}
        raise Problem(known.get(refused.reason, refused.reason), refused.detail) from refused


def _round(use: Parts, number: int) -> Round:
    try:
        found: Round = asked.rows_of(use.read.engine, lambda rows: rounds.read_one(rows, number))
    except rounds.RoundRefused as refused:
        raise Problem("not_found", refused.detail) from None
    return found


def _overview(request: Request, use: Parts, site: str, why: str) -> Response:
    now_ms = use.now_ms()
    engine = use.read.engine
    branches = asked.rows_of(engine, asked.branches)
    chosen = site or (branches[0].site if branches else "")
    return page(
        request,
        use,
        "restock.html",
        w=_words(language(request)),
        branches=branches,
        chosen=chosen,
        wishes=asked.rows_of(engine, lambda rows: asked.wishes(rows, chosen, now_ms)),
        rounds=asked.rows_of(engine, rounds.read_newest),
        key=new_key(),
        why=why,
    )


def _drawn(request: Request, use: Parts, number: int, why: str) -> Response:
    try:
        found = _round(use, number)
    except Problem:
        return page(request, use, "nothing.html", status=404)
    return page(
        request,
        use,
        "round.html",
        w=_words(language(request)),
        round=found,
        branches=asked.rows_of(use.read.engine, asked.branches),
        key=new_key(),
        why=why,
    )


def _words(speech: str) -> Callable[..., str]:
    return lambda key, **values: texts.say(key, speech, **values)


def _plain(wish: asked.Wish) -> dict[str, Any]:
    told = wish._asdict()
    told["place"] = wish.place._asdict()
    told["near"] = wish.near.device if wish.near else ""
    return told


def _told(found: Round) -> dict[str, Any]:
    return found._asdict() | {"picks": [pick._asdict() for pick in found.picks]}
