"""What the shelver's pages and the API ask: bookcases and what they want.  Only reads."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Engine, text

from broker.restock import near, plan
from broker.restock.read import Place, Rows, free, stand

T = TypeVar("T")

_BRANCHES = """SELECT site.id, site.name_zh, site.name_en, COUNT(*) FROM copy_state
JOIN holder ON holder.id = copy_state.holder JOIN site ON site.id = holder.site
WHERE holder.kind = 'shelf' GROUP BY site.id, site.name_zh, site.name_en ORDER BY 4 DESC"""


class Wish(NamedTuple):
    """A bookcase as a shelver reads it.  `near` is the nearest with room, when it is full."""

    place: Place
    copies: int
    free: int
    keep_free: int
    brought: int
    taken_out: int
    near: Place | None
    near_km: float
    near_free: int


class Branch(NamedTuple):
    """A site with copies on its shelves."""

    site: str
    name_zh: str
    name_en: str
    copies: int


def rows_of(engine: Engine, run: Callable[[Rows], T]) -> T:
    """Run a question with rows of one connection; `?` marks are named for the driver."""
    with engine.connect() as connection:

        def rows(statement: str, values: Sequence[object] = ()) -> Any:
            named = {f"v{number}": value for number, value in enumerate(values)}
            for name in named:
                statement = statement.replace("?", f":{name}", 1)
            return connection.execute(text(statement), named).all()

        return run(rows)


def branches(rows: Rows) -> list[Branch]:
    return [Branch(*row) for row in rows(_BRANCHES, ())]


def wishes(rows: Rows, site: str, now_ms: int) -> list[Wish]:
    """Return every bookcase and what it wants from a site's shelves, those that want most first."""
    standing = stand(rows, now_ms)
    kinds = {candidate.kind for candidate in free(rows, site, now_ms)}
    spots = standing.spots()
    found = []
    for spot in spots:
        wants = plan.wanted(standing.cases[spot.device], kinds)
        other = near.nearest(spot, spots) if spot.room <= 0 else None
        found.append(
            Wish(
                place=standing.places[spot.device],
                copies=standing.cases[spot.device].copies,
                free=spot.room,
                keep_free=wants.keep_free,
                brought=sum(wants.kinds.values()),
                taken_out=max(0, -wants.room),
                near=standing.places[other.device] if other else None,
                near_km=round(near.km(spot, other), 1) if other else 0.0,
                near_free=other.room if other else 0,
            )
        )
    return sorted(found, key=lambda wish: (-wish.brought, wish.place.device))
