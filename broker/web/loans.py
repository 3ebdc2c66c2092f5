"""A reader's loans at the desk, over HTTP: renewed, or said not to be with the reader."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from bookcase_fw import wire
from broker.desk.desk import DeskRefused
from broker.desk.requests import Answer
from broker.ledger.views import record
from broker.web.desk import RESPONSES, Key, Said, said_at
from broker.web.parts import Parts, Use
from broker.web.problem import Problem
from broker.web.rights import Actor

router = APIRouter(prefix="/v1")

Card = Annotated[str, Path(max_length=40, description="the reader's card")]
BARCODES_MAX = 40
# How a claim begins in the ledger, before the words of whoever took it down.
CLAIMS = {"returned": "brought back", "not_mine": "never taken"}


class Renewing(BaseModel):
    """Which loans are renewed."""

    barcodes: list[str] = Field(
        default=[], max_length=BARCODES_MAX, description="of copies; empty for all on loan"
    )


class Claiming(BaseModel):
    """What a reader says of a loan: the overdue clock stops and a case is opened."""

    barcode: str = Field(min_length=1, max_length=40, description="of the copy")
    what: Literal["returned", "not_mine"] = Field(
        description="it was brought back, or this reader never took it"
    )
    reason: str = Field(default="", max_length=150, description="in the words of whoever asks")


@record
class Renewal:
    """What was said of one loan."""

    barcode: str
    """the copy"""
    ok: bool
    """whether it is renewed"""
    due: int
    """when it is due now"""
    why: str
    """why not, a word of wire.REASONS; empty when it is renewed"""
    line: str
    """the rule line that decided"""


@router.post("/readers/{card}/renewals", summary="Renew loans", responses=RESPONSES)
def renew(card: Card, said: Renewing, actor: Actor, key: Key, use: Use) -> list[Renewal]:
    return [
        Renewal(book["barcode"], book["ok"], book["due"], book["why"], book.get("line", ""))
        for book in renewed(use, card, said.barcodes, actor, key)
    ]


@router.post("/readers/{card}/claims", summary="Not with the reader", responses=RESPONSES)
def claim(card: Card, said: Claiming, actor: Actor, key: Key, use: Use) -> Said:
    return claimed(use, card, said, actor, key)


def renewed(use: Parts, card: str, barcodes: list[str], actor: str, key: str) -> list[Answer]:
    """Renew, and return what is said of each copy (wire.BOOK)."""
    reader = use.files.reader(card)
    if not reader:
        raise Problem("unknown_card", card)
    tags = [_tag(use, barcode) for barcode in barcodes]
    try:
        answer = use.at_desk(
            lambda desk, now_ms: desk.renew(reader, tags, now_ms=now_ms, actor=actor, key=key)
        )
    except DeskRefused as refused:
        raise Problem(refused.reason, refused.detail) from refused
    books: list[Answer] = answer.get("books", [])
    if not answer["ok"] and not books:
        raise Problem("not_possible", meaning(answer["why"]))
    return books


def claimed(use: Parts, card: str, said: Claiming, actor: str, key: str) -> Said:
    """Write a claim down; Problem when the copy is not on loan to this reader."""
    if not use.files.has_on_loan(card, said.barcode):
        raise Problem("not_possible", f"{said.barcode} is not on loan to {card}")
    reason = ": ".join(word for word in (CLAIMS[said.what], said.reason.strip()) if word)
    body = {"tag": _tag(use, said.barcode), "what": "claimed", "reason": reason}
    return said_at(
        use.at_desk,
        lambda desk, now_ms: desk.say("declared", body, now_ms=now_ms, actor=actor, key=key),
    )


def meaning(word: str) -> str:
    """Return what a reason of a refusal means."""
    return dict(wire.REASONS).get(word, word)


def _tag(use: Parts, barcode: str) -> str:
    tag = use.files.tag(barcode)
    if not tag:
        raise Problem("unknown_copy", barcode)
    return tag
