"""Bags as holders, restock rounds, restorations of the ledger; their cases."""

import sqlalchemy as sa
from alembic import op

from broker.ledger import guards, schema
from broker.ledger.columns import Whole
from broker.ledger.schema import where

revision = "restock"
down_revision = "rules"
branch_labels = None
depends_on = None


def upgrade() -> None:
    guards.words("holder", "kind", tuple(kind for kind, _what in schema.HOLDERS))
    guards.words("exception_case", "kind", tuple(kind for kind, _what in schema.CASES))
    op.create_table(
        "bag",
        sa.Column("holder", Whole, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["holder"], ["holder.id"]),
        sa.PrimaryKeyConstraint("holder"),
        sa.UniqueConstraint("name"),
        sqlite_strict=True,
    )
    op.create_table(
        "restock_round",
        sa.Column("id", Whole, nullable=False),
        sa.Column("bag", Whole, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("opened_ms", Whole, nullable=False),
        sa.Column("closed_ms", Whole, nullable=True),
        sa.ForeignKeyConstraint(["bag"], ["bag.holder"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    still_open = where("closed_ms IS NULL")
    op.create_index("one_open_round", "restock_round", ["bag"], unique=True, **still_open)
    op.create_table(
        "restock_pick",
        sa.Column("round", Whole, nullable=False),
        sa.Column("copy", Whole, nullable=False),
        sa.Column("device", Whole, nullable=False),
        sa.ForeignKeyConstraint(["copy"], ["copy.id"]),
        sa.ForeignKeyConstraint(["device"], ["device.id"]),
        sa.ForeignKeyConstraint(["round"], ["restock_round.id"]),
        sa.PrimaryKeyConstraint("round", "copy"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "restoration",
        sa.Column("id", Whole, nullable=False),
        sa.Column("restored_ms", Whole, nullable=False),
        sa.Column("made_ms", Whole, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    guards.install(*guards.append_only("restoration", "that a ledger was restored"))
