"""The catalogue's tables: what is known of a title beyond the ledger's own line, and its index.

The index is a projection: `search_title` holds a line for each title with its terms, and what makes
them quick to find differs by database (fulltext.py).
"""

from sqlalchemy import (
    DDL,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    event,
)

from broker.catalogue import fulltext
from broker.ledger.columns import Whole
from broker.ledger.schema import metadata

# Where a title came from: the word of `import --format`.
FORMATS = ("marc21", "cnmarc", "csv")

title_detail = Table(
    "title_detail",
    metadata,
    Column("title", Text, ForeignKey("title.id"), primary_key=True),
    Column("publisher", Text, nullable=False),
    Column("subjects", Text, nullable=False),  # one a line
    Column("format", Text, nullable=False),  # a word of FORMATS
    Column("encoding", Text, nullable=False),  # of `raw`
    Column("digest", Text, nullable=False),  # of `raw` and how it was read: re-import skips it
    Column("raw", LargeBinary, nullable=False),  # the record byte for byte as it came
    Index("title_detail_digest", "digest"),
    sqlite_strict=True,
)

title_isbn = Table(
    "title_isbn",
    metadata,
    Column("isbn", Text, primary_key=True),  # thirteen digits
    Column("title", Text, ForeignKey("title.id"), primary_key=True),
    Index("title_isbn_title", "title"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

search_title = Table(
    "search_title",
    metadata,
    Column(
        "number", Whole, primary_key=True, autoincrement=False
    ),  # in the order in which titles came
    Column("title", Text, ForeignKey("title.id"), nullable=False),
    Column("standing", Whole, nullable=False),  # what is higher is shown first; no two are equal
    Column("tier", Whole, nullable=False),  # 0 for the few with the highest standing
    Column("phrases", Text, nullable=False),  # title, authors, subjects, folded, one a line
    Column("words", Text, nullable=False),  # its terms with a space between: terms.py
    UniqueConstraint("title"),
    sqlite_strict=True,
)
for kind, statements in fulltext.CREATE.items():
    for statement in statements:
        event.listen(search_title, "after_create", DDL(statement).execute_if(dialect=kind))  # type: ignore[no-untyped-call]
