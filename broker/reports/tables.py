"""The tables of the reports: closed months, their lines, when machines were served, dark hours.

Units as in broker/ledger/schema.py.  A month is an integer yyyymm.  Lines and links are only ever
appended: a figure that was published changes by another line with its own date.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text

from broker.ledger.columns import Whole
from broker.ledger.schema import loan, metadata, observation, where

# A month whose figures are published.
report_month = Table(
    "report_month",
    metadata,
    Column("month", Whole, primary_key=True, autoincrement=False),
    Column("closed_ms", Whole, nullable=False),
    Column("actor", Text, nullable=False),
    Column("rules", Text, nullable=False),  # sha256 of each ruleset in force in it, in order
    Column("waiting", Text, nullable=False),  # JSON: what was not known when it was closed
    sqlite_strict=True,
)

# A cell of a closed month: booked when it was closed, or corrected later.
report_line = Table(
    "report_line",
    metadata,
    Column("id", Whole, primary_key=True),
    Column("month", Whole, ForeignKey("report_month.month"), nullable=False),
    Column("measure", Text, nullable=False),
    Column("version", Whole, nullable=False),  # of the measure's definition
    Column("site", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("class", Text, nullable=False, key="class_"),
    Column("value", Whole, nullable=False),  # of a correction: how much it adds
    Column("correction", Whole, nullable=False),
    Column("recorded_ms", Whole, nullable=False),
    Index("report_line_month", "month"),
    sqlite_strict=True,
)

# Each time a machine came within reach or went out of it.
device_link = Table(
    "device_link",
    metadata,
    Column("id", Whole, primary_key=True),
    Column("device", Whole, ForeignKey("device.id"), nullable=False),
    Column("at_ms", Whole, nullable=False),
    Column("served", Whole, nullable=False),
    Index("device_link_device", "device", "at_ms"),
    sqlite_strict=True,
)

# When a place has no power: minutes after midnight, the last one not included.
dark_hours = Table(
    "dark_hours",
    metadata,
    Column("site", Text, ForeignKey("site.id"), primary_key=True),
    Column("first_minute", Whole, nullable=False),
    Column("last_minute", Whole, nullable=False),
    CheckConstraint(
        "first_minute BETWEEN 0 AND 1439 AND last_minute BETWEEN 0 AND 1439",
        name="dark_hours_minutes",
    ),
    CheckConstraint("first_minute <> last_minute", name="dark_hours_end"),
    sqlite_strict=True,
)

# What a period's figures are counted by.
Index("loan_in", loan.c.in_ms)
Index("observation_renewed", observation.c.happened_ms, **where("verb = 'renewed'"))
