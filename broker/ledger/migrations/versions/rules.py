"""The rules: what copies are, what readers were told to take, and each ruleset's calendar."""

import sqlalchemy as sa
from alembic import op

from broker.ledger import guards
from broker.ledger.columns import Whole

revision = "rules"
down_revision = "desk"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "copy_type",
        sa.Column("copy", Whole, autoincrement=False, nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["copy"], ["copy.id"]),
        sa.PrimaryKeyConstraint("copy"),
        sa.CheckConstraint(
            "type IN ('book', 'periodical', 'disc', 'reference')", name="copy_type_type"
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "lend_grant",
        sa.Column("account", Whole, autoincrement=False, nullable=False),
        sa.Column("copy", Whole, autoincrement=False, nullable=False),
        sa.Column("device", Whole, nullable=False),
        sa.Column("ask", sa.Text(), nullable=False),
        sa.Column("granted_ms", Whole, nullable=False),
        sa.Column("until_ms", Whole, nullable=False),
        sa.ForeignKeyConstraint(["copy"], ["copy.id"]),
        sa.ForeignKeyConstraint(["device"], ["device.id"]),
        sa.PrimaryKeyConstraint("account", "copy"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("lend_grant_until", "lend_grant", ["until_ms"])
    op.create_table(
        "calendar",
        sa.Column("ruleset", Whole, autoincrement=False, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("version", Whole, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["ruleset"], ["ruleset.id"]),
        sa.PrimaryKeyConstraint("ruleset"),
        sqlite_strict=True,
    )
    guards.install(*guards.append_only("calendar", "a calendar that decided"))
