"""The catalogue: what is known of a title beyond the ledger's line, and the search index."""

import sqlalchemy as sa
from alembic import op

from broker.catalogue import fulltext
from broker.ledger.columns import Whole

revision = "catalogue"
down_revision = "accounts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _tables()
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in fulltext.CREATE["sqlite" if sqlite else "postgresql"]:
        op.execute(sa.text(statement))


def _tables() -> None:
    op.create_index("copy_title", "copy", ["title"], unique=False)
    op.create_table(
        "title_detail",
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("publisher", sa.Text(), nullable=False),
        sa.Column("subjects", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("encoding", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["title"], ["title.id"]),
        sa.PrimaryKeyConstraint("title"),
        sqlite_strict=True,
    )
    op.create_index("title_detail_digest", "title_detail", ["digest"], unique=False)
    op.create_table(
        "title_isbn",
        sa.Column("isbn", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["title"], ["title.id"]),
        sa.PrimaryKeyConstraint("isbn", "title"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("title_isbn_title", "title_isbn", ["title"], unique=False)
    op.create_table(
        "search_title",
        sa.Column("number", Whole, autoincrement=False, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("standing", Whole, nullable=False),
        sa.Column("tier", Whole, nullable=False),
        sa.Column("phrases", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["title"], ["title.id"]),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("title"),
        sqlite_strict=True,
    )
