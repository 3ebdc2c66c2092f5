"""What each machine is to its readers; who ordered what of a machine, and why."""

import sqlalchemy as sa
from alembic import op

from broker.ledger.columns import Whole

revision = "roles"
down_revision = "fleet"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "device_role",
        sa.Column("device", Whole, nullable=False, autoincrement=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["device.id"]),
        sa.PrimaryKeyConstraint("device"),
        sqlite_strict=True,
    )
    op.create_table(
        "order_reason",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["device_order.id"]),
        sa.PrimaryKeyConstraint("number"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
