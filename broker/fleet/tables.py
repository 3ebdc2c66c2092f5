"""The tables of machines beside those of the ledger: roles, orders, places held, codes, claims."""

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, Text, UniqueConstraint

from broker.ledger.columns import Whole
from broker.ledger.schema import metadata

# What a machine is to its readers, where its library names it: a word of roles.ROLES.
device_role = Table(
    "device_role",
    metadata,
    Column("device", Whole, ForeignKey("device.id"), primary_key=True, autoincrement=False),
    Column("role", Text, nullable=False),
    sqlite_strict=True,
)

# Who ordered something of a machine, and why.
order_reason = Table(
    "order_reason",
    metadata,
    Column("number", Text, ForeignKey("device_order.id"), primary_key=True),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

# Copies that a reader was told may be taken at a machine, until its door session is told.
held_place = Table(
    "held_place",
    metadata,
    Column("device", Whole, ForeignKey("device.id"), primary_key=True),
    Column("account", Whole, primary_key=True, autoincrement=False),
    Column("ask", Text, nullable=False),
    Column("places", Whole, nullable=False),
    Column("until_ms", Whole, nullable=False),
    Index("held_place_account", "account"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

# The nonce of each code that a phone showed, and the machine that took it first.
shown_code = Table(
    "shown_code",
    metadata,
    Column("nonce", Text, primary_key=True),
    Column("device", Whole, ForeignKey("device.id"), nullable=False),
    Column("at_ms", Whole, nullable=False),
    Index("shown_code_at", "at_ms"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

# A board that wants to be a machine; `code` and `secret` are kept as SHA-256.
claim = Table(
    "claim",
    metadata,
    Column("id", Whole, primary_key=True),
    Column("code", Text, nullable=False),
    Column("device", Whole, ForeignKey("device.id"), nullable=False),
    Column("state", Text, nullable=False),  # A word of claims.STATES.
    Column("secret", Text, nullable=False),  # Of the board that asked; empty before.
    Column("board", Text, nullable=False),  # What it says of itself.
    Column("made_by", Text, nullable=False),
    Column("made_ms", Whole, nullable=False),
    Column("until_ms", Whole, nullable=False),
    Column("approved_by", Text, nullable=False),
    UniqueConstraint("code"),
    sqlite_strict=True,
)

# Keys that a machine had before another board took it over: its old journals are chained by them.
old_key = Table(
    "old_key",
    metadata,
    Column("id", Whole, primary_key=True),
    Column("device", Whole, ForeignKey("device.id"), nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("until_ms", Whole, nullable=False),
    sqlite_strict=True,
)
