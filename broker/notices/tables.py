"""The table of notices: what readers are to be told, each once, and how far that is.

Addresses are not here but in `contact`, which goes with the person.
"""

from sqlalchemy import CheckConstraint, Column, Index, Table, Text, text

from broker.ledger.columns import Whole
from broker.ledger.schema import metadata

KINDS = (
    # kind         what the reader is told
    ("courtesy", "a loan will be due soon"),
    ("overdue", "a loan is overdue"),
    ("hold_ready", "a copy is kept for the reader"),
    ("changed", "a machine lent to the account or took back from it"),
    ("payment", "a payment was received"),
)
STATES = (
    ("waiting", "to be sent from `next_ms` on"),
    ("sending", "taken by a sender; waits again when that one does not come back"),
    ("sent", "the mail server or the webhook took it"),
    ("dead", "given up after too many attempts; a case tells staff"),
    ("dropped", "no address any more, nobody to send it, or older than a day"),
)
CHANNELS = ("mail", "webhook")


def _words(column: str, words: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=f"notice_{column}")


_WAITS = text("state IN ('waiting', 'sending')")

notice = Table(
    "notice",
    metadata,
    Column("id", Whole, primary_key=True),
    Column("key", Text, nullable=False, unique=True),  # what it is about: told once
    Column("account", Whole, nullable=False),
    Column("kind", Text, _words("kind", tuple(kind for kind, _what in KINDS)), nullable=False),
    Column("channel", Text, _words("channel", CHANNELS), nullable=False),
    Column("language", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", Text, _words("state", tuple(s for s, _what in STATES)), nullable=False),
    Column("attempts", Whole, nullable=False),
    Column("next_ms", Whole, nullable=False),  # not before this
    Column("made_ms", Whole, nullable=False),
    Column("sent_ms", Whole),
    Column("error", Text, nullable=False),  # of the last attempt; names no person
    Index("notice_waiting", "next_ms", sqlite_where=_WAITS, postgresql_where=_WAITS),
    Index("notice_account", "account"),
    sqlite_strict=True,
)

# The days whose courtesy and overdue notices were made.
notice_day = Table(
    "notice_day",
    metadata,
    Column("day", Whole, primary_key=True, autoincrement=False),
    Column("made_ms", Whole, nullable=False),
    sqlite_strict=True,
)
