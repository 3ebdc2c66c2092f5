"""The table of restorations: from which picture a ledger was put back, and when."""

from sqlalchemy import Column, Table

from broker.ledger.columns import Whole
from broker.ledger.schema import metadata

# Whoever asks why a machine knows more than the ledger finds the answer here.
restoration = Table(
    "restoration",
    metadata,
    Column("id", Whole, primary_key=True),
    Column("restored_ms", Whole, nullable=False),
    Column("made_ms", Whole, nullable=False),  # when the backup was taken
    sqlite_strict=True,
)
