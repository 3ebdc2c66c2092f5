"""The tables of restocking: bags and vans that hold copies, and rounds.

A bag is a holder like a shelf: what is in it is where it is by movements, so a round counts itself.
"""

from sqlalchemy import Column, ForeignKey, Index, Table, Text

from broker.ledger.columns import Whole
from broker.ledger.schema import metadata, where

BAGS = ("bag", "van")

bag = Table(
    "bag",
    metadata,
    Column("holder", Whole, ForeignKey("holder.id"), primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),  # a word of BAGS
    sqlite_strict=True,
)

# A shelver's way with one bag: one at a time.
restock_round = Table(
    "restock_round",
    metadata,
    Column("id", Whole, primary_key=True),
    Column("bag", Whole, ForeignKey("bag.holder"), nullable=False),
    Column("actor", Text, nullable=False),
    Column("opened_ms", Whole, nullable=False),
    Column("closed_ms", Whole),  # NULL while it is under way
    Index("one_open_round", "bag", unique=True, **where("closed_ms IS NULL")),
    sqlite_strict=True,
)

# What was to be taken where; what came of it is told by movements.
restock_pick = Table(
    "restock_pick",
    metadata,
    Column("round", Whole, ForeignKey("restock_round.id"), primary_key=True),
    Column("copy", Whole, ForeignKey("copy.id"), primary_key=True),
    Column("device", Whole, ForeignKey("device.id"), nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
