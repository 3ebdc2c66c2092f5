"""One question, with `?` for each value, through the writer's connection or a reader's engine."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import count
from typing import Any, cast

from sqlalchemy import Engine, TextClause, text

from broker.ledger.store import Database, Kind

STATEMENTS_MAX = 500  # They differ by how many titles are asked for.

Row = Any
Rows = Callable[[str, Sequence[object]], Sequence[Row]]


def of_database(db: Database) -> Rows:
    return lambda question, values: db.execute(question, values).fetchall()


@contextmanager
def of_engine(engine: Engine) -> Iterator[Rows]:
    """Any thread may ask; all questions within use one connection."""
    with engine.connect() as connection:

        def rows(question: str, values: Sequence[object]) -> Sequence[Row]:
            named = {f"v{number}": value for number, value in enumerate(values)}
            return connection.execute(_statement(question), named).all()

        yield rows


def kind(engine: Engine) -> Kind:
    return cast(Kind, engine.dialect.name)


@lru_cache(maxsize=STATEMENTS_MAX)
def _statement(question: str) -> TextClause:
    """SQLAlchemy reads a text each time anew unless it is kept."""
    numbers = count()
    pieces = question.split("?")
    named = "".join(f"{piece}:v{next(numbers)}" for piece in pieces[:-1]) + pieces[-1]
    return text(named)
