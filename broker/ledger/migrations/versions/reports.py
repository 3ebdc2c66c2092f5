"""Closed months and their lines, when machines were served, dark hours; indexes of the figures."""

import sqlalchemy as sa
from alembic import op

from broker.ledger import guards
from broker.ledger.columns import Whole
from broker.ledger.schema import where

revision = "reports"
down_revision = "catalogue"
branch_labels = None
depends_on = None

# From now on each change is a row; of what was before only this is known.
LINKS = """INSERT INTO device_link (device, at_ms, served)
SELECT device, heard_ms, online FROM device_state"""


def upgrade() -> None:
    op.create_table(
        "report_month",
        sa.Column("month", Whole, autoincrement=False, nullable=False),
        sa.Column("closed_ms", Whole, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("waiting", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("month"),
        sqlite_strict=True,
    )
    op.create_table(
        "report_line",
        sa.Column("id", Whole, nullable=False),
        sa.Column("month", Whole, nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("version", Whole, nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("class", sa.Text(), nullable=False),
        sa.Column("value", Whole, nullable=False),
        sa.Column("correction", Whole, nullable=False),
        sa.Column("recorded_ms", Whole, nullable=False),
        sa.ForeignKeyConstraint(["month"], ["report_month.month"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_index("report_line_month", "report_line", ["month"])
    op.create_table(
        "device_link",
        sa.Column("id", Whole, nullable=False),
        sa.Column("device", Whole, nullable=False),
        sa.Column("at_ms", Whole, nullable=False),
        sa.Column("served", Whole, nullable=False),
        sa.ForeignKeyConstraint(["device"], ["device.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_index("device_link_device", "device_link", ["device", "at_ms"])
    op.create_table(
        "dark_hours",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("first_minute", Whole, nullable=False),
        sa.Column("last_minute", Whole, nullable=False),
        sa.CheckConstraint(
            "first_minute BETWEEN 0 AND 1439 AND last_minute BETWEEN 0 AND 1439",
            name="dark_hours_minutes",
        ),
        sa.CheckConstraint("first_minute <> last_minute", name="dark_hours_end"),
        sa.ForeignKeyConstraint(["site"], ["site.id"]),
        sa.PrimaryKeyConstraint("site"),
        sqlite_strict=True,
    )
    op.create_index("loan_in", "loan", ["in_ms"])
    renewed = where("verb = 'renewed'")
    op.create_index("observation_renewed", "observation", ["happened_ms"], **renewed)
    op.execute(sa.text(LINKS))
    guards.install(
        *guards.append_only("report_month", "a closed month"),
        *guards.append_only("report_line", "a published figure"),
        *guards.append_only("device_link", "when a machine was served"),
    )
