"""What full-text search needs beside the table `search_title`, in each database's own words.

On SQLite each tier is an FTS5 table, on PostgreSQL a partial GIN index over the terms.  The terms
are our own (terms.py), so both take them as they are: neither cuts, folds nor stems anything.
"""

from broker.ledger.store import Kind

TIERS = (0, 1, 2)
VECTOR = "array_to_tsvector(string_to_array(words, ' '))"

CREATE: dict[Kind, tuple[str, ...]] = {
    "sqlite": tuple(
        f"CREATE VIRTUAL TABLE search_words_{tier} USING fts5(words, content='', columnsize=0,"
        " detail=none, tokenize=\"ascii tokenchars '^$'\")"
        for tier in TIERS
    ),
    "postgresql": tuple(
        f"CREATE INDEX search_words_{tier} ON search_title USING gin (({VECTOR}))"
        f" WHERE tier = {tier}"
        for tier in TIERS
    ),
}
DROP: dict[Kind, tuple[str, ...]] = {
    "sqlite": tuple(f"DROP TABLE search_words_{tier}" for tier in TIERS),
    "postgresql": tuple(f"DROP INDEX search_words_{tier}" for tier in TIERS),
}
# After many changes: what waits in lists is put where it is found quickly.
SETTLE: dict[Kind, tuple[str, ...]] = {
    "sqlite": tuple(
        f"INSERT INTO search_words_{tier} (search_words_{tier}) VALUES ('optimize')"
        for tier in TIERS
    ),
    "postgresql": (
        *(f"SELECT gin_clean_pending_list('search_words_{tier}')" for tier in TIERS),
        "ANALYZE search_title",
    ),
}
