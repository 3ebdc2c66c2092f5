"""The HTTP API of boards: codes for machines, a yes to a board, configurations, old journals."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel, Field

from broker.fleet.bench import BEHIND_SECTORS, NoJournal
from broker.fleet.boards import Boards
from broker.fleet.claims import ClaimError
from broker.web.problem import Problem
from broker.web.rights import Actor

router = APIRouter(prefix="/v1")
T = TypeVar("T")

IMAGE_SIZE_MAX = 24_000_000  # In base64: a partition of 16 MiB.
# Word of a claim's error -> problem.
PROBLEMS = {
    "unknown_machine": "unknown_device",
    "unknown_code": "no_access",
    "not_waiting": "refused",
}
Code = Annotated[str, Field(min_length=10, max_length=10, description="the claim code")]


class Asking(BaseModel):
    """A board gives a code in."""

    code: Code
    board: str = Field(default="", max_length=80, description="its serial number, for staff")


class Fetching(BaseModel):
    """A board fetches what it was promised."""

    code: Code
    secret: str = Field(max_length=64, description="what it was given when it asked")


class Picture(BaseModel):
    """The flash of a board that was taken out."""

    image: str = Field(max_length=IMAGE_SIZE_MAX, description="the partition, in base64")
    behind_sectors: int = Field(
        default=BEHIND_SECTORS, ge=0, description="sectors of 4 KiB behind the journal's"
    )


async def _boards(request: Request) -> Boards:
    boards: Boards = request.app.state.boards
    return boards


Known = Annotated[Boards, Depends(_boards)]


@router.post("/machines/{device}/claims", summary="A code for a board", status_code=201)
def make(device: str, known: Known, actor: Actor) -> dict[str, str]:
    """The code makes one board this machine; it lives for a day and is shown this once."""
    return {"code": _told(lambda: known.code(device, by=actor))}


@router.get("/claims", summary="Boards that wait for staff, and codes that nobody gave in yet")
def waiting(known: Known) -> list[dict[str, Any]]:
    return [row._asdict() for row in known.waiting()]


@router.post("/claims/{id}/approval", summary="Say yes to a board")
def approve(
    claim: Annotated[int, Path(alias="id", ge=1)], known: Known, actor: Actor
) -> dict[str, str]:
    _told(lambda: known.approve(claim, by=actor))
    return {"approved_by": actor}


@router.post("/claim", summary="Give a code in, for a board", status_code=202)
def ask(asks: Asking, known: Known) -> dict[str, str]:
    return {"secret": _told(lambda: known.ask(asks.code, asks.board))}


@router.post("/claim/configuration", summary="Fetch a machine's configuration, once")
def fetch(asks: Fetching, known: Known, answer: Response) -> dict[str, Any]:
    """202 while staff have not said yes; then the configuration with a new key, this once."""
    found = _told(lambda: known.fetch(asks.code, asks.secret))
    if found is None:
        answer.status_code = 202
    return found or {}


@router.post("/machines/{device}/journals", summary="Take the journal of a board taken out")
def take(device: str, asks: Picture, known: Known) -> dict[str, Any]:
    return _told(lambda: known.old_journal(device, asks.image, asks.behind_sectors))


def _told(run: Callable[[], T]) -> T:
    try:
        return run()
    except ClaimError as error:
        raise Problem(PROBLEMS[str(error)], str(error)) from None
    except (NoJournal, ValueError) as error:
        raise Problem("wrong_value", str(error)) from None
