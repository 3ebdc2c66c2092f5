"""The tables of updates: what is offered, and what each machine made of it."""

from sqlalchemy import Column, ForeignKey, Table, Text

from broker.ledger.columns import Whole
from broker.ledger.schema import metadata

STATES = ("open", "stopped")

update_offer = Table(
    "update_offer",
    metadata,
    Column("id", Whole, primary_key=True),  # the number of the offer
    Column("kind", Text, nullable=False),  # firmware or config
    Column("version", Text, nullable=False),
    Column("hash", Text, nullable=False),  # SHA-256 of the manifest
    Column("size", Whole, nullable=False),  # bytes of the manifest
    Column("state", Text, nullable=False),  # a word of STATES
    Column("made_ms", Whole, nullable=False),
    sqlite_strict=True,
)

# The machines that an offer is for, each in its wave; word and why are those of wire `state`.
update_machine = Table(
    "update_machine",
    metadata,
    Column("offer", Whole, ForeignKey("update_offer.id"), primary_key=True),
    Column("device", Whole, ForeignKey("device.id"), primary_key=True),
    Column("wave", Whole, nullable=False),
    Column("word", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("at_ms", Whole, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
