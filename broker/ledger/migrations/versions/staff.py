"""Staff: accounts, sessions, programs, cards for machines, openings from afar, the log; duties."""

import sqlalchemy as sa
from alembic import op

from broker.ledger import guards
from broker.ledger.columns import Whole
from broker.ledger.guards import Guard

revision = "staff"
down_revision = "windows"
branch_labels = None
depends_on = None

_ASKED = sa.text("state = 'asked'")
GUARDS = (
    guards.never_changed("staff_note", "what staff did"),
    *guards.never_deleted("assistance", "an opening from afar"),
    guards.never_changed(
        "assistance", "what was asked", "device", "door", "reason", "asked_by", "asked_ms"
    ),
    Guard(
        "assistance_is_decided_once",
        "assistance",
        "UPDATE OF state, decided_by, decided_ms, order_id",
        "an opening is decided once",
        "OLD.state <> 'asked' AND NEW.order_id = OLD.order_id",
    ),
)


def upgrade() -> None:
    op.create_table(
        "staff",
        sa.Column("id", Whole, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("failures", Whole, nullable=False),
        sa.Column("locked_ms", Whole, nullable=False),
        sa.Column("made_ms", Whole, nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("ended_ms", Whole, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
        sqlite_strict=True,
    )
    op.create_table(
        "staff_link",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("staff", Whole, nullable=False),
        sa.Column("until_ms", Whole, nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"]),
        sa.PrimaryKeyConstraint("digest"),
        sqlite_strict=True,
    )
    op.create_table(
        "staff_session",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("staff", Whole, nullable=False),
        sa.Column("made_ms", Whole, nullable=False),
        sa.Column("used_ms", Whole, nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"]),
        sa.PrimaryKeyConstraint("digest"),
        sqlite_strict=True,
    )
    op.create_index("staff_session_staff", "staff_session", ["staff"])
    op.create_table(
        "staff_program",
        sa.Column("id", Whole, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("made_ms", Whole, nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("ended_ms", Whole, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
        sa.UniqueConstraint("digest"),
        sqlite_strict=True,
    )
    op.create_table(
        "staff_card",
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("staff", Whole, nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("rounds", Whole, nullable=False),
        sa.Column("verifier", sa.Text(), nullable=False),
        sa.Column("made_ms", Whole, nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"]),
        sa.PrimaryKeyConstraint("card"),
        sqlite_strict=True,
    )
    op.create_index("staff_card_staff", "staff_card", ["staff"])
    op.create_table(
        "staff_note",
        sa.Column("id", Whole, nullable=False),
        sa.Column("at_ms", Whole, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_index("staff_note_at", "staff_note", ["at_ms"])
    op.create_table(
        "assistance",
        sa.Column("id", Whole, nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("door", Whole, nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_ms", Whole, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_ms", Whole, nullable=True),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('asked', 'sent', 'refused')", name="assistance_state"),
        sa.CheckConstraint(
            "state <> 'sent' OR decided_by <> asked_by", name="assistance_four_eyes"
        ),
        sa.CheckConstraint("(state = 'asked') = (decided_ms IS NULL)", name="assistance_decided"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_index(
        "one_assistance_at_a_door",
        "assistance",
        ["device", "door"],
        unique=True,
        sqlite_where=_ASKED,
        postgresql_where=_ASKED,
    )
    op.create_table(
        "duty",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("turn", sa.Text(), nullable=False),
        sa.Column("begun_ms", Whole, nullable=False),
        sa.Column("ended_ms", Whole, nullable=True),
        sa.Column("ok", Whole, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        sqlite_strict=True,
    )
    guards.install(*GUARDS)
