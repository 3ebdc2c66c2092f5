"""Updates of machines: offers, and what each machine made of them."""

import sqlalchemy as sa
from alembic import op

from broker.ledger.columns import Whole

revision = "updates"
down_revision = "staff"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "update_offer",
        sa.Column("id", Whole, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("size", Whole, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_ms", Whole, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_table(
        "update_machine",
        sa.Column("offer", Whole, nullable=False),
        sa.Column("device", Whole, nullable=False),
        sa.Column("wave", Whole, nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at_ms", Whole, nullable=False),
        sa.ForeignKeyConstraint(["device"], ["device.id"]),
        sa.ForeignKeyConstraint(["offer"], ["update_offer.id"]),
        sa.PrimaryKeyConstraint("offer", "device"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
