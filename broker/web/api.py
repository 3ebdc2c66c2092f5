"""The HTTP API, version 1: what machines hold and did, for programs.  Every answer is JSON."""

from typing import Annotated, Literal

from fastapi import APIRouter, Header, Path, Query, Request, Response
from pydantic import BaseModel, Field

from bookcase_fw import wire
from broker.fleet import ordered
from broker.ledger import views
from broker.web.parts import Parts, Refused, Use
from broker.web.pictures import SIZE_MAX
from broker.web.problem import Problem
from broker.web.rights import Actor

router = APIRouter(prefix="/v1")

LIMIT_MAX = 500
REASON_SIZE_MAX = 200
PROBLEM = {"content": {"application/problem+json": {}}, "description": "what, why, what to do"}
Device = Annotated[str, Path(description="the machine's name, such as bc01")]


class Order(BaseModel):
    """What staff want a machine to do."""

    op: Literal["open", "count", "restart"] = Field(description="what to do")
    door: int = Field(default=0, ge=0, description="the compartment; 0 for none or all")
    reason: str = Field(
        default="", max_length=REASON_SIZE_MAX, description="why; a restart wants one"
    )


class Sent(BaseModel):
    """The order is on its way; its outcome will be a fact of the machine."""

    id: str = Field(description="the order's id")


@views.record
class Ordered:
    """What a machine was told, and what came of it."""

    id: str
    """the order's id"""
    op: str
    """what it was to do: a word of the machine's orders"""
    door: int
    """the compartment; 0 for none or all"""
    actor: str
    """who told it"""
    reason: str
    """why"""
    sent_ms: int
    """when it was sent"""
    state: str
    """sent, silent (no answer came), done or failed"""
    why: str
    """why it failed; a word of the machine's refusals"""
    done_ms: int
    """when it was done or refused; 0 before"""


@router.get("/machines", summary="All machines")
def machines(use: Use) -> list[views.Machine]:
    return use.read.machines()


@router.get("/machines/{device}/copies", summary="What is inside", responses={404: PROBLEM})
def inside(device: Device, use: Use) -> list[views.Inside]:
    known(use, device)
    return use.read.inside(device)


@router.post("/machines/{device}/orders", summary="Tell a machine", status_code=202,
             responses={404: PROBLEM, 409: PROBLEM})  # fmt: skip
def order(device: Device, order: Order, use: Use, actor: Actor) -> Sent:
    machine = known(use, device)
    door_count = len(machine.doors)
    if order.door > door_count or (order.op == "open" and order.door == 0):
        raise Problem("wrong_value", f"door: {device} has doors 1 to {door_count}")
    if order.op == "restart" and not order.reason.strip():
        raise Problem("no_reason", "why is it restarted?")
    if not machine.served:
        raise Problem("away", device)
    try:
        reason = order.reason.strip()
        return Sent(id=use.send_order(device, order.op, order.door, actor, reason))
    except Refused as refused:
        meaning = dict(wire.REASONS).get(refused.reason, "")
        raise Problem("refused", f"{refused.reason}: {meaning}") from refused


@router.get("/machines/{device}/orders", summary="What it was told last, newest first",
            responses={404: PROBLEM})  # fmt: skip
def orders(device: Device, use: Use) -> list[Ordered]:
    known(use, device)
    told = ordered.newest(use.read.engine, device, use.now_ms())
    return [Ordered(**found._asdict()) for found in told]


@router.get("/machines/{device}/picture", summary="The screen's newest picture, a PNG",
            response_class=Response, responses={200: {"content": {"image/png": {}}}})  # fmt: skip
def picture(device: Device, use: Use) -> Response:
    newest = use.pictures.newest(device)
    if newest is None:
        raise Problem("no_picture", device)
    return Response(newest[1], media_type="image/png")


@router.put("/machines/{device}/picture", summary="A machine shows its screen", status_code=204)
async def put_picture(
    device: Device,
    request: Request,
    use: Use,
    x_time_ms: Annotated[int, Header(description="when it was taken, ms since 1970 UTC")],
    x_signature: Annotated[str, Header(description="hexadecimal HMAC-SHA256 of time, \\n, body")],
) -> None:
    """The body is a PNG of at most 1 MiB; the device's own key signs it, no token is needed."""
    body = await _body(request)
    use.pictures.put(device, body=body, at_ms=x_time_ms, signature=x_signature, now_ms=use.now_ms())
    use.hub.publish("picture", {"device": device})


@router.get("/movements", summary="Copies that went from one holder to another, newest first")
def movements(
    use: Use,
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX, description="how many at most")] = 50,
    before: Annotated[int, Query(ge=0, description="only ids below this; 0 for the newest")] = 0,
) -> list[views.Movement]:
    return use.read.movements(limit=limit, before=before)


@router.get("/cases", summary="What staff should look at, newest first")
def cases(
    use: Use,
    state: Annotated[Literal["open", "closed"], Query(description="which")] = "open",
) -> list[views.Case]:
    return use.read.cases(state)


@router.get("/copies/{barcode}", summary="A copy and its life", responses={404: PROBLEM})
def copy(barcode: str, use: Use) -> views.Copy:
    found = use.read.copy(barcode)
    if found is None:
        raise Problem("unknown_copy", barcode)
    return found


@router.get("/readers/{card}", summary="A reader's loans", responses={404: PROBLEM})
def reader(card: str, use: Use) -> views.ReaderAccount:
    found = use.read.reader(card)
    if found is None:
        raise Problem("unknown_card", card)
    return found


@router.get("/custody", summary="Who holds each copy, for an auditor")
def custody(use: Use) -> views.Ledger:
    return use.read.custody()


@router.get("/streams", summary="How far each machine's journal is committed")
def streams(use: Use) -> list[views.Stream]:
    return use.read.streams()


@router.get("/counters", summary="What was taken and what was refused")
def counters(use: Use) -> views.Counters:
    return use.read.counters()


def known(use: Parts, device: str) -> views.Machine:
    """Return a machine; raises Problem when there is none of this name."""
    machine = use.read.machine(device)
    if machine is None:
        raise Problem("unknown_device", device)
    return machine


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > SIZE_MAX:
            raise Problem("too_large", f"more than {SIZE_MAX} bytes")
    return body
