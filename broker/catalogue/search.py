"""Finds titles for what somebody typed: the same titles in the same order on both databases."""

from collections.abc import Sequence
from typing import NamedTuple

from broker.catalogue import places, query
from broker.catalogue.fulltext import TIERS, VECTOR
from broker.catalogue.places import Whereabouts
from broker.catalogue.query import Stage
from broker.catalogue.rows import Row, Rows
from broker.ledger.store import Kind

LIMIT_MAX = 100

# A tier's titles that match; FTS5 has a table for each tier, PostgreSQL an index.
_MATCH: dict[Kind, str] = {
    "sqlite": """SELECT search_title.title FROM search_words_{tier}
JOIN search_title ON search_title.number = search_words_{tier}.rowid
WHERE search_words_{tier} MATCH ?{more} ORDER BY search_title.standing DESC LIMIT ?""",
    "postgresql": f"""SELECT search_title.title FROM search_title
WHERE search_title.tier = {{tier}} AND {VECTOR} @@ CAST(? AS tsquery){{more}}
ORDER BY search_title.standing DESC LIMIT ?""",
}
_PHRASE = " AND search_title.phrases LIKE ?"
_AT_PLACE = """SELECT copy.title FROM copy JOIN copy_state ON copy_state.copy = copy.id
JOIN holder ON holder.id = copy_state.holder LEFT JOIN device ON device.id = holder.device
WHERE device.name = ? OR COALESCE(holder.site, device.site) = ?"""
# The plus keeps SQLite from looking up each title of the place in the full-text index.
_PLACED = (
    f" AND +search_title.number IN (SELECT number FROM search_title WHERE title IN ({_AT_PLACE}))"
)
_BY_ISBN = "SELECT title FROM title_isbn WHERE isbn = ? ORDER BY title"
_BY_COPY = "SELECT title FROM copy WHERE barcode = ? OR tag = ?"
_TITLES = """SELECT title.id, title.title, title.author, title.year, title.language, title.class,
title.audience, title_detail.publisher, title_detail.subjects
FROM title LEFT JOIN title_detail ON title_detail.title = title.id WHERE title.id IN ({marks})"""
_ISBNS = "SELECT title, isbn FROM title_isbn WHERE title IN ({marks}) ORDER BY isbn"


class Found(NamedTuple):
    """A title and its copies; of those that can be had first."""

    id: str
    title: str
    author: str
    year: int
    language: str
    class_number: str
    audience: str
    publisher: str
    subjects: list[str]
    isbns: list[str]
    copies: list[Whereabouts]


class Search:
    """Asks through `rows`, so that any connection may be used."""

    def __init__(self, rows: Rows, kind: Kind) -> None:
        self._rows = rows
        self._kind = kind

    def find(self, typed: str, limit: int, place: str = "") -> list[Found]:
        """Return the best titles; with a place (a machine or a site) only what is there now."""
        return self.titles(self.ids(typed, limit, place))

    def ids(self, typed: str, limit: int, place: str = "") -> list[str]:
        """Return the ids of the best titles, the best first."""
        asked = query.parse(typed)
        found = [title for (title,) in self._rows(_BY_COPY, (asked.number, asked.number))]
        if asked.isbn:
            found += [title for (title,) in self._rows(_BY_ISBN, (asked.isbn,))]
        if found and place:
            here = {title for (title,) in self._rows(_AT_PLACE, (place, place))}
            found = [title for title in found if title in here]
        kept = dict.fromkeys(found)
        for stage in asked.stages:
            for tier in TIERS:
                if len(kept) >= limit:
                    break
                # As many again as are there: some of them may be among these.
                rows = self._matching(stage, tier, limit + len(kept), place)
                kept |= dict.fromkeys(title for (title,) in rows)
        return list(kept)[:limit]

    def titles(self, ids: Sequence[str]) -> list[Found]:
        """Return titles that exist, in the order of their ids, with their copies."""
        if not ids:
            return []
        marks = ", ".join("?" for _ in ids)
        lines = {row[0]: row for row in self._rows(_TITLES.format(marks=marks), ids)}
        isbns: dict[str, list[str]] = {}
        for title, isbn in self._rows(_ISBNS.format(marks=marks), ids):
            isbns.setdefault(title, []).append(isbn)
        copies = places.of(self._rows, ids)
        return [
            _found(lines[title], isbns.get(title, []), copies[title])
            for title in ids
            if title in lines
        ]

    def _matching(self, stage: Stage, tier: int, limit: int, place: str) -> Sequence[tuple[str]]:
        more = _PHRASE * len(stage.phrases) + (_PLACED if place else "")
        values: list[object] = [query.written(stage, self._kind)]
        values += [f"%{phrase}%" for phrase in stage.phrases]
        values += [place, place] if place else []
        return self._rows(_MATCH[self._kind].format(tier=tier, more=more), [*values, limit])


def _found(line: Row, isbns: list[str], copies: list[Whereabouts]) -> Found:
    title, name, author, year, language, class_number, audience, publisher, subjects = line
    return Found(
        id=title,
        title=name,
        author=author,
        year=year,
        language=language,
        class_number=class_number,
        audience=audience,
        publisher=publisher or "",
        subjects=[subject for subject in (subjects or "").split("\n") if subject],
        isbns=isbns,
        copies=copies,
    )
