"""Keeps the search index: a line for each title, in tiers, so that a search may stop early.

A search wants the few titles with the highest standing.  The index is therefore in three parts: a
small one with the best standing, a larger one, the rest.  Each is looked through only when the ones
above did not give enough, so that a word of ten thousand titles costs what a rare one does.
"""

from collections.abc import Sequence
from typing import NamedTuple

from broker.catalogue import fulltext, terms
from broker.catalogue.fulltext import TIERS
from broker.catalogue.work import AUTHORS_BETWEEN, Work
from broker.ledger.store import Database

LAST = TIERS[-1]
# A tier holds this part of all titles, but at least so many.
SHARES = ((64, 4_000), (8, 32_000))
ROWS_A_STEP = 1_000

LOANS_MAX = 2**20 - 1
YEAR_MAX = 2**12 - 1
NUMBER_BITS = 28

_LINE = "SELECT number, tier, phrases, words FROM search_title WHERE title = ?"
_NUMBER = "SELECT COALESCE(MAX(number), 0) FROM search_title"
_ENTER = """INSERT INTO search_title (number, title, standing, tier, phrases, words)
VALUES (?, ?, ?, ?, ?, ?)"""
_CHANGE = "UPDATE search_title SET phrases = ?, words = ? WHERE number = ?"
_RANK = "UPDATE search_title SET standing = ?, tier = ? WHERE number = ?"
_WORDS = "SELECT words, tier FROM search_title WHERE number = ?"
_RANKED = """SELECT search_title.number, search_title.standing, search_title.tier, title.year,
COALESCE(lent.loans, 0)
FROM search_title JOIN title ON title.id = search_title.title
LEFT JOIN (SELECT copy.title AS title, COUNT(*) AS loans FROM loan JOIN copy ON copy.id = loan.copy
    WHERE loan.state <> 'void' GROUP BY copy.title) lent ON lent.title = search_title.title"""
_MISSING = """SELECT title.id, title.title, title.author, title.year, title_detail.subjects
FROM title LEFT JOIN title_detail ON title_detail.title = title.id
WHERE NOT EXISTS (SELECT 1 FROM search_title WHERE search_title.title = title.id)
ORDER BY title.id"""


class Changed(NamedTuple):
    """How many titles a ranking moved, and whether to another tier."""

    standings: int
    tiers: int


class Move(NamedTuple):
    """A title, by its number, that gets another standing; `source` and `target` are tiers."""

    number: int
    standing: int
    source: int
    target: int


class Index:
    """Everything happens in the caller's transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._last: int = 0  # The highest number; read at the first need.

    def put(self, work: Work) -> None:
        """Index a title anew; one that comes first stands last until `rank`."""
        line = self._db.execute(_LINE, (work.id,)).fetchone()
        if line is None:
            self._add(work)
            return
        number, tier, had_phrases, had_words = line
        words, phrases = " ".join(terms.of(work)), terms.phrases(work)
        if (had_phrases, had_words) != (phrases, words):
            self._leave(tier, number, had_words)
            self._db.execute(_CHANGE, (phrases, words, number))
            self._enter(tier, number, words)

    def add_missing(self) -> int:
        """Index every title that is not; return how many there were."""
        missing = self.missing()
        for work in missing:
            self._add(work)
        return len(missing)

    def missing(self) -> list[Work]:
        """Return the titles that are not indexed; only looks."""
        return [
            Work(
                title,
                name,
                tuple(author.split(AUTHORS_BETWEEN)),
                year,
                subjects=tuple((subjects or "").split("\n")),
            )
            for title, name, author, year, subjects in self._db.execute(_MISSING)
        ]

    def rank(self) -> Changed:
        """Give every title its standing, by loans and year, and its tier."""
        moves = self.ranking()
        changed = self.place(moves)
        self.tidy(moves)
        return changed

    def ranking(self) -> list[Move]:
        """Return the titles that stand where they should not, and where they should; only looks."""
        rows = self._db.execute(_RANKED).fetchall()
        ranked = sorted(((standing(n, year, number), number, old, tier)
                         for number, old, tier, year, n in rows), reverse=True)  # fmt: skip
        bounds = _bounds(len(ranked))
        moves = []
        for place, (stands, number, stood, tier) in enumerate(ranked):
            better = sum(place >= bound for bound in bounds)
            if (stands, better) != (stood, tier):
                moves.append(Move(number, stands, source=tier, target=better))
        return moves

    def place(self, moves: Sequence[Move]) -> Changed:
        """Let titles stand where they should."""
        between = [move for move in moves if move.source != move.target]
        for move in between:
            self._move(move)
        changes = [(move.standing, move.target, move.number) for move in moves]
        self._db.executemany(_RANK, changes)
        return Changed(len(moves), len(between))

    def tidy(self, moves: Sequence[Move]) -> None:
        """Let the full-text part settle when very many have changed their tier."""
        if sum(move.source != move.target for move in moves) > ROWS_A_STEP:
            for statement in fulltext.SETTLE[self._db.kind]:
                self._db.execute(statement)

    def rebuild(self) -> None:
        """Drop the full-text part and make it anew: quicker than entering very many one by one."""
        for statement in (*fulltext.DROP[self._db.kind], *fulltext.CREATE[self._db.kind]):
            self._db.execute(statement)
        if self._db.kind == "sqlite":
            for tier in TIERS:
                self._db.execute(
                    f"INSERT INTO search_words_{tier} (rowid, words)"
                    f" SELECT number, words FROM search_title WHERE tier = {tier} ORDER BY number"
                )

    def _add(self, work: Work) -> None:
        number, words = self._next(), " ".join(terms.of(work))
        values = (number, work.id, standing(0, work.year, number), LAST, terms.phrases(work), words)
        self._db.execute(_ENTER, values)
        self._enter(LAST, number, words)

    def _next(self) -> int:
        if not self._last:
            self._last = int(self._db.execute(_NUMBER).fetchone()[0])
        self._last += 1
        return self._last

    def _move(self, move: Move) -> None:
        """PostgreSQL's indexes follow the line by themselves."""
        if self._db.kind == "sqlite":
            # Another ranking may have moved it since this one looked.
            words, tier = self._db.execute(_WORDS, (move.number,)).fetchone()
            self._leave(tier, move.number, words)
            self._enter(move.target, move.number, words)

    def _enter(self, tier: int, number: int, words: str) -> None:
        if self._db.kind == "sqlite":
            insert = f"INSERT INTO search_words_{tier} (rowid, words) VALUES (?, ?)"
            self._db.execute(insert, (number, words))

    def _leave(self, tier: int, number: int, words: str) -> None:
        if self._db.kind == "sqlite":
            table = f"search_words_{tier}"
            delete = f"INSERT INTO {table} ({table}, rowid, words) VALUES ('delete', ?, ?)"
            self._db.execute(delete, (number, words))


def standing(loans: int, year: int, number: int) -> int:
    """Return one number to order titles by: loans, then year, then who came first."""
    loans, year = min(loans, LOANS_MAX), min(max(year, 0), YEAR_MAX)
    return (loans * (YEAR_MAX + 1) + year << NUMBER_BITS) + (1 << NUMBER_BITS) - 1 - number


def _bounds(count: int) -> Sequence[int]:
    """Return the place in the ranking at which each tier but the first begins."""
    bounds: list[int] = []
    for share, least in SHARES:
        bounds.append((bounds[-1] if bounds else 0) + max(count // share, least))
    return bounds
