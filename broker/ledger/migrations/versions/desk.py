"""The desk: requests answered, cases settled, and what copies are fit and kept for."""

import sqlalchemy as sa
from alembic import op

from broker.ledger import guards
from broker.ledger.columns import Whole

revision = "desk"
down_revision = "reports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_request",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("response", sa.Text(), nullable=False),
        sa.Column("at_ms", Whole, nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sqlite_strict=True,
    )
    op.create_index("desk_request_at", "desk_request", ["at_ms"])
    op.create_table(
        "case_action",
        sa.Column("case_key", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("cause", Whole, nullable=False),
        sa.Column("at_ms", Whole, nullable=False),
        sa.ForeignKeyConstraint(["case_key"], ["exception_case.key"]),
        sa.ForeignKeyConstraint(["cause"], ["inbox.id"]),
        sa.PrimaryKeyConstraint("case_key"),
        sqlite_strict=True,
    )
    op.create_table(
        "copy_condition",
        sa.Column("copy", Whole, autoincrement=False, nullable=False),
        sa.Column("damaged", Whole, nullable=False),
        sa.Column("withdrawn", Whole, nullable=False),
        sa.Column("disinfect_ms", Whole, nullable=False),
        sa.ForeignKeyConstraint(["copy"], ["copy.id"]),
        sa.PrimaryKeyConstraint("copy"),
        sqlite_strict=True,
    )
    op.create_table(
        "copy_promise",
        sa.Column("copy", Whole, autoincrement=False, nullable=False),
        sa.Column("account", Whole, nullable=False),
        sa.Column("until_ms", Whole, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("cause", Whole, nullable=False),
        sa.ForeignKeyConstraint(["cause"], ["inbox.id"]),
        sa.ForeignKeyConstraint(["copy"], ["copy.id"]),
        sa.PrimaryKeyConstraint("copy"),
        sqlite_strict=True,
    )
    op.create_index("copy_promise_account", "copy_promise", ["account"])
    guards.install(*guards.append_only("case_action", "what staff did with a case"))
