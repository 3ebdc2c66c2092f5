"""Between which times a fact happened whose boot was never anchored."""

import sqlalchemy as sa
from alembic import op

from broker.ledger.columns import Whole

revision = "windows"
down_revision = "holds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "time_window",
        sa.Column("cause", Whole, autoincrement=False, nullable=False),
        sa.Column("earliest_ms", Whole, nullable=False),
        sa.Column("latest_ms", Whole, nullable=False),
        sa.ForeignKeyConstraint(["cause"], ["inbox.id"]),
        sa.PrimaryKeyConstraint("cause"),
        sa.CheckConstraint("earliest_ms <= latest_ms", name="time_window_is_forward"),
        sqlite_strict=True,
    )
