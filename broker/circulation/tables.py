"""The rules' tables: what copies are, what readers were told to take, and each ruleset's calendar.

Units: `_ms` milliseconds since 1970 UTC.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text

from broker.circulation.terms import TYPES
from broker.ledger.columns import Whole
from broker.ledger.schema import metadata

# What a copy is, where the rules tell it from a book; a copy without a row is a book.
copy_type = Table(
    "copy_type",
    metadata,
    Column("copy", Whole, ForeignKey("copy.id"), primary_key=True, autoincrement=False),
    Column("type", Text, nullable=False),
    CheckConstraint(f"type IN ({', '.join(map(repr, TYPES))})", name="copy_type_type"),
    sqlite_strict=True,
)

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
