"""The HTTP API's dry run: what a reader would be answered, and by which lines."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request

from broker.circulation import days
from broker.ledger.trial import Decision, NotKnown, Question, Trial
from broker.web.problem import Problem

router = APIRouter(prefix="/v1")

PROBLEM = {"content": {"application/problem+json": {}}, "description": "what, why, what to do"}
BARCODES_MAX = 40
Op = Literal["open", "lend", "return", "account", "renew", "hold", "unhold", "about"]


@router.get("/decide", summary="What would be answered, and by which rules; nothing is changed",
            responses={404: PROBLEM, 422: PROBLEM})  # fmt: skip
def decide(
    request: Request,
    at: Annotated[str, Query(description="a machine (kx01), or a site and channel (lib01/desk)")],
    op: Annotated[Op, Query(description="what is asked")] = "lend",
    card: Annotated[str, Query(description="who asks; empty for nobody")] = "",
    barcode: Annotated[
        list[str], Query(max_length=BARCODES_MAX, description="which copies; may be repeated")
    ] = [],  # noqa: B006  FastAPI copies it
    day: Annotated[str, Query(description="on which day, 2020-06-01; today without it")] = "",
) -> Decision:
    """The ledger as it is now, asked by the rules and the calendar of the day."""
    trial: Trial = request.app.state.trial
    try:
        on = days.parse(day) if day else trial.today()
    except ValueError:
        raise Problem("wrong_value", f"day: {day!r} is no day like 2020-06-01") from None
    try:
        return trial.decide(Question(op, card, tuple(barcode), at, on))
    except NotKnown as unknown:
        raise Problem(f"unknown_{unknown.kind}", unknown.name) from None
