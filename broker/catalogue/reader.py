"""Answers questions about titles; any thread may ask."""

from sqlalchemy import Engine

from broker.catalogue import rows, views
from broker.catalogue.search import Search


class Catalogue:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kind = rows.kind(engine)

    def search(self, typed: str, limit: int, place: str = "") -> list[views.Title]:
        """Return the best titles for what was typed; with a place only what is there now."""
        with rows.of_engine(self._engine) as ask:
            found = Search(ask, self._kind).find(typed, limit, place)
        return [views.title(one) for one in found]

    def title(self, number: str) -> views.Title | None:
        with rows.of_engine(self._engine) as ask:
            found = Search(ask, self._kind).titles([number])
        return views.title(found[0]) if found else None
