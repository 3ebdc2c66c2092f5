"""Bundles for machines to fetch, in ranges; and how far each offer has come, for staff."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import FileResponse, Response
from sqlalchemy import text

from broker.updates import texts
from broker.updates.shelf import Shelf
from broker.web.draw import language, page
from broker.web.parts import Parts, Use
from broker.web.problem import Problem

router = APIRouter()

PROBLEM = {"content": {"application/problem+json": {}}, "description": "what, why, what to do"}
Hash = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="SHA-256 of its manifest")]

_OFFERS = """SELECT id, kind, version, state, made_ms FROM update_offer ORDER BY id DESC"""
_MACHINES = """SELECT offer, device.name, wave, word, why, at_ms
FROM update_machine JOIN device ON device.id = update_machine.device
ORDER BY offer, wave, device.name"""


@router.get("/updates/{hash}", summary="A bundle, also in ranges", response_class=FileResponse,
            responses={404: PROBLEM})  # fmt: skip
def bundle(hash: Hash, request: Request) -> FileResponse:
    """Open to all who know its hash: it is signed, and holds no secret and nothing of a reader."""
    shelf: Shelf = request.app.state.shelf
    if not shelf.path(hash).is_file():
        raise Problem("not_found", hash)
    return FileResponse(shelf.path(hash), media_type="application/octet-stream")


@router.get("/v1/updates", summary="Offers of updates, and what machines made of them")
def offers(use: Use) -> list[dict[str, Any]]:
    return _offers(use)


@router.get("/updates", include_in_schema=False)
def overview(request: Request, use: Use) -> Response:
    speech = language(request)
    return page(
        request,
        use,
        "updates.html",
        offers=_offers(use),
        w=lambda key, **values: texts.say(key, speech, **values),
    )


def _offers(use: Parts) -> list[dict[str, Any]]:
    with use.read.engine.connect() as connection:
        found = [dict(row) for row in connection.execute(text(_OFFERS)).mappings()]
        rows = [dict(row) for row in connection.execute(text(_MACHINES)).mappings()]
    for offer in found:
        offer["machines"] = [row for row in rows if row["offer"] == offer["id"]]
    return found
