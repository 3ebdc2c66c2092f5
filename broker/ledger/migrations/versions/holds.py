"""Holds: who waits for which title, where, and what is kept for whom."""

import sqlalchemy as sa
from alembic import op

from broker.ledger.columns import Whole

revision = "holds"
down_revision = "restock"
branch_labels = None
depends_on = None

_ACTIVE = sa.text("state IN ('waiting', 'ready')")
_WAITING = sa.text("state = 'waiting'")
_READY = sa.text("state = 'ready'")


def upgrade() -> None:
    op.create_table(
        "hold",
        sa.Column("id", Whole, nullable=False),
        sa.Column("account", Whole, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("wanted_copy", Whole, nullable=True),
        sa.Column("pickup", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("turn", Whole, nullable=False),
        sa.Column("suspended_until", Whole, nullable=False),
        sa.Column("placed_ms", Whole, nullable=False),
        sa.Column("copy", Whole, nullable=True),
        sa.Column("last_day", Whole, nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("ended_ms", Whole, nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'ready', 'collected', 'cancelled', 'expired')", name="hold_state"
        ),
        sa.CheckConstraint("(state = 'ready') = (copy IS NOT NULL)", name="hold_ready_has_a_copy"),
        sa.CheckConstraint(
            "(state IN ('waiting', 'ready')) = (ended_ms IS NULL)", name="hold_ends_once"
        ),
        sa.ForeignKeyConstraint(["copy"], ["copy.id"]),
        sa.ForeignKeyConstraint(["wanted_copy"], ["copy.id"]),
        sa.ForeignKeyConstraint(["title"], ["title.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    _unique("one_hold_of_a_title", ["account", "title"], _ACTIVE)
    _unique("one_hold_of_a_copy", ["copy"], _READY)
    _unique("one_place_in_a_queue", ["title", "turn"], _WAITING)
    op.create_index("hold_account", "hold", ["account"], unique=False)


def _unique(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, "hold", columns, unique=True, sqlite_where=where, postgresql_where=where)
