"""Machines: places held for a reader, codes that phones showed, claims of boards, old keys."""

import sqlalchemy as sa
from alembic import op

from broker.ledger import guards, schema
from broker.ledger.columns import Whole

revision = "fleet"
down_revision = "updates"
branch_labels = None
depends_on = None


def upgrade() -> None:
    guards.words("exception_case", "kind", tuple(kind for kind, _what in schema.CASES))
    op.create_table(
        "held_place",
        sa.Column("device", Whole, nullable=False),
        sa.Column("account", Whole, autoincrement=False, nullable=False),
        sa.Column("ask", sa.Text(), nullable=False),
        sa.Column("places", Whole, nullable=False),
        sa.Column("until_ms", Whole, nullable=False),
        sa.ForeignKeyConstraint(["device"], ["device.id"]),
        sa.PrimaryKeyConstraint("device", "account"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("held_place_account", "held_place", ["account"])
    op.create_table(
        "shown_code",
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("device", Whole, nullable=False),
        sa.Column("at_ms", Whole, nullable=False),
        sa.ForeignKeyConstraint(["device"], ["device.id"]),
        sa.PrimaryKeyConstraint("nonce"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("shown_code_at", "shown_code", ["at_ms"])
    op.create_table(
        "claim",
        sa.Column("id", Whole, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("device", Whole, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("board", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_ms", Whole, nullable=False),
        sa.Column("until_ms", Whole, nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["device.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
        sqlite_strict=True,
    )
    op.create_table(
        "old_key",
        sa.Column("id", Whole, nullable=False),
        sa.Column("device", Whole, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("until_ms", Whole, nullable=False),
        sa.ForeignKeyConstraint(["device"], ["device.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
