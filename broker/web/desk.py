"""The HTTP API of the desk: staff settle cases and say what they know of copies."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path
from pydantic import BaseModel, Field

from broker.desk.desk import DeskRefused
from broker.desk.requests import KEY_SIZE_MAX, Answer
from broker.ledger import views
from broker.web.parts import AtDesk, DeskJob, Use
from broker.web.problem import Problem
from broker.web.rights import Actor

router = APIRouter(prefix="/v1")

PROBLEM = {"content": {"application/problem+json": {}}, "description": "what, why, what to do"}
RESPONSES: dict[int | str, dict[str, Any]] = {404: PROBLEM, 409: PROBLEM, 422: PROBLEM}
# What the desk's refusals are called among the API's problems.
PROBLEMS = {"unknown_tag": "unknown_copy", "unknown_reader": "unknown_card",
            "unknown_word": "wrong_value", "too_long": "wrong_value"}  # fmt: skip

Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=KEY_SIZE_MAX,
        description="made by the caller, new for each request; told again, it is answered again",
    ),
]
Case = Annotated[int, Path(alias="id", ge=1, description="the case's number")]


class Place(BaseModel):
    """Where a copy is."""

    place: Literal["compartment", "shelf", "transit", "unknown"] = Field(
        description="in a compartment, on a shelf, with staff, or nobody knows"
    )
    device: str = Field(default="", description="the machine, of a compartment")
    door: int = Field(default=0, ge=0, description="the compartment's number")
    site: str = Field(default="", description="the site, of a shelf")


class Word(BaseModel):
    """Why it is said."""

    reason: str = Field(min_length=1, max_length=600, description="why, at most 600 bytes")


class Settlement(Word):
    """What staff do with a case."""

    place: Place | None = Field(default=None, description="where the copy is, to `write`")


class Declaration(Word):
    """What staff know of a copy."""

    what: Literal["lost", "found", "damaged", "repaired", "claimed", "withdrawn", "disinfect"] = (
        Field(description="a word of the desk's declarations")
    )
    until_ms: int = Field(default=0, ge=0, description="until when it is in disinfection")


class Whereabouts(Word, Place):
    """Where staff found a copy."""


class Said(BaseModel):
    """It is in the ledger."""

    fact: int = Field(description="the number of the fact that says it")


@router.get("/cases/{id}", summary="A case", responses={404: PROBLEM})
def case(number: Case, use: Use) -> views.Case:
    found = use.read.case(number)
    if found is None:
        raise Problem("unknown_case", str(number))
    return found


@router.post("/cases/{id}/{action}", summary="Settle a case", responses=RESPONSES)
def settle(
    number: Case,
    action: Annotated[
        Literal["accept", "reverse", "waive", "write"], Path(description="what is done")
    ],
    settlement: Settlement,
    actor: Actor,
    key: Key,
    use: Use,
) -> Said:
    place = settlement.place.model_dump() if settlement.place else None
    said = {"reason": settlement.reason, "actor": actor}
    return said_at(
        use.at_desk,
        lambda desk, now_ms: desk.settle(
            number, action, **said, now_ms=now_ms, place=place, key=key
        ),
    )


@router.post("/copies/{barcode}/declarations", summary="Say what a copy is", responses=RESPONSES)
def declare(barcode: str, declared: Declaration, actor: Actor, key: Key, use: Use) -> Said:
    body = declared.model_dump() | {"tag": _tag(use.files.tag(barcode), barcode)}
    return said_at(
        use.at_desk,
        lambda desk, now_ms: desk.say("declared", body, now_ms=now_ms, actor=actor, key=key),
    )


@router.post("/copies/{barcode}/place", summary="Say where a copy is", responses=RESPONSES)
def write(barcode: str, where: Whereabouts, actor: Actor, key: Key, use: Use) -> Said:
    body = where.model_dump() | {"tag": _tag(use.files.tag(barcode), barcode)}
    return said_at(
        use.at_desk,
        lambda desk, now_ms: desk.say("moved", body, now_ms=now_ms, actor=actor, key=key),
    )


def _tag(tag: str, barcode: str) -> str:
    if not tag:
        raise Problem("unknown_copy", barcode)
    return tag


def said_at(at_desk: AtDesk, run: DeskJob) -> Said:
    """Say something at the desk, and say what is wrong as the API does."""
    try:
        answer: Answer = at_desk(run)
    except DeskRefused as refused:
        name = PROBLEMS.get(refused.reason, refused.reason)
        raise Problem(name, refused.detail) from refused
    return Said(fact=answer["fact"])
