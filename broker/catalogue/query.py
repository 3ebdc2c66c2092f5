"""What somebody typed becomes stages of a search, the best kind of match first.  Pure.

The same stages are written for SQLite's FTS5 and for PostgreSQL's tsquery.
"""

from typing import NamedTuple

from broker.catalogue import isbn, terms
from broker.ledger.store import Kind

TEXT_MAX = 100  # Characters of what was typed that are looked at.
PIECES_MAX = 8  # Runs of it.


class Term(NamedTuple):
    text: str
    begins: bool = False  # Stands for all terms that begin with it.


class Stage(NamedTuple):
    """A title matches when it has all terms and all phrases."""

    terms: tuple[Term, ...]
    phrases: tuple[str, ...] = ()


class Query(NamedTuple):
    """`number` is what was typed where it can be a barcode or a tag; `isbn` has thirteen digits."""

    number: str
    isbn: str
    stages: tuple[Stage, ...]


def parse(typed: str) -> Query:
    """Return the search for what was typed; one without stages finds nothing by words."""
    text = typed.strip()[:TEXT_MAX]
    pieces = terms.runs(text)[:PIECES_MAX]
    return Query("".join(text.split()).upper(), isbn.normal(text), _stages(pieces))


def written(stage: Stage, kind: Kind) -> str:
    """Return the stage's terms in the language of a database's full-text search."""
    if kind == "sqlite":
        return " AND ".join(f'"{term.text}"' + " *" * term.begins for term in stage.terms)
    return " & ".join(f"'{term.text}'" + ":*" * term.begins for term in stage.terms)


def _stages(pieces: list[str]) -> tuple[Stage, ...]:
    joined = "".join(pieces)
    if not joined:
        return ()
    whole = terms.whole(joined)
    start = Stage((Term(f"^{joined[: terms.TERM_MAX]}", begins=True),))
    exact = (Stage((Term(whole),)),) if whole.endswith("$") else ()
    if len(joined) == 1 and not terms.is_han(joined):
        return (*exact, start)  # A letter is in most titles.
    return (*exact, start, _within(pieces))


def _within(pieces: list[str]) -> Stage:
    found: list[Term] = []
    phrases = []
    for piece in pieces:
        if not terms.is_han(piece):
            found.append(Term(piece[: terms.TERM_MAX], begins=True))
        elif len(piece) == 1:
            found.append(Term(piece, begins=True))
        else:
            found += [Term(pair) for pair in terms.pairs(piece)[:-1]]
            if len(piece) > 2:
                phrases.append(piece)
    return Stage(tuple(dict.fromkeys(found)), tuple(phrases))
