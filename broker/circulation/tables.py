"""The rules' tables: what readers were told to take, and the calendar beside each ruleset.

Units: `_ms` milliseconds since 1970 UTC.
"""

from sqlalchemy import Column, ForeignKey, Index, Table, Text

from broker.ledger.columns import Whole
from broker.ledger.schema import metadata

# A copy that a reader was told to take, until the fact that lends it, or until its time is over.
lend_grant = Table(
    "lend_grant",
    metadata,
    Column("account", Whole, primary_key=True, autoincrement=False),
    Column("copy", Whole, ForeignKey("copy.id"), primary_key=True, autoincrement=False),
    Column("device", Whole, ForeignKey("device.id"), nullable=False),
    Column("ask", Text, nullable=False),  # the ask's id: the fact names it as its answer
    Column("granted_ms", Whole, nullable=False),
    Column("until_ms", Whole, nullable=False),
    Index("lend_grant_until", "until_ms"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

calendar = Table(
    "calendar",
    metadata,
    Column("ruleset", Whole, ForeignKey("ruleset.id"), primary_key=True, autoincrement=False),
    Column("sha256", Text, nullable=False),
    Column("version", Whole, nullable=False),  # the highest that a line of it names
    Column("text", Text, nullable=False),
    sqlite_strict=True,
)
