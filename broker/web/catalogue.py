"""The catalogue over HTTP: search, and a title with its copies and their places."""

from typing import Annotated

from fastapi import APIRouter, Query

from broker.catalogue import views
from broker.catalogue.query import TEXT_MAX
from broker.catalogue.search import LIMIT_MAX
from broker.web.parts import Use
from broker.web.problem import Problem

router = APIRouter(prefix="/v1")

PROBLEM = {"content": {"application/problem+json": {}}, "description": "what, why, what to do"}


@router.get("/search", summary="Titles for what was typed, the best first")
def search(
    use: Use,
    q: Annotated[
        str,
        Query(
            max_length=TEXT_MAX,
            description="Chinese, pinyin, initials (hlm), first letters, an ISBN, a barcode",
        ),
    ],
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX, description="how many at most")] = 20,
    place: Annotated[
        str, Query(max_length=40, description="a machine or a site: only what is there now")
    ] = "",
) -> list[views.Title]:
    return use.catalogue.search(q, limit, place)


@router.get("/titles/{title}", summary="A title and its copies", responses={404: PROBLEM})
def title(title: str, use: Use) -> views.Title:
    found = use.catalogue.title(title)
    if found is None:
        raise Problem("unknown_title", title)
    return found
